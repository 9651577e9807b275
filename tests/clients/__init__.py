"""Clients that others wrote, against the running server."""
