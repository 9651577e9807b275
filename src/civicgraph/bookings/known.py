"""What this browser has booked: a cookie of its own numbers and secrets, so that pages show the person's own state.

A number with its secret is what a link carries; nothing else is in the cookie, and nothing is trusted that does
not fit together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from civicgraph.bookings import rules
from civicgraph.web import read
from civicgraph.web.csrf import cookie_name, set_cookie

COOKIE = "bookings"
MOST = 12
"""Registrations that a browser keeps, the latest; who has more has them in links and e-mails."""
_YEAR = 365 * 24 * 3600
_ALIVE = frozenset(state.name for state in rules.ALIVE)


def known(request: Request) -> list[tuple[str, str, str]]:
    """Code of the quota, number and secret of each, the latest first; only those that belong together."""
    parts = (one.split(".") for one in request.cookies.get(cookie_name(COOKIE), "").split("~")[:MOST])
    return [(one[0], one[1], one[2]) for one in parts if len(one) == 3 and rules.is_secret(one[1], one[2])]


def remember(request: Request, response: Response, code: str, number: str) -> Response:
    """Let this browser know a registration from now on."""
    kept = [(code, number, rules.secret_of(number)), *(one for one in known(request) if one[1] != number)]
    set_cookie(response, COOKIE, "~".join(".".join(one) for one in kept[:MOST]), max_age=_YEAR)
    return response


async def own_states(request: Request, quotas: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The person's own registrations for these quotas that are still alive, with their secrets, by the quota's code.

    What was called off is among them, `quota.status` says so: nobody stands before a closed door for lack of a word.
    """
    codes = {one["code"] for one in quotas}
    found: dict[str, dict[str, Any]] = {}
    for code, number, secret in known(request):
        if code not in codes or code in found:
            continue
        row = (await read(request, "bookings/own", {"number": number, "secret": secret}))["trackedRegistration"]
        if row is not None and row["state"] in _ALIVE:
            found[code] = {**row, "secret": secret}
    return found
