"""What the pages of bookings ask for is found by indexes: at 200,000 registrations nothing is gone through from end to end."""

from __future__ import annotations

from typing import Any

from civicgraph import settings as configuration
from civicgraph.graph.engine import Engine
from civicgraph.permissions import ANONYMOUS, Actor, Held, Role
from civicgraph.web.templating import document
from tests.bookings.conftest import Offer, come
from tests.support.city import FENGGANG
from tests.support.plans import gone_through

BIG = ("registration", "quota", "quota_question", "event", "service")
HERE = {"code": "abcdefgh"}
EXPECTED = {"states": ["CONFIRMED", "OFFERED"], "hasCome": False}
ASKED: dict[str, list[dict[str, Any]]] = {
    "bookings/book": [HERE],
    "bookings/own": [{"number": "AAAAAA", "secret": "A" * 22}],
    "staff/bookings/all": [
        {"filter": {"within": FENGGANG}, "granted": [FENGGANG], "first": 30},
        {"filter": {"within": FENGGANG, "states": ["WAITING"]}, "granted": [FENGGANG], "first": 30},
        {"filter": {"within": FENGGANG, "named": "张三"}, "granted": [FENGGANG], "first": 30},
        {"filter": {"isToBeCalled": True, "page": "/events/a"}, "granted": [FENGGANG], "first": 30},
        {"filter": {"numbers": ["AAAAAA", "BBBBBB"]}, "granted": [FENGGANG], "first": 30},
    ],
    "staff/bookings/check_in": [
        {**HERE, "filter": EXPECTED, "number": "AAAAAA", "first": 100},
        {**HERE, "filter": {**EXPECTED, "text": "张三"}, "number": "-", "first": 100},
    ],
    "staff/bookings/edit": [HERE],
    "staff/bookings/figures": [{"slug": "a", "isEvent": is_event, "since": "2026-05-01"} for is_event in (True, False)],
    "staff/bookings/message": [HERE],
    "staff/bookings/quota": [
        {**HERE, "filter": {"states": ["CONFIRMED", "OFFERED"]}, "first": 50},
        {**HERE, "filter": {"states": ["WAITING"], "text": "张三"}, "first": 50},
        {**HERE, "filter": {"isToBeCalled": True}, "first": 50},
        {**HERE, "filter": {"numbers": ["AAAAAA", "BBBBBB"]}, "first": 50},
    ],
    "staff/bookings/registration": [{"number": "AAAAAA"}],
    "staff/bookings/sheet": [{**HERE, "filter": {"states": ["CONFIRMED", "OFFERED"]}, "first": 100}],
}
"""Each page's document, with variables as its page gives them."""


def test_every_document_of_these_pages_is_asked() -> None:
    folder = configuration.folder("templates")
    found = [path for room in ("bookings", "staff/bookings") for path in (folder / room).glob("*.graphql")]
    assert {str(path.relative_to(folder).with_suffix("")) for path in found} == set(ASKED)


async def test_no_page_of_bookings_goes_through_a_big_table(engine: Engine, offer: Offer) -> None:
    await come(await offer())
    staff = Actor(kind="person", person_id=1, grants=(Held(Role.EDITOR, FENGGANG),))
    troubles = {}
    for name, given in ASKED.items():
        for actor in (staff,) if name.startswith("staff/") else (ANONYMOUS, staff):
            for variables in given:
                plan, values = engine.prepared(document(name), variables, actor)
                parameters = engine.parameters(plan.slots, values, actor)
                if found := await gone_through(plan.statement, parameters, BIG):
                    troubles[f"{name} {variables}"] = found
    assert not troubles, troubles
    assert await gone_through('SELECT t1."id" FROM "registration" t1 WHERE t1."people" = 3', [], BIG), (
        "a scan would be seen"
    )
