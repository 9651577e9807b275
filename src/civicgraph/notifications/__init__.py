"""Notifications: the outbox, its channels (e-mail, in-app inbox) and message templates."""
