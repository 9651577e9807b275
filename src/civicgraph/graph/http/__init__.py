"""GraphQL for partner apps and for the explorer: over HTTP, as events, over WebSockets.

`calls` reads what is asked, `asked` answers one operation, `following` goes on answering a subscription,
`answers` words bodies and errors. Around them stand the ways in: `endpoint` (with `negotiation` of the
answer's type), `stream` and `socket`.
"""

from civicgraph.graph.http.asked import Caller, Context, told
from civicgraph.graph.http.endpoint import Prepared, handle, unauthenticated
from civicgraph.graph.http.following import Renew
from civicgraph.graph.http.socket import Connection, Enter

__all__ = ["Caller", "Connection", "Context", "Enter", "Prepared", "Renew", "handle", "told", "unauthenticated"]
