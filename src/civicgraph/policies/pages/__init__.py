"""Pages of the policies room."""

from civicgraph.policies.pages import catalogue, own, paid, paying

ROUTES = [*own.ROUTES, *paid.ROUTES, *paying.ROUTES, *catalogue.ROUTES]
