"""Figures as CSV: UTF-8 with a byte order mark, so that spreadsheets know it; sent line by line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from starlette.responses import StreamingResponse

from civicgraph.i18n import current, gettext, label_of
from civicgraph.web.sheets import lines

_NUMBERS = (
    "received",
    "responded",
    "respondedInTime",
    "resolved",
    "resolvedInTime",
    "closed",
    "open",
    "reopened",
    "shortfalls",
    "rated",
    "satisfied",
    "unansweredLate",
    "openLate",
    "brokenBefore",
)
_RATES = (
    "responseRate",
    "responseInTimeRate",
    "resolutionRate",
    "resolutionInTimeRate",
    "satisfactionRate",
    "responseOnTimeRate",
    "resolutionOnTimeRate",
)
_HOURS = ("medianResponseHours", "medianResolutionHours")


def sheet(name: str, found: dict[str, Any], crossed: dict[str, list[dict[str, Any]]]) -> StreamingResponse:
    """The answer of `grievances/figures.graphql` as a download, and the categories of each channel."""
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "private, no-cache"}
    sent = list(
        lines((_head(), *_rows(found), *_crossed(crossed)))
    )  # in the request's language, which is gone while it is sent
    return StreamingResponse(iter(sent), headers=headers, media_type="text/csv; charset=utf-8")


def _head() -> list[str]:
    return [
        gettext("By"),
        gettext("Code"),
        gettext("What it is"),
        gettext("Reported"),
        gettext("Answered"),
        gettext("Answers in time"),
        gettext("Resolved"),
        gettext("Resolved in time"),
        gettext("Closed cases"),
        gettext("Still open"),
        gettext("Opened again"),
        gettext("On the shortfall list"),
        gettext("Rated"),
        gettext("Satisfied"),
        gettext("Late without an answer"),
        gettext("Open and overdue"),
        gettext("Broken before it was opened again"),
        gettext("Response rate"),
        gettext("Response in time, share"),
        gettext("Resolution rate"),
        gettext("Resolution in time, share"),
        gettext("Satisfaction rate"),
        gettext("Answers on time, of what fell due"),
        gettext("Resolved on time, of what fell due"),
        gettext("Median hours to the answer"),
        gettext("Median hours to the resolution"),
    ]


def _rows(found: dict[str, Any]) -> Iterator[list[Any]]:
    whole, place = found["figures"], found["division"]
    yield [gettext("Total"), place["code"], place["shortName"], *_figures(whole)]
    for one in whole["byMonth"]:
        yield [gettext("Month of the report"), one["month"], one["month"], *_figures(one)]
    for one in whole["byDivision"]:
        yield [gettext("Place"), one["division"]["code"], one["division"]["shortName"], *_figures(one)]
    for one in whole.get("byCategory", []):
        yield [gettext("Category"), one["category"]["code"], _category_name(one["category"]), *_figures(one)]
    for kind, enum, key in (
        (gettext("Led by"), "Body", "body"),
        (gettext("Channel"), "Channel", "channel"),
        (gettext("Led in fact by"), "LedKind", "ledKind"),
    ):
        for one in whole.get(f"by{enum}", []):
            yield [kind, one[key].lower(), label_of(enum, one[key]), *_figures(one)]
    for one in whole.get("byLed", []):
        yield [gettext("Body in charge"), one["ledByCode"], one["ledBy"], *_figures(one)]


def _crossed(crossed: dict[str, list[dict[str, Any]]]) -> Iterator[list[Any]]:
    for channel, kinds in crossed.items():
        for one in kinds:
            if one["received"]:
                names = (_category_name(one["category"]), label_of("Channel", channel))
                code = f"{one['category']['code']}/{channel.lower()}"
                yield [gettext("Category and channel"), code, " · ".join(names), *_figures(one)]


def _category_name(category: dict[str, Any]) -> str:
    return str(category["name" if current.get() == "zh" else "nameEn"])


def _figures(one: dict[str, Any]) -> list[Any]:
    return [one[name] for name in (*_NUMBERS, *_RATES, *_HOURS)]
