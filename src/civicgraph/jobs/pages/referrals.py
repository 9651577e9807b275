"""The staff's pages of referrals: the queue by what is promised first, and one with its steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.divisions.choosing import editable, granted
from civicgraph.i18n import N_, gettext
from civicgraph.jobs import operations
from civicgraph.jobs.models import ReferralStage
from civicgraph.jobs.stages import MOVES
from civicgraph.jobs.wording import track, wage
from civicgraph.permissions import HANDLE_REFERRALS
from civicgraph.web import Form, page, read, redirect, require, staff_only, submit
from civicgraph.web.query import one_of, paging, select_field

_ONE = "/staff/referrals/{number}"
NEEDS: Mapping[ReferralStage, tuple[str, ...]] = {
    ReferralStage.TAKEN: (),
    ReferralStage.MATCHED: ("vacancy_id", "at", "note"),
    ReferralStage.INTERVIEW: ("interview_at", "note"),
    ReferralStage.STARTED: ("at", "note"),
    ReferralStage.ENDED: ("note",),
}
"""What the form of a step asks for."""
WORDS: Mapping[ReferralStage, str] = {
    ReferralStage.TAKEN: N_("I take it on"),
    ReferralStage.MATCHED: N_("Match to a vacancy"),
    ReferralStage.INTERVIEW: N_("Arrange an interview"),
    ReferralStage.STARTED: N_("The first working day has begun"),
    ReferralStage.ENDED: N_("End it without work"),
}


async def queue(request: Request) -> Response:
    """Referrals by what is promised first: those that run, or those of one stage."""
    stage = one_of(request, "stage", ReferralStage) or ""
    mine = "true" if request.query_params.get("mine") == "true" else ""
    filters: dict[str, Any] = {
        **{key: value for key, value in editable(request, HANDLE_REFERRALS).items() if key != "isEditable"},
        **({"stages": [stage]} if stage else {"isRunning": True}),
        **({"isMine": True} if mine else {}),
    }
    variables = {"filter": filters, "granted": granted(request, HANDLE_REFERRALS), **paging(request, 30)}
    stages = select_field(request, "stage", gettext("Stage"), ReferralStage)
    stages["choices"][0] = ("", gettext("not over yet"))
    own = {"name": "mine", "kind": "checkbox", "label": gettext("that I follow"), "value": bool(mine)}
    asked = {"stage": stage, "mine": mine, **({"within": filters["within"]} if "within" in filters else {})}
    values = {"fields": [stages, own], "asked": asked}
    return await page(request, "staff/referrals/list", variables, values, fragment="staff/referrals/_results")


async def referral(request: Request) -> Response:
    """One referral: who it is, what they look for, its steps, and what can be done next."""
    return await _drawn(request)


async def _drawn(request: Request, shown: Mapping[str, str] | None = None, refused: Form | None = None) -> Response:
    number = request.path_params["number"]
    variables = {"number": number}
    found = await read(request, "staff/referrals/one", variables)
    row = require(found, "referral")
    near = await read(request, "staff/referrals/choices", {"within": row["division"]["code"][:6]})
    steps = MOVES[ReferralStage[row["stage"]]]
    forms = {one.value: _form(one, near["vacancies"]["nodes"], row) for one in steps}
    if refused is not None:
        stage = str(getattr(refused, "prefix", ""))
        if stage in forms:
            refused.choices = forms[stage].choices
            forms[stage] = refused
    values = {
        "forms": forms,
        "steps": [{"stage": one.value, "words": gettext(WORDS[one]), "names": NEEDS[one]} for one in steps],
        "refused": refused,
        "track": track(row),
        "shown": shown,
        "wage": wage,
    }
    status = 422 if refused else 200
    return await page(request, "staff/referrals/one", variables, values, data=found, status=status)


def _form(stage: ReferralStage, near: Sequence[Mapping[str, Any]], row: Mapping[str, Any]) -> Form:
    nodes = [*near]
    known = {one["number"] for one in nodes}
    if row["wanted"] and row["wanted"]["isOpen"] and row["wanted"]["number"] not in known:
        nodes.insert(0, row["wanted"])
    taken = row["vacancy"]["number"] if row["vacancy"] else None
    choices = [(str(one["number"]), _named(one)) for one in nodes if one["number"] != taken]
    wanted = row["wanted"]["number"] if row["wanted"] and not row["vacancy"] else None
    return Form(
        operations.MoveReferral,
        {"vacancy_id": wanted},
        choices={"vacancy_id": [("", gettext("Please choose")), *choices]},
        prefix=stage.value,
    )


def _named(one: Mapping[str, Any]) -> str:
    maker = one["enterprise"]["name"] if one["enterprise"] else ""
    return " · ".join(filter(None, (one["title"], maker, wage(one))))


async def move(request: Request) -> Response:
    """A step."""
    number = request.path_params["number"]
    stage = request.path_params["stage"]
    form = Form(operations.MoveReferral, leave_out=["number", "stage"], prefix=stage)
    if await submit(request, form, operations.move_referral, number=number, stage=stage) is None:
        return await _drawn(request, refused=form)
    return redirect(request, "staff_referral", said=gettext(N_("The step is recorded.")), number=number)


async def reveal(request: Request) -> Response:
    """Telephone, e-mail and words in full; the look is recorded."""
    number = request.path_params["number"]
    form = Form(operations.reveal_referral.input, leave_out=["number"])
    return await _drawn(request, shown=await submit(request, form, operations.reveal_referral, number=number))


ROUTES = [
    Route("/staff/referrals", staff_only(queue), name="staff_referrals"),
    Route(_ONE, staff_only(referral), name="staff_referral"),
    Route(f"{_ONE}/contact", staff_only(reveal), name="staff_referral_contact", methods=["POST"]),
    Route(f"{_ONE}/steps/{{stage}}", staff_only(move), name="staff_referral_step", methods=["POST"]),
]
