"""Pages of the policies room: the catalogue, a policy with “would I qualify?”; the staff's editor, and granting."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import SimpleNamespace
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph import clock, settings
from civicgraph.divisions.choosing import editable, granted
from civicgraph.i18n import N_, gettext, ngettext
from civicgraph.operations import InvalidInput, Unavailable
from civicgraph.operations.inputs import validate
from civicgraph.permissions import EDIT_POLICIES
from civicgraph.policies import operations
from civicgraph.policies.answers import OwnAnswers, asked, known_by
from civicgraph.policies.eligibility import explained
from civicgraph.policies.models import AmountKind, PolicyCategory, PolicyStatus
from civicgraph.policies.operations.examples import ExampleNumber, failure
from civicgraph.policies.pages import due, rule_form
from civicgraph.policies.pages.choosing import open_choices, settle_codes
from civicgraph.policies.rules import amount_of
from civicgraph.policies.wording import rows_of
from civicgraph.web import Form, listing, page, read, redirect, require, staff_only, submit
from civicgraph.web.fields import for_model
from civicgraph.web.formats import money
from civicgraph.web.forms import read_body
from civicgraph.web.query import kinds, one_of, paging, search_field, select_field, text


async def policies(request: Request) -> Response:
    """The catalogue, by category and words."""
    chosen = {"q": text(request) or "", "category": one_of(request, "category", PolicyCategory) or ""}
    counted = {"statuses": ["PUBLISHED"], **({"text": chosen["q"]} if chosen["q"] else {})}
    variables = {
        "city": settings.current().city_code,
        "filter": {**counted, **({"category": chosen["category"]} if chosen["category"] else {})},
        "counted": counted,
        **paging(request, 30),
    }
    values = {"asked": chosen, "fields": _search(request)}
    return await page(request, "policies/list", variables, values, fragment="policies/_results")


def _search(request: Request) -> list[dict[str, Any]]:
    return [search_field(request), select_field(request, "category", gettext("Category"), PolicyCategory)]


async def policy(request: Request) -> Response:
    """A policy in plain words; a form that says whether one's enterprise would qualify, and keeps nothing."""
    variables = {"number": request.path_params["number"], "city": settings.current().city_code}
    found = await read(request, "policies/policy", variables)
    row = require(found, "policy")
    tree = orjson.loads(row["eligibility"])
    place = row["division"]["code"]
    needed = asked(tree, row["amountKind"], is_of_part=place != settings.current().city_code)
    choices = await open_choices(request, place, tree)
    form = Form(OwnAnswers, choices=choices, leave_out=[name for name in OwnAnswers.model_fields if name not in needed])
    values: dict[str, Any] = {"form": form, "answer": None, "tree": tree}
    if request.method == "POST":
        form.bind(await read_body(request))
    if request.method == "POST" and not form.narrowed:
        try:
            own = settle_codes(form, validate(OwnAnswers, for_model(OwnAnswers, form.values)))
            values["answer"] = await _answer(request, row, tree, own)
        except InvalidInput as error:
            form.found, form.is_refused = error.errors, True
    return await page(request, "policies/policy", variables, values, data=found, status=422 if form.is_refused else 200)


async def _answer(request: Request, row: Mapping[str, Any], tree: Any, own: OwnAnswers) -> dict[str, Any]:
    entry = None
    if own.credit_code:
        entry = (await read(request, "policies/chosen", {"code": own.credit_code.upper()}))["enterprise"]
        if entry is None:
            words = N_("No enterprise of the public register has this code.")
            raise InvalidInput.at("credit_code", "unknown", words)
    known = known_by(own, entry)
    lines = explained(tree, known, clock.today())
    place = row["division"]["code"]  # who asks here and says no code is taken to be of this city
    is_here = known.division.startswith(place) if known.division else place == settings.current().city_code or None
    whole = lines[""] if is_here else is_here if lines[""] is not False else False
    return {
        "qualifies": whole,
        "is_here": is_here,
        "lines": lines,
        "amount": amount_of(_as_model(row), known) if whole else None,
        "enterprise": entry and entry["name"],
    }


def _as_model(row: Mapping[str, Any]) -> Any:
    """A policy as GraphQL answered it, with what the rules of amounts ask for."""
    whole = {"amount_fen": row["amountFen"], "cap_fen": row["capFen"], "share_bp": row["shareBp"]}
    numbers = {key: None if value is None else int(value) for key, value in whole.items()}
    return SimpleNamespace(amount_kind=AmountKind[row["amountKind"]], **numbers)


# Staff ------------------------------------------------------------------------------------------------------------


def _staff_filter(request: Request) -> dict[str, Any]:
    filters = {
        **editable(request, EDIT_POLICIES),
        "text": text(request),
        "category": one_of(request, "category", PolicyCategory),
        "statuses": kinds(request, "status", PolicyStatus),
        **due.of_policies(request),
    }
    return {
        "filter": {key: value for key, value in filters.items() if value},
        "granted": granted(request, EDIT_POLICIES),
        **paging(request, 30),
    }


def _staff_values(request: Request) -> dict[str, Any]:
    chosen = {
        "q": text(request) or "",
        "category": one_of(request, "category", PolicyCategory) or "",
        "status": one_of(request, "status", PolicyStatus) or "",
        **editable(request, EDIT_POLICIES),
    }
    state = select_field(request, "status", gettext("Status"), PolicyStatus)
    asked = {**chosen, "objected": "true" if due.of_policies(request) else ""}
    return {"fields": [*_search(request), state, due.policies_field(request)], "asked": asked}


def _rule_rows(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"conditions": rows_of(orjson.loads(row["eligibility"]))}


async def examples(request: Request) -> Response:
    """The examples of a policy: what it says of each, and a form for another."""
    number = request.path_params["number"]
    found = await read(request, "staff/policies/examples", {"number": number})
    row = require(found, "policy")
    judged = _as_model(row)
    judged.eligibility = orjson.loads(row["eligibility"])
    choices = await open_choices(request, row["division"]["code"], judged.eligibility)
    form = Form(operations.AddPolicyExample, {"status": "active"}, choices=choices, leave_out=["policy_id"])
    if request.method == "POST" and await submit(request, form, operations.add_policy_example, policy_id=number):
        return redirect(request, "staff_policies_examples", said=gettext(N_("The example is kept.")), number=number)
    said = {one["number"]: gettext(failure(judged, _example(one))) for one in row["examples"]}
    values = {"form": form, "said": said}
    status = 422 if form.is_refused else 200
    return await page(request, "staff/policies/examples", {"number": number}, values, data=found, status=status)


def _example(one: Mapping[str, Any]) -> Any:
    """An example as GraphQL answered it, with what the operations ask of one."""
    days = {name: one[key] and date.fromisoformat(one[key]) for name, key in _DAYS.items()}
    plain = {name: one[name].lower() if one[name] else None for name in ("kind", "status", "scale")}
    money = {name: one[key] and int(one[key]) for name, key in _MONEY.items()}
    numbers = {**money, "employees": one["employees"]}
    wanted = {"qualifies": one["qualifies"], "amount_fen": None if one["amountFen"] is None else int(one["amountFen"])}
    codes = {"industry_code": one["industryCode"], "division_code": one["divisionCode"], "lists": one["lists"]}
    return SimpleNamespace(**days, **plain, **numbers, **wanted, **codes)


_MONEY = {"revenue_fen": "revenueFen", "assets_fen": "assetsFen"}
_DAYS = {"established_on": "establishedOn", "listed_on": "listedOn", "on": "on"}


async def remove_example(request: Request) -> Response:
    """Take an example away."""
    number = request.path_params["number"]
    await submit(request, Form(ExampleNumber), operations.remove_policy_example, id=request.path_params["example"])
    return redirect(request, "staff_policies_examples", said=gettext(N_("The example is gone.")), number=number)


async def granting(request: Request) -> Response:
    """What granting would do, asked before it is done: how many, how much, what is left of the budget."""
    return await _granting(request)


async def _granting(request: Request, refused: Form | None = None) -> Response:
    number = request.path_params["number"]
    values: dict[str, Any] = {"trial": None, "refused": refused, "unavailable": []}
    found = await read(request, "staff/policies/granting", {"number": number})
    require(found, "policy")
    try:
        values["trial"] = await operations.try_policy(request.state.actor, {"id": number})
    except Unavailable as error:
        values["unavailable"] = error.errors
    status = 422 if refused else 200
    return await page(request, "staff/policies/granting", {"number": number}, values, data=found, status=status)


async def grant(request: Request) -> Response:
    """Grant what was shown; where it would be something else by now, that is shown, and asked again."""
    number = request.path_params["number"]
    form = Form(operations.grant_policy.input, leave_out=["id"])
    result = await submit(request, form, operations.grant_policy, id=number)
    if result is None:
        return await _granting(request, form)
    words = ngettext(
        "Granted to one enterprise, %(amount)s in all. It is being told.",
        "Granted to %(num)s enterprises, %(amount)s in all. They are being told.",
        result["count"],
        amount=money(int(result["amount_fen"])),
    )
    return redirect(request, "staff_policies_grants", said=words, number=number)


STAFF = listing.Listing(
    name="staff_policies",
    folder="staff/policies",
    root="policy",
    key="number",
    key_type=int,
    subject="Policy",
    create=operations.create_policy,
    drafter=EDIT_POLICIES,
    update=operations.update_policy,
    variables=_staff_filter,
    values=_staff_values,
    choices=rule_form.choices,
    controls=rule_form.controls,
    verbs=(
        listing.Verb("test", operations.test_policy, N_("Try it by its examples"), N_("All examples come out.")),
        listing.Verb("publication", operations.publish_policy, N_("Publish"), N_("It is published.")),
        listing.Verb("end", operations.end_policy, N_("End it"), N_("It is over.")),
    ),
    row_key="id",
    number_key="id",
    more=_rule_rows,
)
_ONE = "/staff/policies/{number:int}"
ROUTES = [
    Route("/policies", policies, name="policies"),
    Route("/policies/{number:int}", policy, name="policy", methods=["GET", "POST"]),
    Route(f"{_ONE}/examples", staff_only(examples), name="staff_policies_examples", methods=["GET", "POST"]),
    Route(
        _ONE + "/examples/{example:int}/removal",
        staff_only(remove_example),
        name="staff_policies_example_removal",
        methods=["POST"],
    ),
    Route(f"{_ONE}/granting", staff_only(granting), name="staff_policies_granting", methods=["GET"]),
    Route(f"{_ONE}/granting", staff_only(grant), methods=["POST"]),
    *listing.routes(STAFF, "/staff/policies"),
]
