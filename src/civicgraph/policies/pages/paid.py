"""What policies granted and paid: by county, policy and year, as sums that roll up; as CSV as well."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from civicgraph import clock, settings
from civicgraph.divisions.choosing import place_field
from civicgraph.i18n import N_, current, gettext, label_of
from civicgraph.policies.models import PolicyCategory
from civicgraph.policies.settling import FEW
from civicgraph.web import page, read, require
from civicgraph.web.formats import place_name
from civicgraph.web.query import one_of, place, select_field
from civicgraph.web.sheets import lines

FIRST_YEAR = 2019
_COUNTY_DIGITS = 6


async def paid(request: Request) -> Response:
    """The sums of a place, a category and a year."""
    asked, variables = _asked(request)
    found = await read(request, "policies/paid", variables)
    require(found, "division")
    values = {"asked": asked, "fields": _fields(request, found, asked), "few": FEW, **_parts(found)}
    values["is_withheld"] = _is_withheld(found)
    return await page(request, "policies/paid", variables, values, fragment="policies/_paid", data=found)


async def paid_sheet(request: Request) -> Response:
    """The same as a table for spreadsheets."""
    asked, variables = _asked(request)
    found = await read(request, "policies/paid", variables)
    division, parts = require(found, "division"), _parts(found)
    rows: list[list[Any]] = [
        [
            *(gettext("By"), gettext("What it is"), gettext("Grants"), gettext("Granted, CNY")),
            *(gettext("Payments"), gettext("Paid, CNY"), gettext("Why a sum is not shown")),
        ],
        [gettext("Total"), division["shortName"], *_numbers(found["figures"])],
    ]
    named = (
        *(("by_division", gettext("Place")), ("by_category", gettext("Category"))),
        *(("by_policy", gettext("Policy")), ("by_year", gettext("Year"))),
    )
    rows += [[by, one["label"], *_numbers(one)] for key, by in named for one in parts[key]]
    name = f"policies-paid-{variables['within']}-{asked['year'] or clock.today()}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "private, no-cache"}
    return StreamingResponse(iter(list(lines(rows))), headers=headers, media_type="text/csv; charset=utf-8")


def _numbers(one: dict[str, Any]) -> list[Any]:
    """Counts and sums; a sum that would tell of a single enterprise stays empty, and the last cell says why."""
    sums = ((one["granted"], one["grantedFen"]), (one["paid"], one["paidFen"]))
    why = dict.fromkeys(_why(count) for count, fen in sums if fen is None)
    return [*(value for count, fen in sums for value in (count, _yuan(fen))), " ".join(why)]


def _why(count: int) -> str:
    """Why a sum of so many grants is not shown, in a sentence."""
    if count < FEW:
        return gettext(N_("It rests on one or two grants: it would tell what the register keeps private."))
    return gettext(N_("With the total and the others it would tell a sum of one or two grants."))


def _is_withheld(found: dict[str, Any]) -> bool:
    """Whether any sum of the page is not shown."""
    shown = [found["figures"], *(one for part in _parts(found).values() for one in part)]
    return any(one[key] is None for one in shown for key in ("grantedFen", "paidFen"))


def _yuan(fen: str | None) -> str:
    return "" if fen is None else f"{int(fen) / 100:.2f}"


def _asked(request: Request) -> tuple[dict[str, str], dict[str, Any]]:
    year, within = request.query_params.get("year", ""), place(request) or ""
    asked = {
        "year": year if year in _years() else "",
        "category": one_of(request, "category", PolicyCategory) or "",
        "within": within if len(within) <= _COUNTY_DIGITS else within[:_COUNTY_DIGITS],  # sums are kept for counties
    }
    chosen = {key: asked[key] for key in ("year", "category") if asked[key]}
    return asked, {"within": asked["within"] or settings.current().city_code, **chosen}


def _years() -> list[str]:
    return [str(year) for year in range(clock.today().year, FIRST_YEAR - 1, -1)]


def _fields(request: Request, found: dict[str, Any], asked: dict[str, str]) -> list[dict[str, Any]]:
    division = found["division"]
    if asked["within"]:
        division = {**division, "children": {"nodes": []}}
    years = [("", gettext("All years")), *((one, one) for one in _years())]
    return [
        {"name": "year", "kind": "select", "label": gettext("Year"), "value": asked["year"], "choices": years},
        select_field(request, "category", gettext("Category"), PolicyCategory),
        place_field(request, division, asked["within"]),
    ]


def _parts(found: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The parts in which there is anything, with their names; policies with the largest sums first."""
    figures = found["figures"]

    def named(key: str, label: Any) -> list[dict[str, Any]]:
        return [{**one, "label": label(one)} for one in figures[key] if one["granted"] or one["paid"]]

    by_policy = named("byPolicy", lambda one: _title(one["policy"]))
    return {
        "by_division": named("byDivision", lambda one: place_name(one["division"])),
        "by_category": named("byCategory", lambda one: label_of("PolicyCategory", one["category"])),
        "by_policy": sorted(by_policy, key=lambda one: -int(one["paidFen"] or 0)),
        "by_year": named("byYear", lambda one: one["year"]),
    }


def _title(policy: dict[str, Any] | None) -> str:
    """What a policy is called; one that a reader may not see has no name."""
    if policy is None:
        return gettext("a policy that is not public")
    return str((policy["titleEn"] if current.get() == "en" else "") or policy["title"])


ROUTES = [
    Route("/policies/paid", paid, name="policies_paid"),
    Route("/policies/paid.csv", paid_sheet, name="policies_paid_sheet"),
]
