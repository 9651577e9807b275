"""Pages of the notifications room: inbox and preferences, the delivery log, robots, webhooks, words of messages."""

from __future__ import annotations

from civicgraph.notifications.pages import inbox, outbox, robots, templates, webhooks

ROUTES = [*inbox.ROUTES, *outbox.ROUTES, *robots.ROUTES, *webhooks.ROUTES, *templates.ROUTES]
