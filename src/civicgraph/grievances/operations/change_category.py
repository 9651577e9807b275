"""Change a category of the common list: its names, who leads, what it asks. Holds for new grievances."""

from __future__ import annotations

import itertools
import re
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from civicgraph import settings
from civicgraph.grievances.intake.models import CategoryQuestion, QuestionKind
from civicgraph.grievances.models import Body, GrievanceCategory, Urgency
from civicgraph.grievances.operations.inputs import PublicName, PublicWords
from civicgraph.i18n import N_, gettext
from civicgraph.operations import (
    FieldError,
    Forbidden,
    Input,
    InvalidInput,
    NotFound,
    audit,
    changed,
    check_version,
    operation,
)
from civicgraph.permissions import EDIT_CATEGORIES, Actor

MAX_QUESTIONS = 12
"""As many as somebody in trouble can be asked; a report takes 20 answers."""
_LINES: Any = {"widget": "lines"}
Choice = Annotated[PublicWords, Field(min_length=1, max_length=60)]


CategoryName = Annotated[PublicName, Field(title=N_("Name of the category"), min_length=2, max_length=40)]
CategoryNameEn = Annotated[PublicName, Field(title=N_("Name in English"), min_length=2, max_length=60)]
CategoryUrgency = Annotated[Urgency, Field(title=N_("Level that it starts with"))]
CategoryBody = Annotated[Body, Field(title=N_("Who normally leads"))]
CategoryIsVerified = Annotated[bool, Field(title=N_("somebody else checks on the spot what was resolved"))]
CategoryIsPersonal = Annotated[
    bool,
    Field(title=N_("it is between the person and the office: never public, and it needs a way to reach the person")),
]


class CategoryQuestionFields(Input):
    """A question as it is asked from now on."""

    code: str = Field(
        "", title=N_("Code of the question"), max_length=40, json_schema_extra={"widget": "hidden"},
        description=N_("Empty for a new question."),
    )  # fmt: skip
    position: int | None = Field(
        None, title=N_("Place in the order"), ge=1, le=99, description=N_("Empty: after the others.")
    )
    name: PublicWords = Field(title=N_("Question"), min_length=2, max_length=120)
    name_en: PublicWords = Field(title=N_("Question in English"), min_length=2, max_length=160)
    kind: QuestionKind = Field(title=N_("How it is answered"))
    choices: list[Choice] = Field(
        default_factory=list, title=N_("Choices"), max_length=20, json_schema_extra=_LINES,
        description=N_("One a line. Only for one of a list."),
    )  # fmt: skip
    choices_en: list[Choice] = Field(
        default_factory=list, title=N_("Choices in English"), max_length=20, json_schema_extra=_LINES,
        description=N_("One a line, in the same order."),
    )  # fmt: skip
    is_required: bool = Field(False, title=N_("has to be answered"))
    is_public: bool = Field(False, title=N_("everyone may read the answer"))
    is_dropped: bool = Field(False, title=N_("ask this no longer"))


class ChangeCategory(Input):
    """A category as it is from now on. A question that is not named is asked no longer."""

    code: str = Field(title=N_("Code"), min_length=1, max_length=40)
    version: int = Field(title=N_("Version"), ge=1)
    name: CategoryName
    name_en: CategoryNameEn
    urgency: CategoryUrgency
    body: CategoryBody
    is_verified: CategoryIsVerified = False
    is_personal: CategoryIsPersonal = False
    questions: list[CategoryQuestionFields] = Field(
        default_factory=list, title=N_("Its own questions"), max_length=MAX_QUESTIONS
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        errors: list[FieldError] = []
        seen: set[str] = set()
        for index, one in enumerate(self.questions):
            at = f"questions.{index}"
            if one.code in seen:
                words = N_("This question is here twice.")
                errors += InvalidInput.at(f"{at}.code", "taken", words).errors
            seen |= {one.code} - {""}
            if one.is_dropped or one.kind is not QuestionKind.CHOICE:
                continue
            if len(one.choices) < 2 or len(set(one.choices)) < len(one.choices):
                words = N_("Please give at least two choices, each once, one a line.")
                errors += InvalidInput.at(f"{at}.choices", "missing", words).errors
            elif len(one.choices_en) != len(one.choices):
                words = N_("Please give as many choices in English as in Chinese, in the same order.")
                errors += InvalidInput.at(f"{at}.choices_en", "missing", words).errors
        if errors:
            raise InvalidInput(errors)
        return self


_OWN = ("name", "name_en", "urgency", "body", "is_verified", "is_personal")
_WORDING = ("name", "name_en", "kind", "choices", "choices_en")
"""What an answer was given to. It never changes: other words are another question."""
_MANNER = ("is_required", "is_public", "position")
"""How a question is asked; answers already given stay as public as they were."""


@operation()
async def change_category(actor: Actor, data: ChangeCategory) -> GrievanceCategory:
    """Change a category for what is reported from now on. A question that is put in other words becomes a new one.

    The earlier question is kept for the answers that it was given, and asked no longer.
    """
    if not actor.may(EDIT_CATEGORIES, settings.current().city_code):
        raise Forbidden
    row = await GrievanceCategory.select_for_update().get_or_none(code=data.code)
    if row is None:
        raise NotFound
    asked = await CategoryQuestion.filter(category_id=row.code, is_active=True).order_by("position", "id")
    before, lines = _values(row), [_line(one) for one in asked]
    check_version(row, data.version, lambda: {**before, "questions": [_fields(one) for one in asked]})
    row.update_from_dict({name: getattr(data, name) for name in _OWN})
    row.version += 1
    await row.save()
    fresh = [_line(one) for one in await _ask(row, asked, data)]
    gone, come = [one for one in lines if one not in fresh], [one for one in fresh if one not in lines]
    changes = {**changed(before, _values(row)), **({"questions": [gone, come]} if gone or come else {})}
    await audit(actor, row, changes, division_code=settings.current().city_code)
    return row


async def _ask(row: GrievanceCategory, asked: list[CategoryQuestion], data: ChangeCategory) -> list[CategoryQuestion]:
    """Write the questions, in their order; gives those that are asked now."""
    known = {one.code: one for one in asked}
    wrong = [index for index, one in enumerate(data.questions) if one.code and one.code not in known]
    if wrong:
        words = N_("This question is not asked of this category.")
        raise InvalidInput(
            [error for i in wrong for error in InvalidInput.at(f"questions.{i}.code", "unknown_question", words).errors]
        )
    codes = {one.code for one in await CategoryQuestion.filter(category_id=row.code)}
    given = sorted((one for one in data.questions if not one.is_dropped), key=lambda one: one.position or 100)
    fresh: list[CategoryQuestion] = []
    for position, one in enumerate(given, 1):
        question = known.get(one.code)
        wording, manner = _wording(one), {**_manner(one), "position": position}
        if question is not None and wording == _wording(question):
            await question.update_from_dict(manner).save()
        else:
            code = _free(one.code, codes)
            question = await CategoryQuestion.create(category_id=row.code, code=code, **wording, **manner)
        fresh.append(question)
    for question in asked:
        if question not in fresh:
            await question.update_from_dict({"is_active": False}).save(update_fields=["is_active"])
    return fresh


def _free(code: str, taken: set[str]) -> str:
    """A code that no question of the category has or had: of other words for `since` it is `since_2`."""
    stem = f"{re.sub(r'_[0-9]+$', '', code)[:34]}_" if code else "q"
    found = next(made for n in itertools.count(2 if code else 1) if (made := f"{stem}{n}") not in taken)
    taken.add(found)
    return found


def _wording(one: CategoryQuestionFields | CategoryQuestion) -> dict[str, Any]:
    found = {name: getattr(one, name) for name in _WORDING}
    return found if one.kind is QuestionKind.CHOICE else {**found, "choices": [], "choices_en": []}


def _manner(one: CategoryQuestionFields | CategoryQuestion) -> dict[str, Any]:
    return {name: getattr(one, name) for name in _MANNER}


def _fields(one: CategoryQuestion) -> dict[str, Any]:
    """A question as the form has it."""
    return {"code": one.code, **_wording(one), **_manner(one)}


def _values(row: GrievanceCategory) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _OWN}


def _line(one: CategoryQuestion) -> str:
    """All of a question in one line, in the words of whoever changes it, so that the trail shows whatever changed."""
    titles = CategoryQuestionFields.model_fields
    manner = [gettext(titles[name].title or name) for name in ("is_required", "is_public") if getattr(one, name)]
    parts = [one.name, one.name_en, one.kind.words, *one.choices, *one.choices_en, *manner]
    return f"{one.position}. {' / '.join(parts)}"
