"""Pages of the policies room."""

from civicgraph.policies.pages import catalogue, own

ROUTES = [*own.ROUTES, *catalogue.ROUTES]
