"""What can be done with a grievance over GraphQL: a mutation for each operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import strawberry

from civicgraph.graph import door
from civicgraph.grievances import operations
from civicgraph.grievances.intake.models import BY_OUR_DOORS, Channel
from civicgraph.i18n import N_
from civicgraph.operations import InvalidInput


@strawberry.type(description="Whom to call at once where there is danger to life.")
class EmergencyCall:
    """A number, and whose it is."""

    number: str = strawberry.field(description="The telephone number, for instance 119.")
    words: str = strawberry.field(description="Whose it is, in the person's language.")


_NOT_THIS_DOOR = N_("What is sent over GraphQL did not come in that way. Please leave it out, or say API.")


def _came_this_way(report: Mapping[str, Any]) -> None:
    if Channel(report.get("channel", Channel.API)) in BY_OUR_DOORS:
        raise InvalidInput.at("channel", "other_door", _NOT_THIS_DOOR)


DOORS = (
    door(
        operations.file_grievance,
        {
            "grievance": "TrackedGrievance",
            "number": str,
            "tracking_secret": str,
            "is_held": bool,
            "emergency_calls": list[EmergencyCall],
        },
        check=_came_this_way,
    ),
    door(operations.support_grievance, {"grievance": "Grievance", "is_new": bool}),
    door(operations.release_report, {"grievance": "Grievance"}),
    door(operations.drop_report, {"report": "HeldReport"}),
    door(operations.reveal_held_contact, {"name": str, "phone": str, "email": str}),
    door(operations.tell_where, {"report": "TrackedHeldReport"}),
    door(operations.erase_held_report, {"report": "TrackedHeldReport"}),
    door(operations.publish_grievance_photo, {"grievance": "Grievance"}),
    door(operations.hide_grievance_photo, {"grievance": "Grievance"}),
    door(operations.blur_grievance_photo, {"grievance": "Grievance"}),
    door(operations.accept_grievance, {"grievance": "Grievance"}),
    door(operations.return_grievance, {"grievance": "Grievance"}),
    door(operations.take_grievance_answer, {"grievance": "Grievance"}),
    door(operations.export_tracked_data, {"data": str}),
    door(operations.erase_tracked_data, {"grievance": "TrackedGrievance"}),
    door(operations.redact_grievance, {"grievance": "Grievance"}),
    door(operations.restore_grievance, {"grievance": "Grievance"}),
    door(operations.redirect_grievance, {"grievance": "Grievance"}),
    door(operations.recall_grievance, {"grievance": "Grievance"}),
    door(operations.transfer_grievance, {"grievance": "Grievance"}),
    door(operations.merge_grievance, {"grievance": "Grievance"}),
    door(operations.assign_grievance, {"grievance": "Grievance"}),
    door(operations.start_grievance, {"grievance": "Grievance"}),
    door(operations.hold_grievance, {"grievance": "Grievance"}),
    door(operations.resume_grievance, {"grievance": "Grievance"}),
    door(operations.extend_grievance, {"grievance": "Grievance"}),
    door(operations.comment_on_grievance, {"grievance": "Grievance"}),
    door(operations.resolve_grievance, {"grievance": "Grievance"}),
    door(operations.verify_grievance, {"grievance": "Grievance"}),
    door(operations.send_back_grievance, {"grievance": "Grievance"}),
    door(operations.reopen_grievance, {"grievance": "Grievance"}),
    door(operations.change_grievance_level, {"grievance": "Grievance"}),
    door(operations.take_over_grievance, {"grievance": "Grievance"}),
    door(operations.advise_on_grievance, {"grievance": "Grievance"}),
    door(operations.call_departments, {"grievance": "Grievance"}),
    door(operations.report_in, {"grievance": "Grievance"}),
    door(operations.answer_call, {"grievance": "Grievance"}),
    door(operations.set_urgency_policy, {"division": "divisions.Division"}),
    door(operations.remove_urgency_policy, {"division": "divisions.Division"}),
    door(operations.change_category, {"category": "GrievanceCategory"}),
    door(operations.add_category, {"category": "GrievanceCategory"}),
    door(operations.close_category, {"category": "GrievanceCategory"}),
    door(operations.open_category, {"category": "GrievanceCategory"}),
    door(operations.list_shortfall, {"grievance": "Grievance"}),
    door(operations.review_shortfall, {"grievance": "Grievance"}),
    door(operations.resubmit_tracked_grievance, {"grievance": "TrackedGrievance"}),
    door(operations.add_to_tracked_grievance, {"grievance": "TrackedGrievance"}),
    door(operations.rate_tracked_grievance, {"grievance": "TrackedGrievance"}),
    door(operations.withdraw_tracked_grievance, {"grievance": "TrackedGrievance"}),
    door(operations.follow_grievance, {"number": str, "email": str}),
    door(operations.follow_tracked_grievance, {"number": str, "email": str}),
    door(operations.confirm_following, {"number": str}),
    door(operations.unfollow_grievance, {"is_ended": bool}),
    door(operations.set_grievance_visibility, {"grievance": "Grievance"}),
    door(operations.reveal_grievance_contact, {"name": str, "phone": str, "email": str}),
    door(operations.find_reports_of_same_person, {"numbers": list[str]}),
)
