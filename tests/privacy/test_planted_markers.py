"""Marked personal data, planted through every input of the grievances room, is in no output for those without a grant.

The inputs are found in the registry of operations, the outputs in the route table, the schema and the database: what
somebody adds is walked too. A new input field that is no free text has to be named in `NAMES_OF_THINGS`, or its
operation refuses the planted words and the test fails.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from graphql import GraphQLNonNull, GraphQLObjectType, GraphQLSchema, get_named_type, is_leaf_type, print_ast
from graphql.language import parse
from starlette.applications import Starlette
from starlette.routing import Route

from civicgraph import i18n
from civicgraph.grievances import operations
from civicgraph.grievances.models import Grievance
from civicgraph.grievances.operations import take_in_letter
from civicgraph.notifications.models import InboxMessage, OutboxMessage
from civicgraph.notifications.rendering import render_message
from civicgraph.operations import Input
from civicgraph.operations.kernel import REGISTRY
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import ANONYMOUS, Actor, Role
from civicgraph.schema import schema
from civicgraph.uploads.operations import receive
from civicgraph.web.fields import type_of
from tests.grievances.conftest import fill, words
from tests.grievances.steps import REPORTERS, SECRET, STEPS, know_secret, lead_to, take
from tests.grievances.test_workflow import TRANSITIONS
from tests.support import city as place
from tests.support.city import FENGQUAN, LONGQUAN

NAMES_OF_THINGS = frozenset(
    {
        "number",
        "event",
        "secret",
        "category",
        "division_code",
        "grid_code",
        "enterprise_code",
        "idempotency_key",
        "into",
    }
    | {"point", "proof", "supporter", "digest"}
)
"""Fields of text that name a thing of ours: nobody can write a person into them."""
ONLY_LETTERS = {"team": 80, "body": 80, "add": 20, "departments": 80}
"""Names of bodies and labels: numbers are masked, names of persons may be part of them."""

MARK = re.compile(r"(?<![0-9A-Fa-f])139\D{0,2}\d{4}\D{0,2}\d{4}(?![0-9A-Fa-f])|赵小植|plant\d|贵C·?P\d{4}|植物巷9号")
_serial = itertools.count(1)


def planted(name: str) -> str:
    """Words with a person in them; each has numbers of its own."""
    number = next(_serial)
    phone = f"139{number:08d}"
    texts = {
        "contact_name": "赵小植",
        "contact_phone": phone,
        "contact_email": f"plant{number}@example.cn",
        "email": f"plant{number}@example.cn",
        "address": "植物巷9号2单元501",
        "building": "植物巷9号2单元",
    }
    if name in ONLY_LETTERS:
        return f"{phone}队"[: ONLY_LETTERS[name]]
    body = f"楼道灯，联系人：赵小植，电话 {phone[:3]} {phone[3:7]} {phone[7:]}，微信号 plant{number:05d}，车牌贵C·P{number:04d}"
    return texts.get(name, body)


def free_texts(model: type[Input]) -> dict[str, str]:
    """Every free text of an input, planted."""
    found = {name: type_of(declared) for name, declared in model.model_fields.items() if name not in NAMES_OF_THINGS}
    return {name: planted(name) for name, kind in found.items() if kind == (str, False)}


async def attachment(actor: Actor) -> str:
    """The name of a document whose sender called it after a person."""
    return (await receive(actor, f"赵小植 {planted('contact_phone')}.pdf", b"%PDF-1.7")).name


async def plant() -> Actor:
    """Take every step of the workflow with planted words in everything that it asks for."""
    dispatcher = await place.person("planter", Role.DISPATCHER, LONGQUAN, email="staff@example.cn")
    for verb, transition in TRANSITIONS.items():
        if verb not in STEPS and verb not in REPORTERS:
            continue
        given = words(**free_texts(operations.file_grievance.input))
        row = (await operations.file_grievance(ANONYMOUS, given))["grievance"]
        checker = await place.person(f"checker-{verb}", Role.DISPATCHER, FENGQUAN)
        row = await lead_to(dispatcher, row, transition.sources[0], checker)
        operation = {**STEPS, **REPORTERS}[verb][0]
        values = free_texts(operation.input)
        if verb == "redact":
            values["words"] = "楼道灯"
        actor = checker if verb in ("verify", "send_back") else dispatcher
        if verb == "comment":
            await take(actor, verb, row, **values, is_public=True, files=[await attachment(actor)])
            values["files"] = [await attachment(actor)]
        await take(actor, verb, row, **values)
    hidden = await operations.file_grievance(ANONYMOUS, words(**free_texts(operations.file_grievance.input)))
    await take(dispatcher, "set_visibility", hidden["grievance"])
    followed = (await operations.file_grievance(ANONYMOUS, words()))["grievance"]
    await operations.follow_grievance(ANONYMOUS, {"number": followed.number, "email": planted("email")})
    supporter = {"supporter": "somebody of the street", "email": planted("email")}
    await operations.support_grievance(ANONYMOUS, {"number": followed.number, **supporter})
    return dispatcher


def addresses(app: Starlette, numbers: list[str]) -> Iterator[str]:
    """Every page that can be opened, for each grievance where it names one."""
    things = {"code": FENGQUAN, "month": "2026-11", "slug": "none", "credit_code": "none", "token": "none"}
    things |= {"secret": SECRET.replace("-", ""), "name": "none", "size": "thumb", "noun": "none"}
    for route in app.routes:
        if not isinstance(route, Route) or "GET" not in (route.methods or ()):
            continue
        for number in numbers if "{number}" in route.path else ["1"]:
            known = {**things, "number": number}
            yield "/".join(_filled(part, known) for part in route.path.split("/"))
    yield from ("/search?q=赵小植", "/grievances?q=139", f"/figures.csv?within={FENGQUAN}")


def _filled(part: str, known: dict[str, str]) -> str:
    name = part.strip("{}").removesuffix(":int")
    return "1" if part.endswith(":int}") else known.get(name, "1") if part.startswith("{") else part


def documents(built: GraphQLSchema, numbers: list[str]) -> Iterator[str]:
    """A document for each root field, over everything that can be selected three levels down."""
    given = {"number": numbers[0], "code": FENGQUAN, "within": FENGQUAN, "secret": "wrong", "month": "2026-11"}
    query = built.query_type
    assert query is not None
    for name, field in query.fields.items():
        asked = {key: given.get(key) for key, one in field.args.items() if isinstance(one.type, GraphQLNonNull)}
        if any(value is None for value in asked.values()):
            continue
        arguments = ", ".join(f'{key}: "{value}"' for key, value in asked.items())
        if "first" in field.args:
            arguments = ", ".join(filter(None, (arguments, "first: 50")))
        body = selection(get_named_type(field.type), 3)
        if body:
            yield print_ast(parse(f"{{ {name}{f'({arguments})' if arguments else ''} {body} }}"))


def selection(kind: Any, depth: int) -> str:
    if not isinstance(kind, GraphQLObjectType):
        return ""
    parts = []
    for name, field in kind.fields.items():
        if any(isinstance(one.type, GraphQLNonNull) for one in field.args.values()) or name == "edges":
            continue
        inner = get_named_type(field.type)
        if is_leaf_type(inner):
            parts.append(name)
        elif depth and (body := selection(inner, depth - 1)):
            parts.append(f"{name} {body}")
    return "{ " + " ".join(parts) + " }" if parts else ""


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_what_is_planted_is_in_no_page_feed_answer_message_trail_or_log(
    app: Starlette, client: httpx.AsyncClient, capfd: pytest.CaptureFixture[str]
) -> None:
    await fill()
    await plant()
    rows = await Grievance.all().order_by("id")
    assert sum(bool(MARK.search(row.description)) for row in rows) > 20, "nothing was planted"
    numbers = [row.number for row in rows]
    for row in rows[:3]:
        await know_secret(row)
    leaks: list[str] = []

    def look(where: str, text: str) -> None:
        shown = text.replace("赵小植", "") if "赵小植" in where else text  # a search shows its own words
        if found := MARK.search(shown):
            leaks.append(f"{where}: {found[0]} in …{shown[max(0, found.start() - 60) : found.end() + 20]}")

    built = schema()._schema
    seen = 0
    for who in ("a stranger", "an editor of the city"):
        if who != "a stranger":
            await place.sign_in(client, "elsewhere", Role.EDITOR, place.CITY)
        for address in addresses(app, numbers if who == "a stranger" else numbers[:4]):
            answer = await client.get(address)
            assert answer.status_code < 500, address
            seen += answer.status_code == 200
            look(f"{who} at {address}", answer.text + str(answer.headers))
        for document in documents(built, numbers):
            answer = await client.post("/graphql", json={"query": document}, headers={"accept": "application/json"})
            look(f"{who} asks {document[:60]}", answer.text)
    assert seen > 40
    for entry in await AuditEntry.all():
        look(f"the trail of {entry.operation}", str(entry.changes))
    for message in await OutboxMessage.all():
        look("an outbox row", f"{message.address} {message.values} {message.last_error} {message.dedupe_key}")
        for locale in i18n.LOCALES:
            look(f"the mail {message.template}", " ".join(render_message(message.template, message.values, locale)))
    for told in await InboxMessage.all():
        look("an inbox", f"{told.subject} {told.text} {told.link}")
    out = capfd.readouterr()
    look("the log", out.out + out.err)
    assert not leaks, "\n".join(leaks)


def test_every_input_of_the_room_is_planted_or_named_here() -> None:
    """Operations of the room that no step of the workflow is: what they ask is no word of a reporter."""
    schema()
    assert take_in_letter  # mail comes through no field of the schema
    walked = {operation.name for operation, _ in (*STEPS.values(), *REPORTERS.values())}
    others = {name for name, one in REGISTRY.items() if "grievances" in one.work.__module__} - walked
    asked = {name: set(free_texts(REGISTRY[name].input)) for name in others}
    assert {name: fields for name, fields in asked.items() if fields} == {
        "file_grievance": {"description", "address", "building", "contact_name", "contact_phone", "contact_email"},
        "add_to_tracked_grievance": {"words"},  # the same
        "answer_by_letter": {"words"},  # goes the way of `resubmit` and `comment`, which are walked
        "follow_grievance": {"email"},
        "follow_tracked_grievance": {"email"},
        "support_grievance": {"email"},
        "confirm_following": {"token"},
        "unfollow_grievance": {"token"},
        "merge_grievance": {"note"},
        "restore_grievance": {"reason"},
        # What is decided of photos and of held reports: files by their names, and why, among staff.
        "drop_report": {"reason"},
        "publish_grievance_photo": {"name"},
        "hide_grievance_photo": {"name", "reason"},
        "blur_grievance_photo": {"name", "regions"},
        # The register of teams, ready words and filters: staff's own, for staff.
        "save_grievance_filter": {"name", "query"},
        # The common list: the city's own words, masked at the door like all public words of staff.
        "change_category": {"code", "name", "name_en"},
        "add_category": {"code", "group_code", "name", "name_en", "department"},
        "close_category": {"code"},
        "open_category": {"code"},
        "create_ready_text": {"title", "text"},
        "update_ready_text": {"title", "text"},
        "create_team": {"name", "contact_office", "contact_phone"},
        "update_team": {"name", "contact_office", "contact_phone"},
    }
