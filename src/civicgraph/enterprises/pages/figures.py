"""The register's figures by quarter: how many there are, and how many more than a year before; as CSV as well."""

from __future__ import annotations

import re
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from civicgraph import clock, settings
from civicgraph.enterprises import operations
from civicgraph.enterprises.figures.counting import QUARTER, before, is_kept, last_day, quarter_of
from civicgraph.enterprises.models import EnterpriseList
from civicgraph.i18n import current, gettext, label_of
from civicgraph.permissions import CLOSE_QUARTERS
from civicgraph.web import Form, page, read, redirect, require, shell, staff_only, submit
from civicgraph.web.formats import place_name
from civicgraph.web.query import one_of, place
from civicgraph.web.sheets import lines

QUARTERS = 12


async def figures(request: Request) -> Response:
    """The figures of a place, a quarter, a list and an industry."""
    asked, variables = _asked(request)
    found = await read(request, "enterprises/figures", variables)
    require(found, "division")
    may_close = request.state.actor.may(CLOSE_QUARTERS, settings.current().city_code)
    values = {
        **{"asked": asked, "fields": _fields(found, asked), **_parts(found)},
        "is_over": last_day(asked["quarter"]) < clock.today(),
        "may_close": may_close and not found["figures"]["isClosed"],
    }
    wrong = _wrong(request, asked)
    status = 422 if wrong else 200
    values["wrong"] = wrong
    values["instead"] = "" if _is_kept(asked) else shell.address(request, "enterprises", **_of_register(asked))
    template = "enterprises/_figures"
    return await page(request, "enterprises/figures", variables, values, fragment=template, data=found, status=status)


async def close(request: Request) -> Response:
    """Close a quarter: what is entered later no longer changes it."""
    form = Form(operations.close_quarter.input)
    result = await submit(request, form, operations.close_quarter)
    quarter = str(form.values.get("quarter", ""))
    if result is None:
        said, level = form.errors[0]["message"] if form.errors else "", "warning"
    else:
        said, level = gettext("The figures of %(quarter)s are closed.", quarter=quarter_words(quarter)), "done"
    return redirect(request, "enterprise_figures", said=said, level=level, quarter=quarter)


async def figures_sheet(request: Request) -> Response:
    """The same as a table for spreadsheets."""
    asked, variables = _asked(request)
    if wrong := _wrong(request, asked):
        return PlainTextResponse(wrong, 422)
    found = await read(request, "enterprises/figures", variables)
    require(found, "division")
    parts, here = _parts(found), place_name(found["division"])
    rows: list[list[Any]] = [
        [gettext("By"), gettext("What it is"), gettext("Count"), gettext("More than a year before")],
        [gettext("Total"), here, found["figures"]["count"], found["year"]["count"]],
    ]
    if (filled := found["figures"]["filled"]) is not None:
        rows.append([gettext("Kinds of service newly filled"), here, filled, ""])
    named = (
        ("by_list", gettext("List of offices")),
        ("by_division", gettext("Place")),
        ("by_section", gettext("Industry")),
        ("by_industry", gettext("Division of industry")),
    )
    rows += [[by, one["label"], one["count"], one["net"]] for key, by in named for one in parts[key]]
    rows += [[gettext("Kinds of service newly filled"), one["label"], "", ""] for one in parts["filled"]]
    rows += [[gettext("Quarter"), one["label"], one["value"], ""] for one in parts["by_quarter"]]
    headers = {
        "content-disposition": f'attachment; filename="enterprises-{variables["within"]}-{asked["quarter"]}.csv"',
        "cache-control": "private, no-cache",
    }
    return StreamingResponse(iter(list(lines(rows))), headers=headers, media_type="text/csv; charset=utf-8")


def _asked(request: Request) -> tuple[dict[str, str], dict[str, Any]]:
    quarter, latest = request.query_params.get("quarter", ""), quarter_of(clock.today())
    if not re.fullmatch(QUARTER, quarter) or quarter > latest:
        quarter = before(latest, 1)
    industry = request.query_params.get("industry", "").upper()
    asked = {
        "quarter": quarter,
        "list": one_of(request, "list", EnterpriseList) or "",
        "industry": industry if re.fullmatch(r"[A-T]|[0-9]{2}", industry) else "",
        "within": place(request) or "",
    }
    variables = {
        "within": asked["within"] or settings.current().city_code,
        "industry": asked["industry"] if _is_kept(asked) else "",
        "list": asked["list"],
        "to": quarter,
        "from": before(quarter, 3),
        "isSection": asked["industry"].isalpha(),
    }
    return asked, variables


def _is_kept(asked: dict[str, str]) -> bool:
    """Whether the history that is asked for is kept."""
    return is_kept(asked["within"], asked["industry"], asked["list"])


def _of_register(asked: dict[str, str]) -> dict[str, str]:
    return {name: asked[name] for name in ("within", "industry")}


def _wrong(request: Request, asked: dict[str, str]) -> str:
    """What is said of an address that asks for what is not there; empty for one that does not. Figures of something else in
    its place would be taken for those that were asked for."""
    given = request.query_params
    if (quarter := given.get("quarter", "")) and quarter != asked["quarter"]:
        if re.fullmatch(QUARTER, quarter):
            return gettext(
                "%(quarter)s is still to come: there are no figures of it yet.", quarter=quarter_words(quarter)
            )
        return gettext("A quarter is written like this: 2026Q1.")
    if not _is_kept(asked):
        return gettext(
            "By industry, quarters are kept for counties and the city alone. The register has what there is now."
        )
    unknown = [given[name] for name in ("within", "list", "industry") if given.get(name) and not asked[name]]
    return gettext("There are no figures of “%(what)s”.", what=unknown[0][:60]) if unknown else ""


def _fields(found: dict[str, Any], asked: dict[str, str]) -> list[dict[str, Any]]:
    latest = quarter_of(clock.today())
    quarters = [before(latest, back) for back in range(QUARTERS)]
    quarters += [asked["quarter"]] if asked["quarter"] not in quarters else []
    lists = [(one.name, one.words) for one in EnterpriseList]
    sections = [(one["code"], _name(one)) for one in found["industries"]["nodes"]]
    choices: dict[str, tuple[str, list[tuple[str, str]]]] = {
        "quarter": (gettext("Quarter"), [(one, quarter_words(one)) for one in quarters]),
        "list": (gettext("List of offices"), [("", gettext("The whole register")), *lists]),
        "industry": (gettext("Industry"), [("", gettext("all")), *sections]),
    }
    return [
        {"name": name, "kind": "select", "label": label, "value": asked[name], "choices": options}
        for name, (label, options) in choices.items()
    ]


def quarter_words(quarter: str) -> str:
    """A quarter as people write it."""
    return gettext("Quarter %(number)s of %(year)s", number=quarter[5], year=quarter[:4])


def _name(industry: dict[str, Any]) -> str:
    return str(industry["name" if current.get() == "zh" else "nameEn"])


def _parts(found: dict[str, Any]) -> dict[str, Any]:
    """The parts in which there is anything, each with how many more there are than a year before."""
    now, year = found["figures"], found["year"]

    def beside(key: str, label: Any) -> list[dict[str, Any]]:
        pairs = zip(now.get(key) or [], year.get(key) or [], strict=True)
        return [
            {**one, "label": label(one), "net": more["count"]} for one, more in pairs if one["count"] or more["count"]
        ]

    return {
        "filled": [{**one, "label": _name(one)} for one in now["newlyFilled"]],
        "by_list": beside("byList", lambda one: label_of("EnterpriseList", one["list"])),
        "by_division": beside("byDivision", lambda one: place_name(one["division"])),
        "by_section": beside("bySection", lambda one: _name(one["industry"])),
        "by_industry": beside("byIndustry", lambda one: _name(one["industry"])),
        "by_quarter": [
            {"label": quarter_words(one["quarter"]), "value": one["count"]} for one in now["byQuarter"][-QUARTERS:]
        ],
    }


ROUTES = [
    Route("/enterprises/figures", figures, name="enterprise_figures"),
    Route("/staff/enterprises/quarters", staff_only(close), name="staff_enterprises_quarters", methods=["POST"]),
    Route("/enterprises/figures.csv", figures_sheet, name="enterprise_figures_sheet"),
]
