"""Encodings of answers: Zstandard, Brotli or gzip, each at the level that costs least for what it saves.

Level 1 for what is made on the way (gzip 6 costs as much as a planned read), the highest for static files,
once a start. An answer that holds a secret beside what the visitor sent is not encoded (BREACH): pages with
forms, and those for people who signed in.
"""

from __future__ import annotations

import gzip

import brotli
import zstandard

MIN_BYTES = 600
"""Below this an encoding saves less than a packet."""
OFFERED = ("zstd", "br", "gzip")


def accepted(header: str) -> str:
    """The encoding to answer in, of those that an Accept-Encoding header names; empty for none."""
    wanted: dict[str, float] = {}
    for part in header.lower().split(","):
        name, _, weight = part.partition(";q=")
        try:
            wanted[name.strip()] = float(weight) if weight else 1.0
        except ValueError:
            wanted[name.strip()] = 0.0
    anything = wanted.get("*", 0.0)
    weights = {name: wanted.get(name, anything) for name in OFFERED}
    best = max(weights.values())
    return next(name for name in OFFERED if weights[name] == best) if best > 0 else ""


def encode(body: bytes, encoding: str, *, is_for_good: bool = False) -> bytes:
    """The body in an encoding; `is_for_good` takes the time for the smallest."""
    if encoding == "zstd":
        return zstandard.ZstdCompressor(level=19 if is_for_good else 1).compress(body)
    if encoding == "br":
        return brotli.compress(body, quality=11 if is_for_good else 1)
    return gzip.compress(body, compresslevel=9 if is_for_good else 1, mtime=0)
