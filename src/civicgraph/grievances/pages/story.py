"""A grievance's story as a timeline: what was done, where it stands, what comes next and by when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from civicgraph.grievances.kinds import StepKind
from civicgraph.grievances.pages.signing import signed
from civicgraph.grievances.rules import REPORTER_LINE
from civicgraph.grievances.workflow import DONE, ENDED, OPEN
from civicgraph.i18n import N_, current, gettext
from civicgraph.uploads.documents import ENDINGS
from civicgraph.web.formats import datetime_, due, is_past, label, place_name

_OPEN = tuple(one.name for one in OPEN)
_DONE = tuple(one.name for one in DONE)
_ENDED = tuple(one.name for one in ENDED)
_TITLES = {one.value: one for one in StepKind}
_UNTIL = {"hold": N_("until %(time)s"), "whistle": N_("answers by %(time)s")}
"""What the date of a step means; another's is that of the next look."""


def story(row: Mapping[str, Any], *, is_own: bool = False) -> list[dict[str, Any]]:
    """The steps of the `timeline` component: past ones from the history, then what is expected.

    `is_own` speaks to the reporter, otherwise of the reporter.
    """
    return [*_past(row), *_ahead(row, is_own)]


def outlook(row: Mapping[str, Any]) -> str:
    """What happens next and by when, in a sentence for its reporter; empty where nothing does."""
    status = row["status"]
    match status:
        case "RETURNED":
            return gettext(N_("The office needs an answer from you. Please write it below; then it goes on."))
        case "RESOLVED" | "VERIFIED":
            return gettext(N_("The office says that it is done. Please say below whether it really is."))
        case "REDIRECTED":
            return gettext(_PASSED_ON, body=row["bodyInCharge"])
        case "WITHDRAWN":
            return gettext(
                N_("You have withdrawn it, and nothing more is done. If you need it after all, please report it anew.")
            )
        case "MERGED":
            return _of_joined(row["joinedWith"])
        case "SHORTFALL":
            at = row["reviewAt"]
            words = _LOOKED_AT_LATE if is_past(at) else _LOOKED_AT
        case "ON_HOLD":
            words, at = N_("Work on it rests until %(time)s and then goes on by itself."), row["holdUntil"]
        case _ if status not in _OPEN:
            return ""
        case _ if row["acceptedAt"] is None:
            words, at = _ANSWERED, row["responseDueAt"]
        case "SUBMITTED" | "ACCEPTED":
            words, at = _TO_BE_ASSIGNED, row["resolutionDueAt"]
        case _:
            words, at = _RESOLVED, row["resolutionDueAt"]
    if words in _PROMISED and row["danger"]:
        words = _IN_DANGER
    if words in (*_PROMISED, _IN_DANGER) and is_past(at):
        words = N_("This was promised by %(time)s and is late. The office is reminded, and the level above is told.")
    named = {"place": row["division"]["shortName"]} if words in (_ANSWERED, _TO_BE_ASSIGNED) else {}
    return gettext(words, time=datetime_(at), **named)


def _of_joined(lead: Mapping[str, Any]) -> str:
    """What happens with the earlier report, for who reported the same."""
    if lead["status"] in _DONE:
        words = N_(
            "Your report was joined with %(number)s, and that is reported as resolved. If it is not solved where you are, please say so below under “Add something”."
        )
    elif lead["status"] in _OPEN and lead["status"] != "ON_HOLD" and not is_past(lead["resolutionDueAt"]):
        words = N_(
            "Your report was joined with %(number)s; both are dealt with together. It is promised to be done by %(time)s."
        )
    else:
        words = N_(
            "Your report was joined with %(number)s; both are dealt with together. That stands at %(status)s now, and what becomes of it is shown here."
        )
    status = label(lead["status"], "GrievanceStatus")
    return gettext(words, number=lead["number"], status=status, time=datetime_(lead["resolutionDueAt"]))


_ANSWERED = N_("The staff of %(place)s look at it and answer you by %(time)s. You need not do anything now.")
_TO_BE_ASSIGNED = N_(
    "The staff of %(place)s arrange who sees to it. It is promised to be done by %(time)s. You need not do anything now."
)
_PASSED_ON = N_("It was passed to %(body)s, which sees to it from now on. Nothing more happens here; please ask there.")
_LOOKED_AT = N_("It cannot be done now. The office looks at it again on %(time)s.")
_LOOKED_AT_LATE = N_(
    "It cannot be done now. The office was to look at it again on %(time)s and has not yet; it is reminded every week."
)
_IN_DANGER = N_(
    "The office sees to it by %(time)s. If anybody is in danger, do not wait for it: call the numbers below."
)
_RESOLVED = N_("Somebody sees to it. It is promised to be done by %(time)s. You need not do anything now.")
_PROMISED = (_ANSWERED, _TO_BE_ASSIGNED, _RESOLVED)


def _past(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    updates = row["updates"]["nodes"]
    again = _rated_again(updates)
    return [
        {
            "title": gettext(_RATED_AGAIN) if place in again else _title(update),
            "at": update["at"],
            "by": signed(update["byLine"], row["division"]),
            "note": update.get("internalNote") or update["publicNote"],
            "expected": _until(update),
            "moves": _moves(update),
            "state": "past",
            "is_internal": bool(update.get("internalNote")),
            "files": [{**one, "kind": _kind(one["mediaType"])} for one in update.get("files", [])],
        }
        for place, update in enumerate(updates)
    ]


_RATED_AGAIN = N_("The reporter has changed the rating")


def _rated_again(updates: Sequence[Mapping[str, Any]]) -> set[int]:
    """Where in a history a rating follows another of the same resolution: the case was closed already."""
    found, is_rated = set(), False
    for place, update in enumerate(updates):
        if update["verb"] == "rate":
            found |= {place} if is_rated else set()
            is_rated = True
        elif update["status"] != "CLOSED":
            is_rated = False
    return found


def _title(update: Mapping[str, Any]) -> str:
    if update.get("internalNote"):
        if update["byLine"] == REPORTER_LINE:
            return gettext("The reporter wrote")
        return gettext("Advice of the level above") if update["verb"] == "advise" else gettext("Note among staff")
    kind = _TITLES.get(update["verb"])
    return kind.words if kind else label(update["status"], "GrievanceStatus")


def _moves(update: Mapping[str, Any]) -> list[str]:
    """What the step changed of what people were told: as it was, and as it is."""
    found = []
    if update["levelBefore"]:
        before, after = (label(update[name], "Urgency") for name in ("levelBefore", "level"))
        found.append(gettext("level: %(before)s → %(after)s", before=before, after=after))
    if update["categoryBefore"]:
        before, after = (_named(update[name]) for name in ("categoryBefore", "category"))
        found.append(gettext("category: %(before)s → %(after)s", before=before, after=after))
    if update["movedTo"]:
        found.append(gettext("to %(place)s", place=place_name(update["movedTo"])))
    if update["promisedBefore"]:
        before, after = (datetime_(update[name]) for name in ("promisedBefore", "promised"))
        found.append(gettext("promised for: %(before)s → %(after)s", before=before, after=after))
    return found


def _named(category: Mapping[str, Any]) -> str:
    return str(category["name" if current.get() == "zh" else "nameEn"])


def _kind(media_type: str) -> str:
    """What sort of document a file is, as people know it by its ending."""
    return ENDINGS.get(media_type, "").upper()


def _until(update: Mapping[str, Any]) -> str | None:
    if not update["until"]:
        return None
    words = _UNTIL.get(update["verb"], N_("looked at again on %(time)s"))
    return gettext(words, time=datetime_(update["until"]))


def _ahead(row: Mapping[str, Any], is_own: bool) -> list[dict[str, Any]]:
    """What is promised: the first one now (or late), the others after it."""
    status = row["status"]
    if status in _ENDED:
        return _answer(is_own) if status == "RETURNED" else []
    steps: list[dict[str, Any]] = []
    if status in _OPEN and not row["acceptedAt"]:
        steps.append(_promised(gettext("The office accepts it and answers"), row["responseDueAt"]))
    if status == "ON_HOLD":
        steps.append(_promised(gettext("Work goes on"), row["holdUntil"]))
    if status in _OPEN:
        steps.append(_promised(gettext("It is resolved"), row["resolutionDueAt"]))
    if status == "SHORTFALL":
        steps.append(_expected(gettext("The office says how it stands"), row["reviewAt"]))
    if not row["ratedAt"]:
        mine, theirs = N_("Please say whether it is really solved"), N_("The reporter says whether it is really solved")
        steps.append({"title": gettext(mine if is_own else theirs), "state": "next"})
    if steps and status in (*_OPEN, "SHORTFALL"):
        steps[0]["state"] = "late" if steps[0]["is_late"] else "now"
    elif steps:
        steps[0]["state"] = "now"
    return [] if status == "CLOSED" else steps


def _answer(is_own: bool) -> list[dict[str, Any]]:
    mine, theirs = N_("Please answer what is asked"), N_("The reporter answers what is asked")
    return [{"title": gettext(mine if is_own else theirs), "state": "now"}]


def _expected(title: str, at: str) -> dict[str, Any]:
    words = N_("was to be on %(time)s") if is_past(at) else N_("on %(time)s")
    return {"title": title, "expected": gettext(words, time=datetime_(at)), "state": "next", "is_late": is_past(at)}


def _promised(title: str, at: str) -> dict[str, Any]:
    words = gettext("promised by %(time)s, %(left)s", time=datetime_(at), left=due(at))
    return {"title": title, "expected": words, "state": "next", "is_late": is_past(at)}
