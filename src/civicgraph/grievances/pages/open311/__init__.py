"""Open311 GeoReport v2: the reports of the city in the words that reporting apps all over the world speak.

A further way to the same operations and documents, in JSON and in XML. What everyone may read is all that it tells,
whoever asks. See docs/open311.md and https://wiki.open311.org/GeoReport_v2/.
"""

from __future__ import annotations

from civicgraph.grievances.pages.open311 import discovery, filing, requests, services, similar, tokens
from civicgraph.grievances.pages.open311.answers import both

ROUTES = [
    *both("/open311/discovery", discovery.discovery, name="open311_discovery"),
    *both("/open311/v2/services", services.services, name="open311_services"),
    *both("/open311/v2/services/{code}", services.service, name="open311_service"),
    *both("/open311/v2/requests", requests.requests, name="open311_requests"),
    *both("/open311/v2/requests", filing.file_request, name="open311_file", methods=["POST"]),
    *both("/open311/v2/requests/{number}", requests.request_, name="open311_request"),
    *both("/open311/v2/similar", similar.similar, name="open311_similar", methods=["POST"]),
    *both("/open311/v2/tokens/{token}", tokens.token, name="open311_token"),
]
