"""The city's own words of messages."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from civicgraph import settings
from civicgraph.i18n import N_, gettext, listed
from civicgraph.notifications import rendering
from civicgraph.notifications.catalogue import BLOCKS, MESSAGES, NEEDED
from civicgraph.notifications.models import MessageTemplate
from civicgraph.operations import Forbidden, Input, InvalidInput, NotFound, audit, changed, check_version, operation
from civicgraph.permissions import EDIT_MESSAGES, Actor

_UNKNOWN = N_("This message has no placeholder %(names)s. There are: %(offered)s.")
_BRACES = N_("Placeholders are written {{ number }}: two braces on each side, one name between them.")
_LEFT_OUT = N_("Please keep %(name)s in the text: %(words)s.")


class TemplateName(Input):
    """Which message, in which language."""

    name: str = Field(title=N_("Message"), max_length=60)
    locale: str = Field(title=N_("Language"), pattern="^(zh|en)$")


class SetMessageTemplate(TemplateName):
    """The city's own words of a message."""

    subject: str = Field(title=N_("Subject"), min_length=2, max_length=200)
    text: str = Field(
        title=N_("Text"), min_length=2, max_length=4000, json_schema_extra={"widget": "textarea"},
        description=N_("Plain text. What stands between two braces is filled in for each message."),
    )  # fmt: skip
    version: int = Field(0, title=N_("Version"), ge=0)


@operation()
async def set_message_template(actor: Actor, data: SetMessageTemplate) -> MessageTemplate:
    """Write a message in the city's own words, from now on for everybody who gets it in this language."""
    _allow(actor, data)
    check_placeholders(data)
    row = await MessageTemplate.select_for_update().get_or_none(name=data.name, locale=data.locale)
    after = {"subject": data.subject, "text": data.text}
    before = {key: getattr(row, key) if row else "" for key in after}
    if row is None:
        row = MessageTemplate(name=data.name, locale=data.locale, version=0)
    check_version(row, data.version, lambda: before)
    row.update_from_dict({**after, "version": row.version + 1})
    await row.save()
    await audit(actor, row, changed(before, {**after}), division_code=settings.current().city_code)
    return row


@operation()
async def reset_message_template(actor: Actor, data: TemplateName) -> dict[str, Any]:
    """Go back to the words that CivicGraph brings. The audit trail keeps the city's own."""
    _allow(actor, data)
    row = await MessageTemplate.get_or_none(name=data.name, locale=data.locale)
    if row is None:
        raise NotFound
    gone = {"subject": [row.subject, ""], "text": [row.text, ""]}
    await audit(actor, row, gone, division_code=settings.current().city_code)
    await row.delete()
    return {"name": data.name}


def check_placeholders(data: SetMessageTemplate) -> None:
    """Raise `InvalidInput`, in words, for a placeholder that the message does not have or that is ill written."""
    offered = rendering.offered(data.name)
    for field, text in (("subject", data.subject), ("text", data.text)):
        names = rendering.PLACEHOLDER.findall(text)
        if unknown := [name for name in names if name not in offered]:
            said = {"names": listed(f"{{{{ {name} }}}}" for name in unknown), "offered": listed(offered)}
            raise InvalidInput.at(field, "placeholder", _UNKNOWN, **said)
        rest = rendering.PLACEHOLDER.sub("", text)
        if "{{" in rest or "}}" in rest or "{%" in rest:
            raise InvalidInput.at(field, "braces", _BRACES)
    needed = NEEDED.get(data.name)
    if needed and needed not in rendering.PLACEHOLDER.findall(data.text):
        raise InvalidInput.at("text", "needed", _LEFT_OUT, name=f"{{{{ {needed} }}}}", words=gettext(BLOCKS[needed]))


def _allow(actor: Actor, data: TemplateName) -> None:
    if not actor.may(EDIT_MESSAGES, settings.current().city_code):
        raise Forbidden
    if data.name not in MESSAGES:
        raise NotFound
