"""Pages of the jobs room."""

from civicgraph.jobs.pages import apply, enterprise, own, public, referrals, staff

ROUTES = [*public.ROUTES, *apply.ROUTES, *own.ROUTES, *enterprise.ROUTES, *staff.ROUTES, *referrals.ROUTES]
