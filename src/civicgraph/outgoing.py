"""Requests that leave: to addresses that other people gave us, and therefore never turned inward.

A name is resolved here, every address of the answer is judged, and the connection goes to the judged
address itself: a name that answers otherwise a moment later (rebinding) changes nothing. Redirects are
not followed, proxies of the environment not used, time and size are bounded.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpcore

from civicgraph import settings as configuration
from civicgraph.settings import Settings

MAX_ANSWER_BYTES = 64 * 1024
MAX_ADDRESS_CHARACTERS = 1_000
CONNECT_SECONDS = 5
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_EMBEDDING = (
    (ipaddress.ip_network("64:ff9b::/96"), 0),  # NAT64, RFC 6052: the IPv4 address stands last
    (ipaddress.ip_network("::/96"), 0),  # IPv4-compatible, RFC 4291 (deprecated)
    (ipaddress.ip_network("::ffff:0:0:0/96"), 0),  # IPv4-translated, RFC 2765
    (ipaddress.ip_network("2002::/16"), 80),  # 6to4, RFC 3056: it stands behind the prefix
)
_NEVER = (
    ipaddress.ip_network("192.0.0.0/24"),  # protocol assignments, RFC 6890 (older Pythons call part of it global)
    ipaddress.ip_network("192.88.99.0/24"),  # 6to4 relays, RFC 7526 (deprecated)
    ipaddress.ip_network("64:ff9b:1::/48"),  # local NAT64, RFC 8215
    ipaddress.ip_network("2001::/32"),  # Teredo, RFC 4380: leads through a stranger's relay
    ipaddress.ip_network("fec0::/10"),  # site-local, RFC 3879 (deprecated)
)


class Refused(Exception):
    """The address may not be written to. Its words name no address."""


@dataclass(frozen=True)
class Answer:
    """What the other side said: its status, and the beginning of its body."""

    status: int
    body: bytes


def judge(text: str, settings: Settings) -> Address:
    """The address if it may be connected to: public, or within a network that the settings name.

    Raises `Refused` for loopback, private, link-local, shared (CGNAT), multicast, reserved and
    unspecified addresses, in each of the forms in which IPv6 carries an IPv4 address.
    """
    address = ipaddress.ip_address(text.partition("%")[0])
    inner = _unwrapped(address)
    if any(one in network for one in (address, inner) for network in _allowed(settings)):
        return address
    is_public = inner.is_global and not (inner.is_multicast or inner.is_reserved or inner.is_link_local)
    if not is_public or any(one in network for one in (address, inner) for network in _NEVER):
        raise Refused("not a public address")
    return address


def _unwrapped(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    for network, shift in _EMBEDDING:
        if address in network:
            return ipaddress.IPv4Address((int(address) >> shift) & 0xFFFFFFFF)
    return address


def _allowed(settings: Settings) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    given = (one.strip() for one in settings.outgoing_networks.split(","))
    return [ipaddress.ip_network(one, strict=False) for one in given if one]


def _ports(settings: Settings) -> set[int]:
    return {int(one) for one in settings.outgoing_ports.split(",") if one.strip()}


def check_address(url: str) -> None:
    """Raise `Refused`, in words, when an address cannot be one that we write to. Names are judged when connecting."""
    settings = configuration.current()
    if len(url) > MAX_ADDRESS_CHARACTERS or not url.isascii() or not url.isprintable() or " " in url:
        raise Refused("not an address")
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme, 0)
    except ValueError as error:
        raise Refused("not an address") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.password:
        raise Refused("not an address")
    if port not in _ports(settings):
        raise Refused("not an allowed port")
    host = parts.hostname
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return
    judge(host, settings)


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, in the order in which the system would try them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(one[4][0]) for one in found))


class _Guarded(httpcore.AsyncNetworkBackend):
    """Connects to judged addresses alone. Of a name with several, one that is not public spoils all."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as httpcore declares it
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        if port not in _ports(self._settings):
            raise Refused("not an allowed port")
        try:
            found = [str(judge(one, self._settings)) for one in await resolve(host, port)]
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError("the name is not known") from error
        for address in found[:-1]:
            try:
                return await self._backend.connect_tcp(address, port, timeout, local_address, socket_options)
            except httpcore.ConnectError:
                continue
        return await self._backend.connect_tcp(found[-1], port, timeout, local_address, socket_options)


async def post(url: str, body: bytes, headers: Mapping[str, str], *, seconds: float) -> Answer:
    """Send `body` and give what was answered within `seconds`, whatever its status; 3xx is an answer like others.

    Raises `Refused`, `TimeoutError`, or an error of `httpcore` (OSError of a broken connection included).
    """
    return await _ask("POST", url, body, {"accept": "application/json", **headers}, seconds, MAX_ANSWER_BYTES)


async def get(url: str, *, seconds: float, max_bytes: int) -> Answer:
    """Fetch what stands at an address, at most `max_bytes`. Answers and raises as `post` does."""
    return await _ask("GET", url, None, {"accept": "*/*"}, seconds, max_bytes)


async def _ask(
    method: str, url: str, body: bytes | None, headers: Mapping[str, str], seconds: float, max_bytes: int
) -> Answer:
    check_address(url)
    settings = configuration.current()
    sent = {"user-agent": "CivicGraph", "connection": "close", **headers}
    waiting = {"connect": CONNECT_SECONDS, "read": seconds, "write": seconds, "pool": seconds}
    async with (
        asyncio.timeout(seconds),
        httpcore.AsyncConnectionPool(network_backend=_Guarded(settings), max_connections=1, retries=0) as pool,
        pool.stream(method, url, headers=list(sent.items()), content=body, extensions={"timeout": waiting}) as answer,
    ):
        kept = bytearray()
        async for chunk in answer.aiter_stream():
            kept += chunk
            if len(kept) > max_bytes:
                raise Refused("its answer is too long")
        return Answer(answer.status, bytes(kept))
