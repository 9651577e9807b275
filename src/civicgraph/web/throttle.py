"""What one address may do on pages in a minute; those who signed in are not counted."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request

from civicgraph import budgets, settings
from civicgraph.budgets import BudgetExceeded


def _key(request: Request, purpose: str) -> str:
    return f"{purpose}:{request.state.actor.address_key}"


def count_search(request: Request) -> None:
    """A search over everything. Raises 429 when the address has searched enough for the moment."""
    _spend(request, "search", settings.current().searches_per_minute)


def count_try(request: Request) -> None:
    """A number with a secret, right or wrong. Raises 429 when too many were wrong."""
    _spend(request, "secret", settings.current().wrong_secrets_per_minute)


def count_support(request: Request) -> None:
    """Having the same problem. Raises 429 when the address has it too often."""
    _spend(request, "support", settings.current().reports_per_minute)


def was_right(request: Request) -> None:
    """The try was no guess: it does not count."""
    budgets.shared.give_back(_key(request, "secret"), 1)


def _spend(request: Request, purpose: str, limit: int) -> None:
    if request.state.actor.has_office:
        return
    try:
        budgets.shared.spend(_key(request, purpose), 1, limit)
    except BudgetExceeded as error:
        raise HTTPException(429, headers={"retry-after": str(error.retry_after)}) from error
