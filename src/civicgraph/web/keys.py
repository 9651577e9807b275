"""Keys of submissions: what makes a form that is sent twice one submission."""

from __future__ import annotations

import secrets

from civicgraph.operations import FieldError
from civicgraph.web.forms import Form


def new_key() -> str:
    """What makes a form that is sent twice one submission."""
    return secrets.token_urlsafe(18)


def renew_key(form: Form) -> None:
    """A form whose key was used for other words gets a new one: sent again, it is a new submission."""
    if any(error.code == "key_reused" for error in form.found):
        form.found = [FieldError("", error.code, error.message) for error in form.found]
        form.values["idempotency_key"] = new_key()
