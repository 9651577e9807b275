"""Pages of the enterprises room."""

from civicgraph.enterprises.pages import accounts, figures, imports, own, register, sheet

ROUTES = [*figures.ROUTES, *imports.ROUTES, *own.ROUTES, *accounts.ROUTES, *sheet.ROUTES, *register.ROUTES]
