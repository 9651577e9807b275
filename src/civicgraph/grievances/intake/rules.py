"""Who sees what of what comes in: predicates of reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from civicgraph import settings
from civicgraph.grievances.intake.danger import Danger, by_code, calls
from civicgraph.permissions import DISPATCH_GRIEVANCES, EDIT_CATEGORIES, READ_GRIEVANCES
from civicgraph.uploads.models import Purpose
from civicgraph.uploads.private import sent_with

if TYPE_CHECKING:
    from civicgraph.graph.plan import Compiler, Row


def asked_of(c: Compiler, row: Row, child: Row) -> str:
    """Joins a category to the questions that it asks now."""
    return f"{child['category_id']} = {row['code']} AND {child['is_active']}"


def keeps_categories(c: Compiler, row: Row) -> str:
    """The common list is for the city's administrators to change."""
    return c.covers(f"'{settings.current().city_code}'", EDIT_CATEGORIES)


def emergency_numbers(c: Compiler, row: Row) -> str:
    """The numbers to call at once where a report tells of danger, as JSON."""

    def numbers(danger: Danger) -> str:
        found = calls(danger, settings.current().gas_phone)
        return c.value(lambda _run: orjson.dumps([one.number for one in found]).decode())

    whens = " ".join(f"WHEN '{code}' THEN {numbers(danger)}" for code, danger in by_code().items())
    return f"CASE {row['danger']} {whens} ELSE '[]' END"


def visible_answers(c: Compiler, row: Row) -> str:
    """Public answers; the others for staff whose grants cover the grievance."""
    public = f"{row['public_answer']} <> ''"
    return f"{public} OR {reads_answer(c, row)}" if c.is_staff else public


def reads_answer(c: Compiler, row: Row) -> str:
    """Whether the actor's grants cover the grievance of an answer."""
    if not c.is_staff:
        return c.dialect.false
    parent, source = c.find("Grievance", lambda one: f"{one['id']} = {row['grievance_id']}")
    return f"EXISTS (SELECT 1 {source} AND {c.covers(parent['division_id'], READ_GRIEVANCES)})"


def photos_of(c: Compiler, row: Row, child: Row) -> str:
    """Joins a grievance to its photos."""
    is_photo = f"{child['purpose']} <> '{Purpose.DOCUMENT.value}'"
    return f"{child['subject_type']} = 'Grievance' AND {child['subject_id']} = {row['id']} AND {is_photo}"


own_documents_of = sent_with("Grievance")
"""Joins a grievance, as its reporter sees it, to the documents of the enterprise that reported it."""


def documents_of(c: Compiler, row: Row, child: Row) -> str:
    """Joins a grievance to the same, for those whose grants cover it."""
    return f"{own_documents_of(c, row, child)} AND {c.covers(row['division_id'], READ_GRIEVANCES)}"


def files_of(c: Compiler, row: Row, child: Row) -> str:
    """Joins a step of the history to the files that came with its words."""
    return f"{child['subject_type']} = 'GrievanceUpdate' AND {child['subject_id']} = {row['id']}"


def held_for(c: Compiler, row: Row) -> str:
    """A held report is for those who dispatch where it belongs."""
    return c.covers(row["division_code"], DISPATCH_GRIEVANCES)
