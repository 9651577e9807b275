"""Pages of the services room: the list, a service; the staff's listings and what their kinds have of their own."""

from civicgraph.listings.bulk import routes as bulk_routes
from civicgraph.listings.tables.pages import routes as tables_of
from civicgraph.services.pages import listed, menu
from civicgraph.services.pages.listed import BULK, IMAGE, STAFF
from civicgraph.services.pages.tables import TABLES
from civicgraph.uploads.image_page import routes as image_routes
from civicgraph.web import listing

ROUTES = [
    *listed.ROUTES,
    *tables_of(TABLES, "/staff/services"),
    *bulk_routes(BULK, "/staff/services"),
    *image_routes(IMAGE, "/staff/services"),
    *listing.routes(STAFF, "/staff/services"),
    *menu.ROUTES,
]
