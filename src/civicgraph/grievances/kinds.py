"""Small words of the grievances room: why work rests, how a promise is counted, who reports."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from civicgraph.i18n import N_, Labelled


class Urgency(Labelled):
    """The four-level list 四级清单."""

    CRITICAL = "critical", N_("Critical")  # 特急
    URGENT = "urgent", N_("Urgent")  # 紧急
    GENERAL = "general", N_("General")  # 一般
    PLANNED = "planned", N_("Long-term")  # 长期


class StepKind(Labelled):
    """Steps whose state does not say what was done, by their names in the workflow."""

    COMMENT = "comment", N_("News of it")
    TRANSFER = "transfer", N_("Handed to another community")
    EXTEND = "extend", N_("Given more time")
    RESUME = "resume", N_("Work goes on")
    SEND_BACK = "send_back", N_("Sent back to work")
    RECALL = "recall", N_("Taken back: it is dealt with here after all")
    REVIEW = "review", N_("The shortfall was looked at")
    RESUBMIT = "resubmit", N_("Answered, and sent again")
    TAKE_ANSWER = "take_answer", N_("The reporter's answer was taken down")
    TAKE_PLACE = "take_place", N_("Worked on again: the report that it was joined with was withdrawn")
    REDACT = "redact", N_("Words were taken out of the public text")
    RESTORE = "restore", N_("Words were put back into the public text")
    CLOSE = "close", N_("Closed by itself after a week")
    ALARM = "alarm", N_("The reporter tells of danger")
    CHANGE_LEVEL = "change_level", N_("Another level or category")
    TAKE_OVER = "take_over", N_("The level above has taken it over")
    WHISTLE = "whistle", N_("Departments were called")
    REPORT_IN = "report_in", N_("A called department has reported in")
    ANSWER = "answer", N_("A called department has answered")


class PartKind(Labelled):
    """What somebody's work order makes them."""

    LEADS = "leads", N_("leads")
    HELPS = "helps", N_("helps")


class Body(Labelled):
    """Who normally leads on a category."""

    PROPERTY = "property", N_("Property company")
    DEPARTMENT = "department", N_("Department")
    GRID_WORKER = "grid_worker", N_("Grid worker")
    COMMUNITY = "community", N_("Community")
    COMMITTEE = "committee", N_("Owners' committee")


class LedKind(Labelled):
    """What sort of body is in charge of a grievance, `desk.bodies` says which."""

    OFFICE = "office", N_("The office of the place itself")  # 社区、镇街自办
    GRID = "grid", N_("Grid")
    VOLUNTEERS = "volunteers", N_("Volunteer team")
    PROPERTY = "property", N_("Property company")
    DEPARTMENT = "department", N_("Department")


class HoldReason(Labelled):
    """Why work on a grievance rests. The four-level list says which of them stop the clock."""

    REPORTER = "reporter", N_("The reporter has to answer or let us in")
    WEATHER = "weather", N_("Weather that makes the work unsafe")
    LEGAL = "legal", N_("A period that the law prescribes")
    MATERIAL = "material", N_("Material or spare parts")
    OTHER_BODY = "other_body", N_("Another body has to act first")


PAUSING = frozenset({HoldReason.REPORTER, HoldReason.WEATHER, HoldReason.LEGAL})
"""Reasons for which the clock of the resolution stands still where no division has said otherwise: what the office cannot change.

Material and other bodies are the office's to arrange, so the promise runs on.
"""


def names_of(reasons: Collection[HoldReason]) -> list[str]:
    """Reasons as they are kept: by their names, in one order."""
    return [one.name for one in HoldReason if one in reasons]


def reasons_of(names: Iterable[str]) -> frozenset[HoldReason]:
    """The other way round."""
    return frozenset(HoldReason[name] for name in names)


class Counting(Labelled):
    """How a promised time is counted."""

    ROUND_THE_CLOCK = "round_the_clock", N_("Round the clock")
    WORKING_HOURS = "working_hours", N_("In office hours")


class ReporterKind(Labelled):
    """Who reports."""

    RESIDENT = "resident", N_("Resident")
    ENTERPRISE = "enterprise", N_("Enterprise")
