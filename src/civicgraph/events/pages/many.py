"""What staff do with many events at once."""

from __future__ import annotations

from civicgraph.events import operations
from civicgraph.i18n import N_
from civicgraph.listings.bulk import Act, Bulk
from civicgraph.permissions import DRAFT_EVENTS, EDIT_EVENTS
from civicgraph.web.listing import Listing


def bulk_of(listing: Listing) -> Bulk:
    """The acts, each with the operation that the page of one event has for it."""
    return Bulk(
        listing=listing,
        called="title",
        acts={
            "submission": Act(operations.submit_event, N_("Ask for it to be published"), DRAFT_EVENTS),
            "publication": Act(operations.publish_event, N_("Publish"), EDIT_EVENTS),
            "withdrawal": Act(operations.withdraw_event, N_("Make it a draft again"), EDIT_EVENTS),
            "contact": Act(
                operations.set_event_contact,
                N_("Change who holds it and whom to call"),
                DRAFT_EVENTS,
                ("organiser", "contact_phone"),
            ),
            "place": Act(
                operations.update_event, N_("Move it to another place"), DRAFT_EVENTS, ("division_code",), changes=True
            ),
            "cancellation": Act(
                operations.cancel_event, N_("Cancel the event"), EDIT_EVENTS, ("reason",), is_danger=True
            ),
        },
    )
