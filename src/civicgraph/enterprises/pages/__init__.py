"""Pages of the enterprises room."""

from civicgraph.enterprises.pages import accounts, figures, imports, own, register

ROUTES = [*figures.ROUTES, *imports.ROUTES, *own.ROUTES, *accounts.ROUTES, *register.ROUTES]
