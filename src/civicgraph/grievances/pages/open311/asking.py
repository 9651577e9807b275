"""What all addresses of GeoReport have in common: whose city, in which language, who asks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request

from civicgraph import i18n, settings
from civicgraph.graph.engine import Engine
from civicgraph.grievances.pages.open311.answers import Refused
from civicgraph.i18n import N_, gettext
from civicgraph.operations.inputs import MESSAGES
from civicgraph.permissions import ANONYMOUS, Actor
from civicgraph.web.templating import document

_NO_TEXT = MESSAGES["string_unicode"]
_NO_JURISDICTION = N_("jurisdiction_id: there is no such division here. Leave it out for the whole city.")


def all_read(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """What was sent, by name. Refuses what is no UTF-8: it can neither be looked for nor kept."""
    words = gettext(_NO_TEXT)
    wrong = [f"{name}: {words}" if _is_text(name) else words for name, value in pairs if not _is_text(name + value)]
    if wrong:
        raise Refused(400, *dict.fromkeys(wrong))
    return dict(pairs)


def _is_text(given: str) -> bool:
    """Whether it holds no byte that stayed one (`forms.read_pairs`)."""
    return not any("\ud800" <= char <= "\udfff" for char in given)


def jurisdiction(given: Mapping[str, str]) -> str:
    """The code of the division that is asked about: the city, or one of its divisions by `jurisdiction_id`."""
    code = given.get("jurisdiction_id") or settings.current().city_code
    if not re.fullmatch(r"\d{4,12}", code, re.ASCII) or not code.startswith(settings.current().city_code):
        raise Refused(404, gettext(_NO_JURISDICTION))
    return code


async def public(request: Request, name: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a document as everyone may read it, whoever asks; of a division that exists."""
    engine: Engine = request.app.state.engine
    found = await engine.read(document(f"open311/{name}"), variables, stranger(request))
    if "place" in variables and found["division"] is None:
        raise Refused(404, gettext(_NO_JURISDICTION))
    return found


def stranger(request: Request) -> Actor:
    """Somebody of whom nothing is known but the address."""
    actor: Actor = request.state.actor
    return replace(
        ANONYMOUS,
        locale=i18n.current.get(),
        address_key=actor.address_key,
        request_id=actor.request_id,
        _prefixes={},
    )


def named(row: Mapping[str, Any], field: str = "name") -> str:
    """A name in the language asked for."""
    return str(row[field] if i18n.current.get() == "zh" else row[f"{field}En"])
