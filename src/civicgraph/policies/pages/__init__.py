"""Pages of the policies room."""

from civicgraph.policies.pages import catalogue, own, paid

ROUTES = [*own.ROUTES, *paid.ROUTES, *catalogue.ROUTES]
