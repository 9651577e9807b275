"""Pages of the enterprises room."""

from civicgraph.enterprises.pages import imports, register

ROUTES = [*imports.ROUTES, *register.ROUTES]
