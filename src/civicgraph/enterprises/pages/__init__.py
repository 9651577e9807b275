"""Pages of the enterprises room."""

from civicgraph.enterprises.pages import accounts, figures, imports, industries, own, register, sheet

ROUTES = [
    *figures.ROUTES,
    *imports.ROUTES,
    *industries.ROUTES,
    *own.ROUTES,
    *accounts.ROUTES,
    *sheet.ROUTES,
    *register.ROUTES,
]
