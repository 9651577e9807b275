"""Pages of the products room."""

from civicgraph.products.pages import listed, markets, staff

ROUTES = [*listed.ROUTES, *markets.ROUTES, *staff.ROUTES]
