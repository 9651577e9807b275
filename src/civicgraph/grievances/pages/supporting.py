"""Having the same problem: counted once a browser, by a signed cookie that says nothing else."""

from __future__ import annotations

import hmac

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import crypto
from civicgraph.grievances import operations
from civicgraph.grievances.pages.public import not_public
from civicgraph.i18n import N_, gettext
from civicgraph.web import page, read, redirect, submit, throttle
from civicgraph.web.csrf import cookie_name, set_cookie
from civicgraph.web.forms import Form

_COOKIE = "supporter"
_LINK_SENT = N_("A link was sent to your address: open it, and you hear of each step.")
_YEAR = 365 * 24 * 3600


async def support(request: Request) -> Response:
    """Say that one has the problem as well."""
    number = request.path_params["number"]
    form = Form(operations.support_grievance.input, leave_out=["number", "supporter"])
    if request.method == "POST":
        throttle.count_support(request)
        who = _known(request) or crypto.random_token()
        answer = await submit(request, form, operations.support_grievance, number=number, supporter=who)
        if answer is not None:
            words = N_("Thank you. It is counted; the office sees how many have it.")
            again = N_("You had said so already. It counts once.")
            said = gettext(words) if answer["is_new"] else gettext(again)
            if form.values.get("email"):
                said = f"{said} {gettext(_LINK_SENT)}"
            response = redirect(request, "grievance", said=said, number=number)
            set_cookie(response, _COOKIE, f"{who}.{_seal(who)}", max_age=_YEAR)
            return response
    found = await read(request, "grievances/support", {"number": number})
    if found["grievance"] is None:
        return not_public(request)
    status = 422 if form.is_refused else 200
    return await page(request, "grievances/support", {"number": number}, {"form": form}, data=found, status=status)


def _known(request: Request) -> str | None:
    """Who this browser was before; None where the cookie is not ours."""
    who, _, seal = request.cookies.get(cookie_name(_COOKIE), "").rpartition(".")
    return who if who and hmac.compare_digest(seal.encode(), _seal(who).encode()) else None


def _seal(who: str) -> str:
    return crypto.keyed_hash("supporter-cookie", who)[:32]


ROUTES = [Route("/grievances/{number}/support", support, name="grievance_support", methods=["GET", "POST"])]
