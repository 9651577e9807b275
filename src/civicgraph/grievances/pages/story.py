"""A grievance's story as a timeline: what was done, where it stands, what comes next and by when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from civicgraph.i18n import N_, gettext
from civicgraph.web.formats import datetime_, due, is_past, label

_OPEN = ("SUBMITTED", "ACCEPTED", "ASSIGNED", "IN_PROGRESS")


def story(row: Mapping[str, Any], *, is_own: bool = False) -> list[dict[str, Any]]:
    """The steps of the `timeline` component: past ones from the history, then what is expected.

    `is_own` speaks to the reporter, otherwise of the reporter.
    """
    return [*_past(row), *_ahead(row, is_own)]


def _past(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = []
    standing = ""
    for update in row["updates"]["nodes"]:
        note = update.get("internalNote") or update["publicNote"]
        steps.append(
            {
                "title": _title(update, is_step=update["status"] != standing),
                "at": update["at"],
                "by": update["byLine"],
                "note": note,
                "state": "past",
                "is_internal": bool(update.get("internalNote")),
            }
        )
        standing = update["status"]
    return steps


def _title(update: Mapping[str, Any], *, is_step: bool) -> str:
    if update.get("internalNote"):
        return gettext("Note among staff")
    if is_step or (update["status"] == "ASSIGNED" and not update["publicNote"]):
        return label(update["status"], "GrievanceStatus")
    return gettext("News of it")


def _ahead(row: Mapping[str, Any], is_own: bool) -> list[dict[str, Any]]:
    """What is promised: the first one now (or late), the others after it."""
    status = row["status"]
    steps: list[dict[str, Any]] = []
    if status == "SUBMITTED":
        steps.append(_promised(gettext("The office accepts it and answers"), row["responseDueAt"]))
    if status in _OPEN:
        steps.append(_promised(gettext("It is resolved"), row["resolutionDueAt"]))
    if status != "CLOSED":
        mine, theirs = N_("Please say whether it is really solved"), N_("The reporter says whether it is really solved")
        steps.append({"title": gettext(mine if is_own else theirs), "state": "next"})
    if steps and status in _OPEN:
        steps[0]["state"] = "late" if steps[0]["is_late"] else "now"
    elif steps:
        steps[0]["state"] = "now"
    return steps


def _promised(title: str, at: str) -> dict[str, Any]:
    words = gettext("promised by %(time)s, %(left)s", time=datetime_(at), left=due(at))
    return {"title": title, "expected": words, "state": "next", "is_late": is_past(at)}
