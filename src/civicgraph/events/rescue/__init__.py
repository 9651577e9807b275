"""Rescue teams, the drills that they take part in, and what both add up to."""
