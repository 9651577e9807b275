"""The answers to a category's own questions, checked and kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from civicgraph.grievances.intake.models import CategoryQuestion, GrievanceAnswer, QuestionKind
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations.report_input import GivenAnswer
from civicgraph.grievances.operations.reporter import called_by
from civicgraph.i18n import N_, gettext
from civicgraph.operations import FieldError, InvalidInput
from civicgraph.text import mask_personal

_YES = ("yes", "true", "1", "是", "有")
_NO = ("no", "false", "0", "否", "没有")


async def keep_answers(row: Grievance, category: str, given: Sequence[GivenAnswer], *, is_asked: bool) -> None:
    """Keep what was answered to the questions of `category`. Raises `InvalidInput` for what does not fit, each at its own answer.

    What has to be answered has to be where the questions were asked. What waited to be looked at was asked earlier:
    an answer to a question that is asked no longer is kept with it.
    """
    by_code = {one.question: (index, one.answer) for index, one in enumerate(given)}
    asked = await CategoryQuestion.filter(category_id=category).order_by("position", "id")
    questions = [one for one in asked if one.is_active or (not is_asked and one.code in by_code)]
    errors, called = [], await called_by(row)
    for place, question in enumerate(questions):
        index, text = by_code.pop(question.code, (place, ""))
        error, answer = checked(question, text)
        if error is not None and (text or is_asked):
            errors.append(FieldError(f"answers.{index}.answer", *error))
        elif answer:
            shown = called.out_of(mask_personal(answer)) if question.is_public else ""
            await GrievanceAnswer.create(
                grievance_id=row.id, question_id=question.id, answer=answer, public_answer=shown
            )
    for index, text in by_code.values():
        if text:
            words = gettext(N_("This question is not asked of this category."))
            errors.append(FieldError(f"answers.{index}.question", "unknown_question", words))
    if errors:
        raise InvalidInput(errors)


def checked(question: CategoryQuestion, text: str) -> tuple[tuple[str, str] | None, str]:
    """What is wrong with an answer as (code, words), and the answer in the form in which it is kept."""
    if not text:
        return (("missing", gettext(N_("Please answer this."))) if question.is_required else None), ""
    match question.kind:
        case QuestionKind.CHOICE if text not in question.choices:
            return ("enum", gettext(N_("Please choose one of the list."))), ""
        case QuestionKind.NUMBER:
            number = unicodedata.normalize("NFKC", text).replace(",", "").strip()
            if not re.fullmatch(r"-?\d{1,9}(\.\d{1,3})?", number, re.ASCII):
                return ("number", gettext(N_("Please write a number, for instance 3."))), ""
            return None, number
        case QuestionKind.YES_NO:
            plain = text.strip().lower()
            if plain not in (*_YES, *_NO):
                return ("enum", gettext(N_("Please choose one of the list."))), ""
            return None, "yes" if plain in _YES else "no"
    return None, text
