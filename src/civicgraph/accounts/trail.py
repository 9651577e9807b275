"""The audit trail in words: what an operation is called, what it was done to, and what changed in it.

The labels of fields are those of the operation's form; so the trail reads like the forms that wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from pydantic.fields import FieldInfo

from civicgraph.i18n import N_, Labelled, gettext
from civicgraph.operations.kernel import REGISTRY
from civicgraph.web.fields import type_of, widget_of
from civicgraph.web.formats import datetime_, money
from civicgraph.web.templating import environment

OPERATIONS = {
    "sign_in": N_("Signed in"),
    "sign_out": N_("Signed out"),
    "revoke_session": N_("Ended a session"),
    "export_own_account": N_("Asked for a copy of the own data"),
    "change_password": N_("Changed the own password"),
    "create_person": N_("Entered a person"),
    "update_person": N_("Changed a person"),
    "set_password": N_("Set a person's password"),
    "grant_role": N_("Gave a role"),
    "revoke_role": N_("Took a role"),
    "create_token": N_("Made an API token"),
    "revoke_token": N_("Revoked an API token"),
    "trust_documents": N_("Gave an API token its list of documents"),
    "answer_by_letter": N_("Took in an answer by e-mail"),
    "create_policy": N_("Entered a policy"),
    "update_policy": N_("Changed a policy"),
    "add_policy_example": N_("Entered a case to try a policy by"),
    "remove_policy_example": N_("Took such a case away"),
    "test_policy": N_("Tried a policy by its cases"),
    "publish_policy": N_("Published a policy"),
    "end_policy": N_("Ended a policy"),
    "match_policy": N_("Looked for enterprises that qualify"),
    "grant_policy": N_("Granted a policy to those who qualify"),
    "object_to_grant": N_("Objected to a grant as the enterprise"),
    "answer_objection": N_("Answered an objection to a grant"),
    "tell_by_phone": N_("Told an enterprise of its grant by telephone"),
    "create_product": N_("Listed a product"),
    "update_product": N_("Changed a product"),
    "inquire_product": N_("Asked the maker of a product"),
    "describe_product": N_("Described the own product as its maker"),
    "publish_product": N_("Showed a product to everyone"),
    "withdraw_product": N_("Took a product from the public"),
    "set_event_image": N_("Gave an event its image, or words for it"),
    "remove_event_image": N_("Took an event's image away"),
    "set_service_image": N_("Gave a service its image, or words for it"),
    "remove_service_image": N_("Took a service's image away"),
    "set_product_picture": N_("Gave a product its picture"),
    "remove_product_picture": N_("Took a product's picture away"),
    "claim_enterprise": N_("Claimed an enterprise by a code"),
    "give_enterprise_account": N_("Let an account act for an enterprise"),
    "end_enterprise_account": N_("Ended an account's acting for an enterprise"),
    "withdraw_grant": N_("Took back a grant after an objection"),
    "pay_grants": N_("Recorded that grants were paid"),
    "create_investment_project": N_("Entered an investment project"),
    "update_investment_project": N_("Changed an investment project"),
    "publish_investment_project": N_("Showed an investment project to the public"),
    "withdraw_investment_project": N_("Took an investment project from the public"),
    "move_investment_project": N_("Recorded another stage of an investment project"),
    "record_investment_amount": N_("Recorded an amount of an investment project"),
    "add_investment_milestone": N_("Entered a milestone"),
    "change_investment_milestone": N_("Changed a milestone"),
    "finish_investment_milestone": N_("Recorded that a milestone is done"),
    "step_back_investment_project": N_("Took an investment project a stage back"),
    "remove_investment_milestone": N_("Removed a milestone"),
    "update_division": N_("Changed a place's profile"),
    "create_compound": N_("Listed a compound"),
    "update_compound": N_("Changed a compound"),
    "create_grid": N_("Entered a grid"),
    "update_grid": N_("Changed a grid"),
    "assign_grid_worker": N_("Put somebody in charge of a grid"),
    "end_assignment": N_("Ended a time in charge of a grid"),
    "create_event": N_("Drafted an event"),
    "update_event": N_("Changed an event"),
    "publish_event": N_("Published an event"),
    "cancel_event": N_("Cancelled an event"),
    "finish_event": N_("Finished an event"),
    "duplicate_event": N_("Copied an event"),
    "submit_event": N_("Asked for an event to be looked over"),
    "return_event": N_("Gave an event back to its author"),
    "schedule_event": N_("Set a time to publish an event"),
    "unschedule_event": N_("Took the time to publish an event back"),
    "withdraw_event": N_("Took an event off the public lists"),
    "import_events": N_("Entered events from a table"),
    "import_services": N_("Entered services from a table"),
    "set_event_contact": N_("Changed who holds an event"),
    "create_service": N_("Drafted a service"),
    "duplicate_service": N_("Copied a service"),
    "submit_service": N_("Asked for a service to be looked over"),
    "return_service": N_("Gave a service back to its author"),
    "schedule_service": N_("Set a time to publish a service"),
    "unschedule_service": N_("Took the time to publish a service back"),
    "withdraw_service": N_("Took a service off the public lists"),
    "set_service_contact": N_("Changed a service's telephone"),
    "update_service": N_("Changed a service"),
    "publish_service": N_("Published a service"),
    "suspend_service": N_("Suspended a service"),
    "resume_service": N_("Resumed a service"),
    "close_service": N_("Closed a service"),
    "set_menu": N_("Entered a canteen's menu"),
    "create_enterprise": N_("Entered an enterprise"),
    "update_enterprise": N_("Changed an enterprise"),
    "publish_enterprise": N_("Showed an enterprise to the public"),
    "withdraw_enterprise": N_("Took an enterprise off the public register"),
    "set_enterprise_status": N_("Changed an enterprise's status"),
    "forget_enterprise_contact": N_("Deleted an enterprise's contact"),
    "reveal_enterprise_contact": N_("Looked at an enterprise's contact"),
    "put_promise_right": N_("Reckoned promised times anew: more of the calendar is known"),
    "file_grievance": N_("Took a grievance by telephone"),
    "accept_grievance": N_("Accepted a grievance"),
    "assign_grievance": N_("Assigned a grievance"),
    "start_grievance": N_("Began work on a grievance"),
    "comment_on_grievance": N_("Added a note to a grievance"),
    "resolve_grievance": N_("Resolved a grievance"),
    "return_grievance": N_("Asked a reporter"),
    "redirect_grievance": N_("Passed a grievance to another body"),
    "transfer_grievance": N_("Handed a grievance to another community"),
    "merge_grievance": N_("Joined a grievance with an earlier one"),
    "hold_grievance": N_("Let a grievance rest"),
    "resume_grievance": N_("Took up work on a grievance again"),
    "extend_grievance": N_("Gave a grievance more time"),
    "verify_grievance": N_("Checked a grievance on the spot"),
    "send_back_grievance": N_("Sent a grievance back to work"),
    "reopen_grievance": N_("Opened a grievance again"),
    "list_shortfall": N_("Put a grievance on the shortfall list"),
    "review_shortfall": N_("Reviewed a shortfall"),
    "resubmit_tracked_grievance": N_("Answered as the reporter"),
    "add_to_tracked_grievance": N_("Added words as the reporter"),
    "rate_tracked_grievance": N_("Rated as the reporter"),
    "withdraw_tracked_grievance": N_("Withdrew as the reporter"),
    "set_grievance_visibility": N_("Hid or showed a grievance"),
    "export_tracked_data": N_("Asked for their data as the reporter"),
    "erase_tracked_data": N_("Erased their data as the reporter"),
    "redact_grievance": N_("Took words out of a grievance"),
    "restore_grievance": N_("Put words back into a grievance"),
    "finish_grievance_part": N_("Reported a part of a grievance as done"),
    "tag_grievance": N_("Changed a grievance's tags"),
    "create_team": N_("Entered a team"),
    "update_team": N_("Changed a team"),
    "create_ready_text": N_("Kept ready words"),
    "update_ready_text": N_("Changed ready words"),
    "save_grievance_filter": N_("Kept a filter of the queue"),
    "forget_grievance_filter": N_("Forgot a filter of the queue"),
    "reveal_grievance_contact": N_("Looked at a reporter's contact"),
    "find_reports_of_same_person": N_("Looked for other reports of a reporter"),
    "resend_message": N_("Sent a message again"),
    "resend_messages": N_("Sent parked messages again"),
    "set_notice_preference": N_("Chose how to be told"),
    "set_message_template": N_("Changed the words of a message"),
    "reset_message_template": N_("Went back to the original words of a message"),
    "add_robot": N_("Added a chat robot"),
    "change_robot": N_("Changed a chat robot"),
    "pause_robot": N_("Paused a chat robot"),
    "resume_robot": N_("Let a chat robot speak again"),
    "remove_robot": N_("Removed a chat robot"),
    "test_robot": N_("Tried a chat robot"),
    "create_webhook": N_("Added a webhook"),
    "update_webhook": N_("Changed a webhook"),
    "rotate_webhook_secret": N_("Gave a webhook another secret"),
    "pause_webhook": N_("Paused a webhook"),
    "resume_webhook": N_("Sent a webhook events again"),
    "remove_webhook": N_("Removed a webhook"),
    "test_webhook": N_("Tried a webhook"),
    "replay_webhook": N_("Replayed events to a webhook"),
    "set_office_hours": N_("Set an office's hours"),
    "remove_office_hours": N_("Took an office's own hours away"),
    "repeat_event": N_("Let an event come again"),
    "change_repetition": N_("Let an event come again by another rule"),
    "repeat_places": N_("Offered an event's places at those that follow"),
    "postpone_event": N_("Postponed an event"),
    "create_checklist": N_("Drafted what is done once"),
    "update_checklist": N_("Changed what is done once"),
    "publish_checklist": N_("Offered what is done once"),
    "close_checklist": N_("Offered something no longer"),
    "open_case": N_("Opened a case of an enterprise"),
    "correct_case": N_("Corrected a case of an enterprise"),
    "withdraw_case": N_("Withdrew a case of an enterprise"),
    "finish_step": N_("Finished a step of a case"),
    "return_step": N_("Returned a step of a case"),
    "reveal_case": N_("Looked at the form of a case"),
    "send_case_documents": N_("Sent documents for a case"),
    "look_at_document": N_("Looked at a document of an enterprise"),
    "export_case": N_("Took a copy of a case"),
    "erase_case": N_("Had the form of a case erased"),
    "create_vacancy": N_("Entered a vacancy"),
    "update_vacancy": N_("Changed a vacancy"),
    "publish_vacancy": N_("Offered a vacancy"),
    "close_vacancy": N_("Offered a vacancy no longer"),
    "stop_vacancy": N_("Took a vacancy off"),
    "apply_for_job": N_("Applied for work"),
    "move_referral": N_("Recorded a step of a referral"),
    "reveal_referral": N_("Looked at the contact of somebody who looks for work"),
    "withdraw_application": N_("Withdrew an application for work"),
    "export_application": N_("Took a copy of an application for work"),
    "erase_application": N_("Had an application for work erased"),
    "close_quarter": N_("Published a quarter's figures"),
    "derive_scales": N_("Derived the scales of enterprises"),
    "import_enterprises": N_("Entered many enterprises"),
    "begin_import": N_("Began with a file"),
    "enter_batch": N_("Entered rows of a file"),
    "start_import": N_("Let the rows of a file be entered"),
    "stop_import": N_("Put a file aside"),
    "finish_import": N_("Came to the end of a file"),
    "call_departments": N_("Called departments"),
    "report_in": N_("Reported in for a department"),
    "answer_call": N_("Answered for a department"),
    "change_grievance_level": N_("Changed a grievance's level"),
    "take_over_grievance": N_("Took a grievance over"),
    "advise_on_grievance": N_("Advised on a grievance"),
    "release_report": N_("Let a held report through"),
    "drop_report": N_("Dropped a held report"),
    "erase_held_report": N_("Had their own held report erased"),
    "publish_grievance_photo": N_("Showed a photo to everyone"),
    "hide_grievance_photo": N_("Took a photo from the public"),
    "blur_grievance_photo": N_("Blurred a photo"),
    "show_blurred_photo": N_("Blurred a photo"),  # its name in entries of before
    "set_urgency_policy": N_("Set a promised time"),
    "remove_urgency_policy": N_("Took a place's own promised time away"),
    "change_category": N_("Changed a category of grievances"),
    "add_category": N_("Added a category of grievances"),
    "close_category": N_("Closed a category for new reports"),
    "open_category": N_("Opened a category again"),
    "create_quota": N_("Offered places"),
    "update_quota": N_("Changed places"),
    "close_quota": N_("Gave out no more places"),
    "open_quota": N_("Gave out places again"),
    "move_up_registration": N_("Moved somebody up the waiting list"),
    "remove_registration": N_("Took a registration off"),
    "note_call": N_("Noted that somebody was called"),
    "mark_no_show": N_("Noted that somebody did not come"),
    "message_registrants": N_("Wrote to everybody who comes"),
    "reveal_registration_contact": N_("Looked at a registration's contact"),
    "export_registrations": N_("Took out a list of registrations"),
    "undo_check_in": N_("Took a check-in back"),
    "cancel_registration": N_("Cancelled a registration"),
    "accept_places": N_("Accepted places that became free"),
    "take_fewer_places": N_("Came with fewer people"),
    "list_registration": N_("Said whether others may read that one comes"),
    "export_bookings": N_("Took out who comes to an event or service, with contacts"),
    "export_registration": N_("Took a copy of the data of one's registration"),
    "erase_registration": N_("Erased the data of one's registration"),
    "register": N_("Took a place"),
    "check_in": N_("Checked somebody in"),
    "add_event_entry": N_("Entered a line of an event's record"),
    "change_event_entry": N_("Changed a line of an event's record"),
    "remove_event_entry": N_("Took a line out of an event's record"),
    "hand_on_question": N_("Made a question of a forum a grievance"),
    "create_rescue_team": N_("Entered a rescue team"),
    "update_rescue_team": N_("Changed a rescue team"),
}
"""What an entry says that somebody did; the tests find operations without words."""

SUBJECTS = {
    "Person": N_("Person"),
    "Session": N_("Session"),
    "ApiToken": N_("API token"),
    "ChatRobot": N_("Chat robot"),
    "Webhook": N_("Webhook"),
    "MessageTemplate": N_("Words of a message"),
    "NoticePreference": N_("Choice of notices"),
    "Division": N_("Place"),
    "Compound": N_("Compound"),
    "Grid": N_("Grid"),
    "GridAssignment": N_("Charge of a grid"),
    "Event": N_("Event"),
    "RescueTeam": N_("Rescue team"),
    "Service": N_("Service"),
    "Enterprise": N_("Enterprise"),
    "EnterpriseAccount": N_("Account of an enterprise"),
    "InvestmentProject": N_("Investment project"),
    "Grievance": N_("Grievance"),
    "GrievanceCategory": N_("Category of grievances"),
    "OutboxMessage": N_("Message"),
}

_FIELDS = {
    "status": N_("Status"),
    "state": N_("Status"),
    "revoked_at": N_("Ended"),
    "documents": N_("Trusted documents"),
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
    "milestone": N_("Milestone"),
    "import_key": N_("Own number"),
    "status_reason": N_("Reason"),
    "submitted_at": N_("Handed in for review"),
    "review_note": N_("Words of the review"),
    "published_at": N_("Published at"),
}
_LONGEST = 80
_LEAD = 12
"""Characters before what differs, by which a reader finds the place in a long text."""
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d\+00:00")


def operation_words(name: str) -> str:
    """What was done; an operation without words by its name."""
    return gettext(OPERATIONS[name]) if name in OPERATIONS else name


def subject_words(name: str) -> str:
    """What it was done to; a type without words by its name."""
    return gettext(SUBJECTS[name]) if name in SUBJECTS else name


def changes(entry: Mapping[str, Any]) -> list[dict[str, str | None]]:
    """The fields that an entry changed: label, and the values before and after where they are kept."""
    operation = REGISTRY.get(entry["operation"])
    fields = operation.input.model_fields if operation else {}
    found: list[dict[str, str | None]] = []
    for name, pair in orjson.loads(entry["changedFields"] or "{}").items():
        declared = fields.get(name)
        before, after = [_words(value, declared) for value in pair] if pair else (None, None)
        if before is None or after is None:
            found.append({"label": _label(name, declared), "before": None, "after": None})
        elif before != after:
            shown = _parting(before, after)
            found.append({"label": _label(name, declared), "before": shown[0], "after": shown[1]})
    return found


def _label(name: str, declared: FieldInfo | None) -> str:
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


def _parting(before: str, after: str) -> list[str]:
    """Both values from a little before where they part, so that what differs is in what is shown."""
    shorter = min(len(before), len(after))
    same = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    begin = same - _LEAD if max(len(before), len(after)) > _LONGEST and same > _LEAD else 0
    return [_short(text, begin) for text in (before, after)]


def _short(text: str, begin: int) -> str:
    lead, rest = "…" if begin else "", text[begin:]
    return lead + (rest if len(lead + rest) <= _LONGEST else rest[: _LONGEST - 1 - len(lead)] + "…")


environment().filters.update(operation_words=operation_words, subject_words=subject_words, trail_changes=changes)
