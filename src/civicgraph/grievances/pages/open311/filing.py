"""Filing a report with a partner's key."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import httpcore
from starlette.requests import Request

from civicgraph import budgets, clock, crypto, i18n, outgoing, settings
from civicgraph.accounts.operations import actor_from_token
from civicgraph.budgets import BudgetExceeded
from civicgraph.grievances import operations
from civicgraph.grievances.intake.danger import in_a_sentence
from civicgraph.grievances.models import Channel
from civicgraph.grievances.operations.named import place_in
from civicgraph.grievances.operations.report_input import MAX_PHOTOS
from civicgraph.grievances.pages.open311.answers import Refused, Told
from civicgraph.grievances.pages.open311.asking import all_read, jurisdiction
from civicgraph.grievances.pages.open311.services import category
from civicgraph.grievances.pages.open311.tokens import token_of
from civicgraph.grievances.rules import typed_secret
from civicgraph.i18n import N_, gettext
from civicgraph.operations import FieldError, InvalidInput, OperationError
from civicgraph.permissions import REPORTS, Actor
from civicgraph.uploads.forms import take_files
from civicgraph.uploads.operations import receive
from civicgraph.web.forms import read_pairs
from civicgraph.web.multipart import Body, is_multipart, read_parts
from civicgraph.web.shell import address

FETCH_SECONDS = 8
_NO_KEY = N_("api_key: please send a key that is still good and has the scope “reports”.")
_PHOTO_LOST = N_("The photo at media_url could not be fetched; please tell the reporter.")
_HAN = re.compile("[㐀-鿿]")


async def file_request(request: Request) -> Told:
    """File a report; a retry with the same `idempotency_key`, or the same words on the same day, is one report."""
    body = await read_parts(request) if is_multipart(request) else Body(await read_pairs(request))
    given = all_read(body.pairs)
    actor = await _partner(request, given)
    place = jurisdiction(given)
    service = await category(request, place, given.get("service_code", ""))
    names, is_photo_lost = await _photos(actor, given, body)
    answers = _answers(service["questions"], body.pairs)
    report = {
        "category": service["code"],
        "channel": Channel.OPEN311,
        "description": given.get("description", ""),
        "answers": answers,
        "photos": names,
        "idempotency_key": _key(request, given, body.pairs),
        **await where_of(given, place),
        **_who(given),
    }
    try:
        return _told(request, await operations.file_grievance(actor, report), is_photo_lost)
    except InvalidInput as error:
        raise InvalidInput([_renamed(one, answers) for one in error.errors]) from error


def _renamed(error: FieldError, answers: Sequence[Mapping[str, str]]) -> FieldError:
    """What is wrong with an answer, at the attribute that the client knows."""
    found = re.fullmatch(r"answers\.(\d+)\.\w+", error.field)
    return replace(error, field=f"attribute[{answers[int(found[1])]['question']}]") if found else error


async def _partner(request: Request, given: Mapping[str, str]) -> Actor:
    """The partner behind `api_key` (or a bearer token), who may send so many reports in a minute."""
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    key = given.get("api_key") or request.query_params.get("api_key") or bearer
    found = await actor_from_token(key.strip())
    if found is None or REPORTS not in (found.scopes or ()):
        raise Refused(403, gettext(_NO_KEY))
    try:
        budgets.shared.spend(f"open311:{found.token_id}", 1, settings.current().partner_reports_per_minute)
    except BudgetExceeded as error:
        words = N_("Many reports came with this key just now. Please send it again in %(seconds)s seconds.")
        headers = {"retry-after": str(error.retry_after)}
        raise Refused(429, gettext(words, seconds=error.retry_after), **headers) from error
    actor: Actor = request.state.actor
    return replace(found, locale=i18n.current.get(), request_id=actor.request_id, _prefixes={})


def _answers(questions: Sequence[Mapping[str, Any]], pairs: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    """`attribute[code]=answer`, question by question; what the category does not ask is refused with its name."""
    given: dict[str, str] = {}
    for name, value in pairs:
        if found := re.fullmatch(r"attribute\[([^\[\]]{1,40})\](?:\[\])?", name):
            given[found[1]] = f"{given[found[1]]}，{value}" if found[1] in given else value
    ordered = [{"question": one["code"], "answer": given.pop(one["code"], "")} for one in questions]
    return ordered + [{"question": code, "answer": answer} for code, answer in given.items()]


async def where_of(given: Mapping[str, str], place: str) -> dict[str, str]:
    """The community: by `address_id`, else by the words of the address; where neither tells, staff find it."""
    words, code = given.get("address_string", ""), given.get("address_id", "").strip()
    latitude, longitude = (given.get(name, "").strip() for name in ("lat", "long"))
    if not (words.strip() or code or (latitude and longitude)):
        words = N_("Please say where: address_id with the code of the community, or address_string, or lat and long.")
        raise Refused(400, gettext(words))
    found = {"address": words, "point": f"{latitude}, {longitude}" if latitude or longitude else ""}
    if len(code) in (15, 17):
        return {**found, "division_code": code[:12], "grid_code": code}
    return {**found, "division_code": code or await place_in(words, place) or place}


def _who(given: Mapping[str, str]) -> dict[str, str]:
    first, last = given.get("first_name", "").strip(), given.get("last_name", "").strip()
    name = last + first if _HAN.search(first + last) else f"{first} {last}".strip()
    return {
        "contact_name": name,
        "contact_phone": given.get("phone", ""),
        "contact_email": given.get("email", ""),
    }


def _key(request: Request, given: Mapping[str, str], pairs: Sequence[tuple[str, str]]) -> str:
    """What makes a retry one report: the client's own key, else all that it sent on this day."""
    chosen = request.headers.get("idempotency-key") or given.get("idempotency_key", "")
    told = [chosen] if chosen else [f"{clock.today()}", *(f"{one}={value}" for one, value in sorted(pairs))]
    return crypto.keyed_hash("open311", "\n".join(told))[:60]


async def _photos(actor: Actor, given: Mapping[str, str], body: Body) -> tuple[list[str], bool]:
    """The names of the photos that came along or stand at `media_url`; and whether that one could not be fetched."""
    body.files = [("photos", sent) for name, sent in body.files if name in ("media", "media[]", "photo")]
    kept = Body([], body.files[:MAX_PHOTOS])
    if errors := await take_files(actor, kept, "photos"):
        raise Refused(400, *(f"media: {one.message}" for one in errors))
    names = [value for _, value in kept.pairs]
    url = given.get("media_url", "").strip()
    if not url or len(names) == MAX_PHOTOS:
        return names, False
    try:
        most = settings.current().upload_megabytes * 1_000_000
        answer = await outgoing.get(url, seconds=FETCH_SECONDS, max_bytes=most)
        if answer.status != 200:
            return names, True
        row = await receive(actor, url.rpartition("/")[2], answer.body)
    except (outgoing.Refused, TimeoutError, OSError, OperationError, httpcore.NetworkError, httpcore.ProtocolError):
        return names, True
    return [*names, row.name], False


def _told(request: Request, answer: Mapping[str, Any], is_photo_lost: bool) -> Told:
    """The number, or a token while a person looks at it first; with the resident's own page, told here alone."""
    number, secret = answer["number"], answer["tracking_secret"]
    own = address(request, "tracked_grievance", number=number, secret=typed_secret(secret))
    url = f"{settings.current().base_url.rstrip('/')}{own}"
    notice = gettext(N_("What happens with it stands here, for the reporter alone: %(url)s"), url=url)
    if danger := in_a_sentence(answer["emergency_calls"]):
        notice = f"{danger} {notice}"
    if is_photo_lost:
        notice += " " + gettext(_PHOTO_LOST)
    which = {"token": token_of(number, secret)} if answer["is_held"] else {"service_request_id": number}
    told = {**which, "service_notice": notice, "account_id": None}
    return Told("service_requests", [told], status=201)
