"""What one can do with a grievance: one verb, or one pair of them, a module."""

from civicgraph.grievances.operations.accept_grievance import accept_grievance
from civicgraph.grievances.operations.add_words import add_to_tracked_grievance
from civicgraph.grievances.operations.assign_grievance import assign_grievance
from civicgraph.grievances.operations.call_departments import answer_call, call_departments, report_in
from civicgraph.grievances.operations.change_category import change_category
from civicgraph.grievances.operations.change_level import change_grievance_level
from civicgraph.grievances.operations.comment_on_grievance import comment_on_grievance
from civicgraph.grievances.operations.direct_grievance import advise_on_grievance, take_over_grievance
from civicgraph.grievances.operations.file_grievance import file_grievance
from civicgraph.grievances.operations.find_same_person import find_reports_of_same_person
from civicgraph.grievances.operations.finish_part import finish_grievance_part
from civicgraph.grievances.operations.follow_grievance import (
    confirm_following,
    follow_grievance,
    follow_tracked_grievance,
    unfollow_grievance,
)
from civicgraph.grievances.operations.held_report import (
    drop_report,
    erase_held_report,
    release_report,
    reveal_held_contact,
    tell_where,
)
from civicgraph.grievances.operations.hold_grievance import extend_grievance, hold_grievance, resume_grievance
from civicgraph.grievances.operations.keep_categories import add_category, close_category, open_category
from civicgraph.grievances.operations.keep_filters import forget_grievance_filter, save_grievance_filter
from civicgraph.grievances.operations.keep_ready_texts import create_ready_text, update_ready_text
from civicgraph.grievances.operations.keep_teams import create_team, update_team
from civicgraph.grievances.operations.list_shortfall import list_shortfall, review_shortfall
from civicgraph.grievances.operations.own_data import erase_tracked_data, export_tracked_data
from civicgraph.grievances.operations.photos import (
    blur_grievance_photo,
    hide_grievance_photo,
    publish_grievance_photo,
)
from civicgraph.grievances.operations.put_promise_right import put_promise_right
from civicgraph.grievances.operations.rate_grievance import rate_tracked_grievance, reopen_grievance
from civicgraph.grievances.operations.redact_grievance import redact_grievance, restore_grievance
from civicgraph.grievances.operations.redirect_grievance import (
    merge_grievance,
    recall_grievance,
    redirect_grievance,
    transfer_grievance,
)
from civicgraph.grievances.operations.resolve_grievance import resolve_grievance
from civicgraph.grievances.operations.return_grievance import (
    resubmit_tracked_grievance,
    return_grievance,
    take_grievance_answer,
)
from civicgraph.grievances.operations.reveal_contact import reveal_grievance_contact
from civicgraph.grievances.operations.set_promise import remove_urgency_policy, set_urgency_policy
from civicgraph.grievances.operations.set_visibility import set_grievance_visibility
from civicgraph.grievances.operations.start_grievance import start_grievance
from civicgraph.grievances.operations.support_grievance import support_grievance
from civicgraph.grievances.operations.tag_grievance import tag_grievance
from civicgraph.grievances.operations.verify_grievance import send_back_grievance, verify_grievance
from civicgraph.grievances.operations.withdraw_grievance import withdraw_tracked_grievance

__all__ = [
    "accept_grievance",
    "add_category",
    "add_to_tracked_grievance",
    "advise_on_grievance",
    "answer_call",
    "assign_grievance",
    "blur_grievance_photo",
    "call_departments",
    "change_category",
    "change_grievance_level",
    "close_category",
    "comment_on_grievance",
    "confirm_following",
    "create_ready_text",
    "create_team",
    "drop_report",
    "erase_held_report",
    "erase_tracked_data",
    "export_tracked_data",
    "extend_grievance",
    "file_grievance",
    "find_reports_of_same_person",
    "finish_grievance_part",
    "follow_grievance",
    "follow_tracked_grievance",
    "forget_grievance_filter",
    "hide_grievance_photo",
    "hold_grievance",
    "list_shortfall",
    "merge_grievance",
    "open_category",
    "publish_grievance_photo",
    "put_promise_right",
    "rate_tracked_grievance",
    "recall_grievance",
    "redact_grievance",
    "redirect_grievance",
    "release_report",
    "remove_urgency_policy",
    "reopen_grievance",
    "report_in",
    "resolve_grievance",
    "restore_grievance",
    "resubmit_tracked_grievance",
    "resume_grievance",
    "return_grievance",
    "reveal_grievance_contact",
    "reveal_held_contact",
    "review_shortfall",
    "save_grievance_filter",
    "send_back_grievance",
    "set_grievance_visibility",
    "set_urgency_policy",
    "start_grievance",
    "support_grievance",
    "tag_grievance",
    "take_grievance_answer",
    "take_over_grievance",
    "tell_where",
    "transfer_grievance",
    "unfollow_grievance",
    "update_ready_text",
    "update_team",
    "verify_grievance",
    "withdraw_tracked_grievance",
]
