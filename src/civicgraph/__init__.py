"""CivicGraph: one server for the governance of a city close to people's doors."""

__version__ = "0.1.0"
