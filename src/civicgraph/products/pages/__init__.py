"""Pages of the products room."""

from civicgraph.products.pages import asking, listed, markets, own, staff

ROUTES = [*listed.ROUTES, *asking.ROUTES, *markets.ROUTES, *own.ROUTES, *staff.ROUTES]
