"""Whose an address is."""

from __future__ import annotations

import ipaddress


def line(address: str) -> str:
    """What one line is given of the internet: an IPv4 address, or all of the IPv6 addresses of a /64."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address):
        return str(found.ipv4_mapped or ipaddress.ip_network((found, 64), strict=False))
    return address
