"""GraphQL over HTTP: one endpoint for partner apps and for the explorer.

`calls` reads what is asked, `negotiation` in which type the answer goes, `persisted` knows documents by
their hash, `answers` words bodies and errors, `endpoint` runs it all.
"""

from civicgraph.graph.http.endpoint import Context, Prepared, handle, told, unauthenticated

__all__ = ["Context", "Prepared", "handle", "told", "unauthenticated"]
