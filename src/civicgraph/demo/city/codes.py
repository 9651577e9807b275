"""Codes of made-up rows that are right by their standards: credit codes, numbers of grievances. Pure."""

from __future__ import annotations

from civicgraph.bookings.rules import NUMBER_LENGTH
from civicgraph.enterprises.models import EnterpriseKind
from civicgraph.enterprises.rules import ALPHABET, complete

_REGISTRY = {EnterpriseKind.COMPANY: "91", EnterpriseKind.SOLE_TRADER: "92", EnterpriseKind.COOPERATIVE: "93"}
"""First two characters: register of market entities, and the kind (GB 32100-2015, table 1)."""
_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714-1997
_VALUES = {char: index for index, char in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")}
_BODIES = 31**5
_STRIDE = 7_368_787  # a prime: walks through all bodies in an order that looks like none


def credit_code(kind: EnterpriseKind, county_code: str, serial: int) -> str:
    """A valid unified social credit code; another for each serial number (28 million of them)."""
    body = organisation_body(serial)
    return complete(_REGISTRY.get(kind, "91") + county_code + body + organisation_check(body))


def organisation_body(serial: int) -> str:
    """The first eight characters of an organisation code, `MB` and a number, as registers give them now."""
    number = serial * _STRIDE % _BODIES
    chars = []
    for _ in range(5):
        number, digit = divmod(number, 31)
        chars.append(ALPHABET[digit])
    return "MB0" + "".join(chars)


def organisation_check(body: str) -> str:
    """The ninth character of an organisation code: 11 minus the weighted sum modulo 11, X for 10."""
    rest = 11 - sum(_VALUES[char] * weight for char, weight in zip(body, _WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


_NUMBER_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # that of crypto.random_code
_SUFFIXES = len(_NUMBER_ALPHABET) ** 4
_SUFFIX_STRIDE = 524_287  # a prime, no factor of 30


def grievance_suffix(serial: int) -> str:
    """The end of a grievance's number; another for each of 810,000 serial numbers of a day."""
    return _written(serial * _SUFFIX_STRIDE % _SUFFIXES, 4)


def registration_number(serial: int) -> str:
    """A registration's number; another for each of 729 million serial numbers."""
    return _written(serial * _STRIDE % len(_NUMBER_ALPHABET) ** NUMBER_LENGTH, NUMBER_LENGTH)


def _written(number: int, length: int) -> str:
    chars = []
    for _ in range(length):
        number, digit = divmod(number, len(_NUMBER_ALPHABET))
        chars.append(_NUMBER_ALPHABET[digit])
    return "".join(chars)
