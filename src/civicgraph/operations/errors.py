"""What operations raise. Each error says what is wrong and what to do, in the person's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from civicgraph.i18n import N_, gettext

NOT_SAVED = N_("We cannot save anything just now, so this is not sent yet. Please send it again in a few minutes.")
"""What programs are told when the disk is full, or the database is read-only or locked for long: nothing was saved."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with an input. `field` is a dotted path (`programme.0.title`), empty for the whole."""

    field: str
    code: str
    message: str


class OperationError(Exception):
    """The operation did not take place; nothing was changed."""

    code = "BAD_USER_INPUT"

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("; ".join(error.code for error in errors))
        self.errors = list(errors)


class InvalidInput(OperationError):
    """The input breaks a rule."""

    @classmethod
    def at(cls, field: str, code: str, message: str, **values: Any) -> InvalidInput:
        """One error at one field; `message` is translated here."""
        return cls([FieldError(field, code, gettext(message, **values))])


class Forbidden(OperationError):
    """The actor's grants do not cover it."""

    code = "FORBIDDEN"

    def __init__(self) -> None:
        super().__init__([FieldError("", "forbidden", gettext("You may not do this here."))])


class NotFound(OperationError):
    """There is no such thing, or the actor may not know of it: the two look the same."""

    code = "NOT_FOUND"

    def __init__(self) -> None:
        super().__init__([FieldError("", "not_found", gettext("This was not found."))])


class Conflict(OperationError):
    """Somebody else was faster. `current` holds their values by field, for the page to show beside mine."""

    code = "CONFLICT"

    def __init__(self, current: dict[str, Any], version: int) -> None:
        message = gettext(
            "Somebody changed this while you were editing. Nothing of yours is lost: compare, then save again."
        )
        super().__init__([FieldError("", "conflict", message)])
        self.current = current
        self.version = version


class Unavailable(OperationError):
    """The state of things does not allow it (for instance, publishing what is cancelled)."""

    code = "CONFLICT"

    def __init__(self, message: str, **values: Any) -> None:
        super().__init__([FieldError("", "state", gettext(message, **values))])


class TooMany(OperationError):
    """The limit for this kind of request is used up."""

    code = "LIMIT_EXCEEDED"

    def __init__(self, message: str, **values: Any) -> None:
        super().__init__([FieldError("", "rate", gettext(message, **values))])
