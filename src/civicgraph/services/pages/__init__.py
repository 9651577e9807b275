"""Pages of the services room: the list, a service; the staff's listings and what their kinds have of their own."""

from civicgraph.services.pages import listed, menu

ROUTES = [*listed.ROUTES, *menu.ROUTES]
