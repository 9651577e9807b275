"""CivicGraph beside its peers: the same answers from the same database, each served by what others would use."""
