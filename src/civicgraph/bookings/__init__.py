"""Bookings: places and who takes them, for events, their sessions, and services alike."""
