"""What can be reported: the categories as services, their questions as attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request

from civicgraph import i18n
from civicgraph.grievances.pages.open311.answers import Refused, Told
from civicgraph.grievances.pages.open311.asking import jurisdiction, named, public
from civicgraph.i18n import N_, gettext, label_of

_UNKNOWN = N_("service_code: there is no such service. The list of services has those that there are.")
_TYPES = {"CHOICE": "singlevaluelist", "YES_NO": "singlevaluelist", "NUMBER": "number", "TEXT": "text"}


async def services(request: Request) -> Told:
    """All categories, in the order of our own form."""
    found = await public(request, "services", {"place": jurisdiction(request.query_params)})
    return Told("services", [_service(one) for one in found["grievanceCategories"]["nodes"]])


async def service(request: Request) -> Told:
    """What a category asks besides."""
    one = await category(request, jurisdiction(request.query_params), request.path_params["code"])
    attributes = [_attribute(order, asked) for order, asked in enumerate(one["questions"], start=1)]
    return Told("service_definition", {"service_code": one["code"], "attributes": attributes})


async def category(request: Request, place: str, code: str) -> dict[str, Any]:
    """The category with this code. Refuses with 404 when there is none."""
    found = await public(request, "services", {"place": place})
    one: dict[str, Any] | None = next(
        (one for one in found["grievanceCategories"]["nodes"] if one["code"] == code), None
    )
    if one is None:
        raise Refused(404, gettext(_UNKNOWN))
    return one


def _service(one: Mapping[str, Any]) -> dict[str, Any]:
    group = named(one, "groupName")
    who = gettext(N_("Who normally deals with it: %(body)s"), body=label_of("Body", one["body"]))
    return {
        "service_code": one["code"],
        "service_name": named(one),
        "description": who,
        "metadata": bool(one["questions"]),
        "type": "realtime",
        "keywords": f"{group}, {named(one)}",
        "group": group,
    }


def _attribute(order: int, asked: Mapping[str, Any]) -> dict[str, Any]:
    public_words = gettext("Everyone can read the answer.") if asked["isPublic"] else ""
    described = {
        "variable": True,
        "code": asked["code"],
        "datatype": _TYPES[asked["kind"]],
        "required": asked["isRequired"],
        "datatype_description": public_words,
        "order": order,
        "description": named(asked),
    }
    values = [{"key": key, "name": name} for key, name in _choices(asked)]
    return {**described, "values": values} if values else described


def _choices(asked: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    if asked["kind"] == "YES_NO":
        return [("yes", gettext("Yes")), ("no", gettext("No"))]
    words = asked["choices"] if i18n.current.get() == "zh" else asked["choicesEn"] or asked["choices"]
    return list(zip(asked["choices"], words, strict=False))
