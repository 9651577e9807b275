"""Pages of the products room."""

from civicgraph.products.pages import listed, markets, own, staff

ROUTES = [*listed.ROUTES, *markets.ROUTES, *own.ROUTES, *staff.ROUTES]
