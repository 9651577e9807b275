"""Pages of the policies room."""

from civicgraph.policies.pages import catalogue, granted, own, paid, paying

ROUTES = [*own.ROUTES, *paid.ROUTES, *paying.ROUTES, *granted.ROUTES, *catalogue.ROUTES]
