"""Documents for the steps of a case: each for a step, or for one of the materials that it needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from civicgraph.checklists.models import OneThingCase, OneThingStep
from civicgraph.checklists.rules import CLOSED
from civicgraph.i18n import N_
from civicgraph.operations import Input, InvalidInput
from civicgraph.uploads.private import AT_ONCE, send


class OneThingDocument(Input):
    """A document, and what it is for."""

    needed: str = Field(
        title=N_("What it is for"),
        pattern=r"^\d{1,2}(\.\d{1,2})?$",
        description=N_("The number of the step, and behind a point the number of the material that it needs: 2.1."),
    )
    file: str = Field(
        title=N_("File"),
        min_length=1,
        max_length=60,
        description=N_("Sent to /uploads before, by its name there: a photo, PDF, Word or Excel."),
    )


def field(least: int = 0) -> Any:
    """The field of an input model that takes such documents."""
    return Field(
        default_factory=list,
        title=N_("Documents"),
        min_length=least,
        max_length=AT_ONCE,
        description=N_("Only your enterprise and the offices that work on the case see them."),
    )


async def give(case: OneThingCase, documents: Sequence[OneThingDocument]) -> list[OneThingStep]:
    """Give a case documents, in the transaction of its operation; the steps that they are for."""
    steps = {one.position: one for one in await OneThingStep.filter(case_id=case.id).order_by("position")}
    used: dict[int, OneThingStep] = {}
    for index, one in enumerate(documents):
        position, _, line = one.needed.partition(".")
        step = steps.get(int(position))
        if step is None or step.state in CLOSED:
            message = N_("Nothing is needed for this step any more. Please choose another.")
            raise InvalidInput.at(f"documents.{index}.needed", "not_needed", message)
        of_what = _material(step, int(line or 0), index)
        place = f"documents.{index}.file"
        await send([one.file], step, division_code=case.division_id, field=place, of_what=of_what)
        used[step.position] = step
    return list(used.values())


def _material(step: OneThingStep, number: int, index: int) -> str:
    """The words of a material by its number; none for number 0."""
    lines = step.materials.split("\n") if step.materials else []
    if number > len(lines):
        message = N_("This step does not ask for such a document. Please choose another.")
        raise InvalidInput.at(f"documents.{index}.needed", "unknown_material", message)
    return lines[number - 1][:200] if number else ""
