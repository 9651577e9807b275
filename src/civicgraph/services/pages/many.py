"""What staff do with many services at once."""

from __future__ import annotations

from civicgraph.i18n import N_
from civicgraph.listings.bulk import Act, Bulk
from civicgraph.permissions import DRAFT_SERVICES, EDIT_SERVICES
from civicgraph.services import operations
from civicgraph.web.listing import Listing


def bulk_of(listing: Listing) -> Bulk:
    """The acts, each with the operation that the page of one service has for it."""
    return Bulk(
        listing=listing,
        called="name",
        acts={
            "submission": Act(operations.submit_service, N_("Ask for it to be published"), DRAFT_SERVICES),
            "publication": Act(operations.publish_service, N_("Publish"), EDIT_SERVICES),
            "withdrawal": Act(operations.withdraw_service, N_("Make it a draft again"), EDIT_SERVICES),
            "resumption": Act(operations.resume_service, N_("It is there again"), EDIT_SERVICES),
            "contact": Act(operations.set_service_contact, N_("Change whom to call"), DRAFT_SERVICES, ("phone",)),
            "place": Act(
                operations.update_service,
                N_("Move it to another place"),
                DRAFT_SERVICES,
                ("division_code",),
                changes=True,
            ),
            "suspension": Act(operations.suspend_service, N_("Suspend"), EDIT_SERVICES, ("reason",), is_danger=True),
            "closure": Act(operations.close_service, N_("Close for good"), EDIT_SERVICES, ("reason",), is_danger=True),
        },
    )
