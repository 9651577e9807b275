"""What changed in an entry of the audit trail, in words.

The labels of fields are those of the operation's form; so the trail reads like the forms that wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from pydantic.fields import FieldInfo

from civicgraph.i18n import N_, Labelled, gettext, label_of
from civicgraph.operations.kernel import REGISTRY
from civicgraph.web.difference import Part, difference
from civicgraph.web.fields import type_of, widget_of
from civicgraph.web.formats import datetime_, money
from civicgraph.web.places_named import OF_PLACES

_FIELDS = {
    "status": N_("Status"),
    "state": N_("Status"),
    "number": N_("Its number"),
    "revoked_at": N_("Ended"),
    "trusted_documents": N_("Trusted documents"),
    "password_hash": N_("Password"),
    "assignee_id": N_("Assigned to"),
    "person": N_("Person in charge"),
    "contact_phone": N_("Telephone"),
    "contact_email": N_("E-mail"),
    "public_note": N_("Public note"),
    "call_about": N_("To be called"),
    "called_at": N_("Called"),
    "internal_note": N_("Note among staff"),
    "is_public": N_("Public"),
    "tags": N_("Tags"),
    "work_orders": N_("Who works on it"),
    "parts_done": N_("Parts that are done"),
    "division_id": N_("Place"),
    "category_id": N_("Category"),
    "body_in_charge": N_("Body in charge"),
    "duplicate_of_id": N_("Joined with"),
    "hold_until": N_("Until when it rests"),
    "review_at": N_("When it is looked at again"),
    "response_due_at": N_("Promised time of the first response"),
    "resolution_soon_at": N_("When three quarters of the time are over"),
    "resolution_due_at": N_("Promised time of the resolution"),
    "milestone": N_("Milestone"),
    "import_key": N_("Own number"),
    "status_reason": N_("Reason"),
    "submitted_at": N_("Handed in for review"),
    "review_note": N_("Words of the review"),
    "published_at": N_("Published at"),
    "previous_starts_at": N_("Start that was announced before"),
    "is_over": N_("It is over"),
    "is_exception": N_("Changed apart from its series"),
    "grievance": N_("Grievance"),
    "sessions_moved": N_("Sessions moved along"),
    "also_changed": N_("Others of its series changed"),
    "also_made": N_("Others of its series made"),
    "fallen_away": N_("Others of its series fallen away"),
    "events_given_places": N_("Others of its series given places"),
    "events_given_plan": N_("Others of its series given agenda, materials or image"),
    "attended": N_("Here"),
    "checked_in_at": N_("Checked in at"),
    "cause": N_("Why it is held"),
    "checklist": N_("What is done once"),
    "contact_email_masked": N_("E-mail of the contact"),
    "contact_phone_masked": N_("Telephone of the contact"),
    "corrected": N_("What was corrected"),
    "created": N_("New ones"),
    "danger": N_("Words of danger"),
    "document": N_("Document"),
    "enterprise": N_("Enterprise"),
    "example": N_("Example"),
    "exported": N_("How many were taken out"),
    "from": N_("Up to which line before"),
    "granted": N_("Granted"),
    "granted_fen": N_("Granted, CNY"),
    "is_blurred": N_("Blurred"),
    "is_told_by_phone": N_("Told by telephone"),
    "matched_on": N_("Matched on"),
    "message": N_("Message"),
    "notified_at": N_("Read at"),
    "objection_answer": N_("Answer to the objection"),
    "off_reason": N_("Why it is off"),
    "paid": N_("Paid"),
    "paid_fen": N_("Paid, CNY"),
    "photo": N_("Photo"),
    "rank": N_("Turn on the waiting list"),
    "refused": N_("Refused"),
    "replayed": N_("How many were replayed"),
    "resent": N_("How many were sent again"),
    "same_person": N_("Reports of the same person"),
    "secret_hash": N_("Secret"),
    "tested": N_("Tried at"),
    "told": N_("How many were told"),
    "unchanged": N_("Unchanged"),
    "updated": N_("Changed ones"),
    "url_masked": N_("Address on the web"),
    "vacancy": N_("Vacancy"),
}
_LONGEST = 80
"""Characters of a value that is shown whole beside what it was."""
_FOLDED = 400
"""Characters of a change beyond which it is folded."""
_LINE = re.compile(r"([a-z_]+)\.(\d+)\.([a-z_]+)")
"""A line of an event's record, and what of it: finding.2.owner."""
_STEP = re.compile(r"step (\d+)")
"""A step of an enterprise’s case."""
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d\+00:00")


def changes(entry: Mapping[str, Any], places: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """The fields that an entry changed: label, and the values before and after where they are kept.

    Places are called by their names where `places` has them by their codes.

    Of a long value, `parts`: every place in which it differs, and how many (`places`).
    """
    found: list[dict[str, Any]] = []
    for name, pair in orjson.loads(entry["changedFields"] or "{}").items():
        declared = declared_of(entry["operation"], name)
        called = (places or {}) if name.endswith(OF_PLACES) else {}
        before, after = [called.get(str(one)) or _words(one, declared) for one in pair] if pair else (None, None)
        if before is None or after is None:
            found.append({"label": field_words(name, declared), "before": None, "after": None})
        elif before != after:
            found.append(
                {"label": field_words(name, declared), "before": before, "after": after, **_differing(before, after)}
            )
    return found


def _differing(before: str, after: str) -> dict[str, Any]:
    """Where a long value differs; a short one is shown whole, as it was and as it is."""
    if not before or not after or max(len(before), len(after)) <= _LONGEST:
        return {"is_long": len(before) + len(after) > _FOLDED}
    parts = difference(before, after)
    changed = [kind is not Part.SAME and kind is not Part.GAP for kind, _ in parts]
    places = sum(is_changed and not changed[at - 1] for at, is_changed in enumerate(changed[1:], 1)) + changed[0]
    return {"parts": parts, "places": places, "is_long": sum(len(text) for _, text in parts) > _FOLDED}


def declared_of(operation: str, name: str) -> FieldInfo | None:
    """A field as the operation's form declares it, or as that of a line of an event's record does."""
    known = REGISTRY.get(operation)
    if known is not None and name in known.input.model_fields:
        return known.input.model_fields[name]
    line = _LINE.fullmatch(name)
    return REGISTRY["add_event_entry"].input.model_fields.get(line[3]) if line else None


def field_words(name: str, declared: FieldInfo | None) -> str:
    """What a field is called: in its form, or here; one without words by its name."""
    if step := _STEP.fullmatch(name):
        return gettext("Step %(number)s", number=step[1])
    if line := _LINE.fullmatch(name):
        return f"{label_of('EntryKind', line[1].upper())} {line[2]} · {field_words(line[3], declared)}"
    if declared is None or not declared.title:
        declared = next(
            (one.input.model_fields[name] for one in REGISTRY.values() if name in one.input.model_fields), None
        )
    if name not in _FIELDS and declared is not None and declared.title:
        return gettext(declared.title)
    return gettext(_FIELDS[name]) if name in _FIELDS else name


def _words(value: Any, declared: FieldInfo | None) -> str:
    if value in (None, "", []):
        return ""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return " · ".join(_words(one, declared) for one in value)
    if isinstance(value, Mapping):
        return "，".join(filter(None, (_words(one, None) for one in value.values() if one is not False)))
    kind = type_of(declared)[0] if declared is not None else None
    if declared is not None and widget_of(declared) == "money" and isinstance(value, int):
        return money(value)
    if _MOMENT.fullmatch(str(value)):
        return datetime_(datetime.fromisoformat(str(value)))
    return _member(str(value), kind)


def _member(value: str, kind: Any) -> str:
    """The words of an enumeration's value: of the field's own, or of any that has it (states are no fields)."""
    kinds = [kind] if isinstance(kind, type) and issubclass(kind, Labelled) else Labelled.__subclasses__()
    if kind is None or kind in kinds:
        return next((member.words for one in kinds for member in one if member.value == value), value)
    return value
