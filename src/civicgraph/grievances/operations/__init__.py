"""What one can do with a grievance: one verb a module."""

from civicgraph.grievances.operations.accept_grievance import accept_grievance
from civicgraph.grievances.operations.assign_grievance import assign_grievance
from civicgraph.grievances.operations.close_grievance import close_grievance, close_tracked_grievance
from civicgraph.grievances.operations.comment_on_grievance import comment_on_grievance
from civicgraph.grievances.operations.file_grievance import file_grievance
from civicgraph.grievances.operations.resolve_grievance import resolve_grievance
from civicgraph.grievances.operations.reveal_contact import reveal_grievance_contact
from civicgraph.grievances.operations.set_visibility import set_grievance_visibility
from civicgraph.grievances.operations.start_grievance import start_grievance

__all__ = [
    "accept_grievance",
    "assign_grievance",
    "close_grievance",
    "close_tracked_grievance",
    "comment_on_grievance",
    "file_grievance",
    "resolve_grievance",
    "reveal_grievance_contact",
    "set_grievance_visibility",
    "start_grievance",
]
