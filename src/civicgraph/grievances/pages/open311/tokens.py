"""The number of a report that a person had to look at first, by the token that was given for it."""

from __future__ import annotations

from starlette.requests import Request

from civicgraph.grievances.pages.open311.answers import Refused, Told
from civicgraph.grievances.pages.open311.asking import public
from civicgraph.grievances.rules import typed_number, typed_secret
from civicgraph.i18n import N_, gettext
from civicgraph.web import throttle

PARTED = "~"
"""Between number and tracking secret: a token is both, so that nobody guesses one."""


def token_of(number: str, secret: str) -> str:
    """The token of a held report."""
    return f"{number}{PARTED}{typed_secret(secret)}"


async def token(request: Request) -> Told:
    """Its number once it is a report; no number while it is looked at."""
    given = request.path_params["token"]
    number, _, secret = given.partition(PARTED)
    throttle.count_try(request)
    variables = {"number": typed_number(number), "secret": typed_secret(secret)}
    found = await public(request, "token", variables)
    filed, held = found["trackedGrievance"], found["trackedHeldReport"]
    if filed is None and held is None:
        raise Refused(404, gettext(N_("token: there is none like this.")))
    throttle.was_right(request)
    if filed is None and held["state"] == "DROPPED":
        raise Refused(404, gettext(N_("token: somebody looked at it and found that it is no report.")))
    number = filed["number"] if filed else None
    return Told("service_requests", [{"service_request_id": number, "token": given}])
