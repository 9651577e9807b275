"""Someone to tell, a mail server that they read, and a message that any language can say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from jinja2 import ChoiceLoader, DictLoader

from civicgraph import settings as configuration
from civicgraph.accounts.models import Grant, Person
from civicgraph.notifications import rendering
from civicgraph.notifications.operations import notify_person
from civicgraph.permissions import Role
from civicgraph.settings import Settings
from tests.support import city as place
from tests.support.city import FENGQUAN
from tests.support.mail import Mailbox

TEMPLATES = {
    "messages/lamp.txt": "{{ _('Done') }}: {{ what }}\n\n{{ what }} & more\n{{ base_url }}{{ link }}\n",
    "messages/broken.txt": "{{ nothing_of_the_kind }}",
}


@pytest.fixture(autouse=True)
def templates(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Messages of the tests."""
    plain = rendering._plain()
    assert plain.loader is not None
    monkeypatch.setattr(plain, "loader", ChoiceLoader([DictLoader(TEMPLATES), plain.loader]))
    rendering._plain().cache.clear()  # type: ignore[union-attr]
    yield
    rendering._plain().cache.clear()  # type: ignore[union-attr]


@pytest.fixture
async def lin(connected: Settings) -> Person:
    """Dispatches for 凤泉社区."""
    await place.build()
    row = await Person.create(username="lin", name="林小红", email="lin@example.cn")
    await Grant.create(person=row, role=Role.DISPATCHER, division_id=FENGQUAN)
    return row


@pytest.fixture
def posted(connected: Settings, mailbox: Mailbox) -> Mailbox:
    """A mail server that the settings know."""
    values = {"smtp_url": mailbox.url, "delivery_lease_seconds": 60}
    configuration.use(connected.model_copy(update=values))
    return mailbox


async def tell(person: Person, **values: Any) -> None:
    """Tell about a lamp."""
    given = {"dedupe": "lamp 1", "division_code": FENGQUAN, "link": "/staff", **values}
    await notify_person(person, given.pop("template", "lamp"), {"what": given.pop("what", "路灯坏了")}, **given)
