"""What there is to do with grants, as the filters of the staff's lists of policies and of their grants."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from civicgraph.i18n import gettext

_FILTERS = {"objection": "hasOpenObjection", "call": "isToBeCalled"}


def asked(request: Request) -> str:
    """Which grants the address asks for, by what is to be done; empty for all."""
    found = request.query_params.get("due", "")
    return found if found in _FILTERS else ""


def of_grants(request: Request) -> dict[str, Any]:
    """The filter of such grants."""
    return {_FILTERS[asked(request)]: True} if asked(request) else {}


def grants_field(request: Request) -> dict[str, Any]:
    """The control for it."""
    words = (("objection", gettext("answer an objection")), ("call", gettext("call the enterprise")))
    choices = [("", gettext("all")), *words]
    label = gettext("What is to be done with it")
    return {"name": "due", "kind": "select", "label": label, "value": asked(request), "choices": choices}


def of_policies(request: Request) -> dict[str, Any]:
    """The filter of policies with objections to answer, where the address asks for it."""
    return {"hasOpenObjection": True} if request.query_params.get("objected") == "true" else {}


def policies_field(request: Request) -> dict[str, Any]:
    """The control for it."""
    value = bool(of_policies(request))
    return {"name": "objected", "kind": "checkbox", "label": gettext("with objections to answer"), "value": value}
