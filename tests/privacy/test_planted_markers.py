"""Marked personal data, planted through every input of the grievances room, is in no output for those without a grant.

The inputs are found in the registry of operations, the outputs in the route table, the schema and the database: what
somebody adds is walked too. A new input field that is no free text has to be named in `NAMES_OF_THINGS`, or its
operation refuses the planted words and the test fails.
"""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import (
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    print_ast,
)
from graphql.language import parse
from starlette.applications import Starlette
from starlette.routing import Route

from civicgraph import db, i18n
from civicgraph import settings as configuration
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
from tests.conftest import SECRET as SERVER_SECRET
from tests.conftest import make_settings
from tests.graph.test_subscriptions import event, heard, speaking, subscribe, tell, token_of
from tests.grievances.conftest import fill, words
from tests.grievances.steps import REPORTERS, SECRET, STEPS, know_secret, lead_to, take
from tests.grievances.test_workflow import TRANSITIONS
from tests.support import city as place
from tests.support.city import FENGQUAN, LONGQUAN
from tests.support.servers import Server

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
    for head, field in asked(built.query_type, numbers[0], 50):
        if body := selection(get_named_type(field.type), 3):
            yield print_ast(parse(f"{{ {head} {body} }}"))


def asked(root: GraphQLObjectType | None, number: str, first: int) -> Iterator[tuple[str, GraphQLField]]:
    """Each root field with what it has to be given, where we know what to give."""
    given = {"number": number, "code": FENGQUAN, "within": FENGQUAN, "secret": "wrong", "month": "2026-11"}
    given |= {"community": FENGQUAN, "text": "楼道灯，联系人，电话，微信号，车牌"}
    assert root is not None
    for name, field in root.fields.items():
        needed = {key: given.get(key) for key, one in field.args.items() if isinstance(one.type, GraphQLNonNull)}
        if None in needed.values():
            continue
        arguments = [f'{key}: "{value}"' for key, value in needed.items()]
        arguments += [f"first: {first}"] if "first" in field.args else []
        yield f"{name}({', '.join(arguments)})" if arguments else name, field


def followings(built: GraphQLSchema, number: str) -> Iterator[str]:
    """Subscriptions to each root field: to its own values, and to each of what it leads to, since what is followed has to be cheap."""
    for head, field in asked(built.subscription_type, number, 20):
        kind: Any = get_named_type(field.type)
        is_list = kind.name.endswith("Connection")
        item: Any = get_named_type(kind.fields["nodes"].type) if is_list else kind
        single = {name: one for name, one in item.fields.items() if not _needs_arguments(one)}
        leaves = [name for name, one in single.items() if is_leaf_type(get_named_type(one.type))]
        inner = [f"{name} {body}" for name, one in single.items() if (body := selection(get_named_type(one.type), 1))]
        for body in (" ".join(leaves), *inner):
            yield f"subscription {{ {head} {{ {f'nodes {{ {body} }}' if is_list else body} }} }}"


def _needs_arguments(field: GraphQLField) -> bool:
    return any(isinstance(one.type, GraphQLNonNull) for one in field.args.values())


def selection(kind: Any, depth: int) -> str:
    if not isinstance(kind, GraphQLObjectType):
        return ""
    parts = []
    for name, field in kind.fields.items():
        if _needs_arguments(field) or name == "edges":
            continue
        inner = get_named_type(field.type)
        if is_leaf_type(inner):
            parts.append(name)
        elif depth and (body := selection(inner, depth - 1)):
            parts.append(f"{name} {body}")
    return "{ " + " ".join(parts) + " }" if parts else ""


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


async def test_what_is_planted_is_told_to_no_follower_by_socket_or_stream(database: str, tmp_path: Path) -> None:
    """Now and after the next step; somebody with a grant is told it, so that what is looked for is there."""
    settings = make_settings(database)
    configuration.use(settings)
    async with db.connected(settings):
        await fill()
        dispatcher = await plant()
        editor = await place.person("elsewhere", Role.EDITOR, place.CITY)
        row = (await operations.file_grievance(ANONYMOUS, words(**free_texts(operations.file_grievance.input))))[
            "grievance"
        ]
        secrets = {who: (await token_of(actor))[0] for who, actor in (("", dispatcher), ("an editor", editor))}
        server = Server(database, SERVER_SECRET, tmp_path, CIVICGRAPH_COST_PER_MINUTE=str(10**9))
        await asyncio.to_thread(server.start)
        try:
            built, told = schema()._schema, 0
            for who, payload in (
                ("a stranger", {}),
                ("an editor", {"authorization": f"Bearer {secrets['an editor']}"}),
            ):
                async with speaking(server, **payload) as socket:
                    for key, document in enumerate(followings(built, row.number)):
                        answer = await subscribe(socket, document, str(key))
                        assert not MARK.search(str(answer)), f"{who} follows {document}: {answer}"
                        told += answer["type"] == "next"
                        await tell(socket, id=str(key), type="complete")
            assert told > 100
            await _told_again(server, row, dispatcher, secrets[""])
        finally:
            await asyncio.to_thread(server.stop)


async def _told_again(server: Server, row: Grievance, dispatcher: Actor, secret: str) -> None:
    """The next step, with words among staff and to the public, as a stranger and as somebody with a grant hear of it."""
    query = f"""subscription {{ grievance(number: "{row.number}") {{ version publicText description address building
      contactNameMasked contactPhoneMasked contactEmailMasked answers {{ answer publicAnswer }} tags {{ name }}
      updates(last: 1) {{ nodes {{ publicNote internalNote byLine files {{ filename }} }} }} }} }}"""
    stream = httpx.AsyncClient(base_url=server.url, timeout=10)
    events = {"accept": "text/event-stream"}
    async with (
        speaking(server) as socket,
        speaking(server, authorization=f"Bearer {secret}") as insider,
        stream,
        stream.stream("POST", "/graphql", json={"query": query}, headers=events) as response,
    ):
        lines = response.aiter_lines()
        heard_first = [await subscribe(socket, query), await event(lines)]
        known = [await subscribe(insider, query)]
        values = {**free_texts(operations.comment_on_grievance.input), "is_public": True}
        await take(dispatcher, "comment", row, **values, files=[await attachment(dispatcher)])
        heard_then = [await heard(socket), await event(lines)]
        known.append(await heard(insider))
    for one in (*heard_first, *heard_then):
        assert "＊＊＊" in str(one), "the words themselves are told"
        assert not MARK.search(str(one)), one
    assert [one["payload"]["data"]["grievance"]["version"] for one in known] == [1, 2]
    assert all(MARK.search(str(one)) for one in known), "what is looked for is there for who may know it"


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
        "tell_where": {"address"},  # sealed in what was sent, shown to who places it: test_held
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
