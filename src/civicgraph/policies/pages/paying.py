"""What who works with a policy's grants needs beside their list: the table for those who pay, the number to call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from civicgraph.enterprises.operations import EnterpriseNumber, reveal_enterprise_contact
from civicgraph.i18n import N_, current, gettext, label_of
from civicgraph.policies import operations
from civicgraph.policies.pages.granted import grants_page
from civicgraph.web import Form, read, redirect, staff_only, submit
from civicgraph.web.sheets import lines

_SIZE = 100
"""Grants of one read: what is held in memory at a time, however many there are."""
_HEADINGS = (
    *(N_("Credit code"), N_("Registered name"), N_("Policy"), N_("Period"), N_("Amount, CNY"), N_("Status")),
    *(N_("Granted on"), N_("Open to objections until"), N_("Objection"), N_("Paid on")),
)


async def sheet(request: Request) -> Response:
    """The grants as CSV, without anybody's contacts: a download that begins at once and grows as it is read."""
    number, form = request.path_params["number"], Form(operations.export_grants.input, leave_out=["id"])
    if await submit(request, form, operations.export_grants, id=number) is None:
        said = form.errors[0]["message"] if form.errors else ""
        return redirect(request, "staff_policies_grants", said=said, level="warning", number=number)
    state = str(form.values.get("state") or "")
    variables = {"number": number, "filter": {"state": state.upper()} if state else {}}
    name = f'attachment; filename="policy-{number}-grants.csv"'
    headers = {"content-disposition": name, "cache-control": "private, no-store"}
    sent = _sent(request, variables, current.get())
    return StreamingResponse(sent, headers=headers, media_type="text/csv; charset=utf-8")


async def _sent(request: Request, variables: Mapping[str, Any], locale: str) -> AsyncIterator[str]:
    """The lines, in the language of the request, which is over while they are sent."""
    current.set(locale)
    yield "".join(lines([[gettext(one) for one in _HEADINGS]]))
    after = None
    while True:
        found = await read(request, "staff/policies/chosen", {**variables, "first": _SIZE, "after": after})
        policy = found["policy"]
        title = str((policy["titleEn"] if locale == "en" else "") or policy["title"])
        _, *rows = lines(_row(one, title) for one in policy["grants"]["nodes"])  # the mark of the byte order was sent
        yield "".join(rows)
        if not policy["grants"]["pageInfo"]["hasNextPage"]:
            return
        after = policy["grants"]["pageInfo"]["endCursor"]


def _row(one: Mapping[str, Any], title: str) -> list[Any]:
    enterprise = one["enterprise"] or {"creditCode": "", "name": ""}
    period = one["period"] if one["period"] != "once" else label_of("PolicyCycle", "ONCE")
    objection = (
        "" if not one["objectedAt"] else gettext("answered") if one["objectionAnsweredAt"] else gettext("not answered")
    )
    return [
        *(enterprise["creditCode"], enterprise["name"], title, period, f"{int(one['amountFen']) / 100:.2f}"),
        *(label_of("GrantState", one["state"]), one["grantedOn"], one["objectionUntil"], objection, one["paidOn"]),
    ]


async def contact(request: Request) -> Response:
    """Show the telephone of an enterprise that is to be called, and record the look."""
    form = Form(EnterpriseNumber)
    shown = await submit(request, form, reveal_enterprise_contact)
    return await grants_page(request, contact=shown and {**shown, "enterprise": int(form.values["id"])})


_ONE = "/staff/policies/{number:int}"
ROUTES = [
    Route(f"{_ONE}/grants.csv", staff_only(sheet), name="staff_policies_grants_sheet", methods=["POST"]),
    Route(f"{_ONE}/grants/contact", staff_only(contact), name="staff_policies_contact", methods=["POST"]),
]
