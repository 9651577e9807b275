"""Why an enterprise does (not) qualify, for itself and for the staff; its objection to a grant."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.i18n import N_, gettext
from civicgraph.operations import Unavailable
from civicgraph.policies import operations
from civicgraph.policies.models import GrantState
from civicgraph.web import Form, page, read, redirect, require, signed_in, staff_only, submit

_MINE = "/my/enterprises/{credit_code}"
_STAFF = "/staff/enterprises/{credit_code}"


def _listed(template: str) -> Any:
    async def handle(request: Request) -> Response:
        """Every policy that is open, by whether the enterprise qualifies today."""
        code = request.path_params["credit_code"].upper()
        sorted_out = await operations.explain_policies(request.state.actor, {"credit_code": code})
        amounts = dict(zip(sorted_out["qualifies_for"], sorted_out.pop("amounts_fen"), strict=True))
        found = await read(request, template, {"code": code})
        enterprise = require(found, "enterprise")
        policies = [*found["policies"]["nodes"]]
        following = found["policies"]["pageInfo"]
        while following["hasNextPage"]:
            more = await read(request, template, {"code": code, "after": following["endCursor"]})
            policies += more["policies"]["nodes"]
            following = more["policies"]["pageInfo"]
        values = {
            **{"enterprise": enterprise, "code": code, "amounts": amounts},
            **{key: [one for one in policies if one["number"] in numbers] for key, numbers in sorted_out.items()},
        }
        return await page(request, template, {"code": code}, values, data=found)

    return handle


def _explained(template: str) -> Any:
    async def handle(request: Request) -> Response:
        """Each condition of a policy: met, not met, not known."""
        code, number = request.path_params["credit_code"].upper(), request.path_params["number"]
        answer = await operations.explain_policy(request.state.actor, {"credit_code": code, "policy_id": number})
        variables = {"code": code, "number": number}
        found = await read(request, template, variables)
        require(found, "policy")
        require(found, "enterprise")
        return await page(request, template, variables, {"answer": answer, "code": code}, data=found)

    return handle


async def grant(request: Request) -> Response:
    """A grant as its enterprise reads it. Opened by who could not be written to, it is told: that is recorded."""
    code, number = request.path_params["credit_code"].upper(), request.path_params["grant"]
    found = await _own_grants(request, code)
    row = _grant_of(found["enterprise"], number)
    if row["state"] != GrantState.PROPOSED.name and not row["noticeDue"] and not row["notifiedAt"]:
        with contextlib.suppress(Unavailable):  # somebody else told or opened it in this moment
            await operations.open_grant(request.state.actor, {"id": number})
        found = await _own_grants(request, code)
        row = _grant_of(found["enterprise"], number)
    return await page(request, "policies/my/grant", {"code": code}, {"grant": row}, data=found)


async def _own_grants(request: Request, code: str) -> dict[str, Any]:
    """The grants of an enterprise that one acts for; others, their staff among them, read them elsewhere."""
    found = await read(request, "policies/my/grant", {"code": code})
    return found if require(found, "enterprise")["isMine"] else require({}, "enterprise")  # type: ignore[no-any-return]


async def objection(request: Request) -> Response:
    """Object to a grant."""
    code, number = request.path_params["credit_code"].upper(), request.path_params["grant"]
    found = await read(request, "policies/my/objection", {"code": code})
    grant = _grant_of(require(found, "enterprise"), number)
    form = Form(operations.object_to_grant.input, leave_out=["id"])
    if request.method == "POST" and await submit(request, form, operations.object_to_grant, id=number):
        said = gettext(N_("Your objection is with the office. The grant is not paid before it has answered."))
        return redirect(request, "my_enterprise", said=said, code=code)
    values = {"form": form, "grant": grant}
    status = 422 if form.is_refused else 200
    return await page(request, "policies/my/objection", {"code": code}, values, data=found, status=status)


def _grant_of(enterprise: Mapping[str, Any], number: int) -> Mapping[str, Any]:
    found = {one["number"]: one for one in enterprise["policyGrants"]["nodes"]}
    return require({"grant": found.get(number)}, "grant")  # type: ignore[no-any-return]


ROUTES = [
    Route(f"{_MINE}/policies", signed_in(_listed("policies/my/list")), name="my_policies"),
    Route(_MINE + "/policies/{number:int}", signed_in(_explained("policies/my/why")), name="my_policy"),
    Route(_MINE + "/grants/{grant:int}", signed_in(grant), name="my_grant"),
    Route(
        _MINE + "/grants/{grant:int}/objection", signed_in(objection), name="my_grant_objection",
        methods=["GET", "POST"],
    ),
    Route(f"{_STAFF}/policies", staff_only(_listed("staff/policies/of_enterprise")), name="staff_enterprises_policies"),
    Route(
        _STAFF + "/policies/{number:int}", staff_only(_explained("staff/policies/why")),
        name="staff_enterprises_policy",
    ),
]  # fmt: skip
