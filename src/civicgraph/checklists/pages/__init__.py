"""Pages of the checklists room."""

from civicgraph.checklists.pages import own, public, staff

ROUTES = [*public.ROUTES, *own.ROUTES, *staff.ROUTES]
