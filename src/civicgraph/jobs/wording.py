"""Wages and the way of a referral in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from civicgraph.i18n import N_, gettext, label_of
from civicgraph.jobs.models import ReferralStage
from civicgraph.jobs.stages import RUNNING, TRACK
from civicgraph.web.formats import datetime_, money


def wage(row: Mapping[str, Any]) -> str:
    """A wage that GraphQL answered: a range, one amount, or that it is to be agreed."""
    low, high = row["wageFromFen"], row["wageToFen"]
    if low is None:
        return gettext("Wage to be agreed")
    per = label_of("WagePer", row["wagePer"])
    amount = money(low) if high in (None, low) else f"{money(low)}–{money(high)}"
    return (
        gettext("%(amount)s %(per)s", amount=amount, per=per)
        if high is not None
        else gettext("from %(amount)s %(per)s", amount=amount, per=per)
    )


_AHEAD = {
    ReferralStage.TAKEN: N_("Somebody of the place takes it on."),
    ReferralStage.MATCHED: N_("Work that fits is found."),
    ReferralStage.INTERVIEW: N_("Where the enterprise wants one."),
    ReferralStage.STARTED: N_("promised by %(when)s"),
}


def track(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The steps of a referral as a line, and those that are still to come. Who made a step is said where one may know."""
    found: list[dict[str, Any]] = []
    stage = ReferralStage[row["stage"]]
    for one in row["steps"]:
        is_last = one is row["steps"][-1] and stage in RUNNING
        person = one.get("person")
        vacancy = one.get("vacancy")
        state = ("late" if row["isLate"] else "now") if is_last else "past"
        by = person["name"] if person else ""
        title = label_of("ReferralStage", one["stage"])
        if vacancy:
            title = gettext("%(stage)s: %(work)s", stage=title, work=vacancy["title"])
        found.append({"title": title, "at": one["at"], "by": by, "note": one["note"], "state": state})
    if stage in RUNNING:
        for ahead in TRACK[TRACK.index(stage) + 1 :]:
            when = datetime_(row["dueAt"])
            found.append({"title": ahead.words, "state": "next", "expected": gettext(_AHEAD[ahead], when=when)})
    return found
