"""Which type an answer goes in: the specification's own, or plain JSON for older clients."""

from __future__ import annotations

GRAPHQL_TYPE = "application/graphql-response+json"
JSON_TYPE = "application/json"
_OFFERED = {
    GRAPHQL_TYPE: (GRAPHQL_TYPE,),
    JSON_TYPE: (JSON_TYPE,),
    "application/*": (JSON_TYPE, GRAPHQL_TYPE),
    "*/*": (JSON_TYPE, GRAPHQL_TYPE),
}


def accepted(header: str) -> str | None:
    """The type that an Accept header prefers of the two; None when it takes neither.

    A weight of 0 refuses a type. Without a header, and for anything at all, it is plain JSON.
    """
    weights: dict[str, tuple[float, int]] = {}
    for position, part in enumerate(header.lower().split(",")):
        kind, _, parameters = part.partition(";")
        name = kind.strip() or ("*/*" if not header.strip() else "")
        for offered in _OFFERED.get(name, ()):
            specific = name == offered
            if offered not in weights or specific:
                weights[offered] = (_weight(parameters), -position)
    wanted = {kind: rank for kind, rank in weights.items() if rank[0] > 0}
    if not wanted:
        return None
    return max(wanted, key=lambda kind: (*wanted[kind], kind == JSON_TYPE))


def _weight(parameters: str) -> float:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0
