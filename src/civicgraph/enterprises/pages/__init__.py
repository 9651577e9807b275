"""Pages of the enterprises room."""

from civicgraph.enterprises.pages import figures, imports, register

ROUTES = [*figures.ROUTES, *imports.ROUTES, *register.ROUTES]
