"""GraphQL of the front: a search over everything."""

from __future__ import annotations

from civicgraph.graph import root, root_found
from civicgraph.i18n import N_, Labelled


class SearchKind(Labelled):
    """What a search looks for."""

    DIVISIONS = "divisions", N_("Places")
    SERVICES = "services", N_("Services")
    EVENTS = "events", N_("Events")
    GRIEVANCES = "grievances", N_("Grievances")
    ENTERPRISES = "enterprises", N_("Enterprises")
    PRODUCTS = "products", N_("Products")
    VACANCIES = "vacancies", N_("Vacancies")


@root
class Query:
    """Reads of the front."""

    search = root_found(
        {
            "divisions": "divisions.Division",
            "services": "services.Service",
            "events": "events.Event",
            "grievances": "grievances.Grievance",
            "enterprises": "enterprises.Enterprise",
            "products": "products.Product",
            "vacancies": "jobs.Vacancy",
        },
        union="SearchResult",
        kinds=SearchKind,
        description="Whatever holds the words, kind by kind; of each kind what its own list would give first.",
    )


TYPES = ()
