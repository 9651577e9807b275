"""Routes of the projects room."""

from civicgraph.projects.pages import figures, progress, public, staff

ROUTES = [*figures.ROUTES, *public.ROUTES, *progress.ROUTES, *staff.ROUTES]
