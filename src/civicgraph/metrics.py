"""`/metrics`: figures about the process for Prometheus and the like, in the OpenMetrics text format.

Closed unless `CIVICGRAPH_METRICS_TOKEN` is set, and then open to that token alone. Nothing about a person is in it.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.gc_collector import GCCollector
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from civicgraph import clock, logs
from civicgraph.notifications.models import MessageState, OutboxMessage
from civicgraph.scheduler.models import Deadline, DeadlineState
from civicgraph.settings import Settings


@dataclass(frozen=True)
class Waiting:
    """What the tables hold that ought to be little."""

    messages: int
    parked: int
    deadlines: int

    @classmethod
    async def counted(cls) -> Waiting:
        """Count it; each by an index of what waits."""
        return cls(
            await OutboxMessage.filter(state=MessageState.PENDING).count(),
            await OutboxMessage.filter(state=MessageState.PARKED).count(),
            await Deadline.filter(state=DeadlineState.PENDING, due_at__lt=clock.now()).count(),
        )


@dataclass(frozen=True)
class Process(Collector):
    """This process's engine, pages and heartbeat as they stand now."""

    state: Any
    waiting: Waiting

    def collect(self) -> Iterator[Metric]:
        """Each figure with what it means."""
        engine = self.state.engine
        requests = CounterMetricFamily("civicgraph_requests", "Requests by the status answered.", labels=["status"])
        for status, count in logs.answered.items():
            requests.add_metric([str(status)], count)
        yield requests
        yield _counter("graphql_statements", "Reads answered by one statement each.", engine.statements)
        yield _counter(
            "graphql_outside_plans", "Reads of GraphQL that no plan covers and graphql-core answered.", engine.fallbacks
        )
        yield _gauge("graphql_documents_kept", "Parsed documents in the cache.", len(engine.documents))
        yield _gauge("graphql_plans_kept", "Compiled plans in the cache.", len(engine.plans))
        yield _counter("pages_from_memory", "Pages for strangers answered without drawing them.", self.state.pages.hits)
        yield _gauge("pages_kept", "Drawn pages in the cache.", len(self.state.pages))
        yield _gauge("live_followers", "Subscriptions and live pages that are open.", len(self.state.live))
        yield _gauge("seconds_since_tick", "Since deadlines were looked at last.", self.state.heartbeat.seconds_since)
        yield _gauge("messages_waiting", "Messages of the outbox that wait to be sent.", self.waiting.messages)
        yield _gauge("messages_parked", "Messages given up, for a person to look at.", self.waiting.parked)
        yield _gauge("deadlines_unclaimed", "Deadlines that have passed and were not acted on.", self.waiting.deadlines)


def _counter(name: str, meaning: str, value: float) -> Metric:
    return CounterMetricFamily(f"civicgraph_{name}", meaning, value=value)


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"civicgraph_{name}", meaning, value=value)


async def metrics(request: Request) -> Response:
    """The figures, for who has the token."""
    settings: Settings = request.app.state.settings
    token = settings.metrics_token.get_secret_value()
    if not token:
        return PlainTextResponse("There are no metrics here.\n", 404)
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token.encode()):
        return PlainTextResponse("The metrics need their token.\n", 401, {"www-authenticate": 'Bearer realm="metrics"'})
    registry = CollectorRegistry()
    for collector in (ProcessCollector, PlatformCollector, GCCollector):
        collector(registry=registry)
    registry.register(Process(request.app.state, await Waiting.counted()))
    encode, content_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(registry), headers={"content-type": content_type, "cache-control": "no-store"})
