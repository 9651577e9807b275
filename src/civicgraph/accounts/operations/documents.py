"""Trusted documents: what an app may ask for is settled when it is made, not by whoever gets hold of its token."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from civicgraph import clock
from civicgraph.accounts.models import ApiToken, TrustedDocument
from civicgraph.accounts.operations.sessions import home_of
from civicgraph.i18n import N_
from civicgraph.operations import Forbidden, Input, NotFound, audit, operation
from civicgraph.permissions import Actor

MAX_DOCUMENTS = 1_000
_APOLLO = "apollo-persisted-query-manifest"
_HASHES = {32: "md5", 40: "sha1", 64: "sha256"}  # by their length; Relay begins with MD5, graphql-codegen with SHA-1


class TrustDocuments(Input):
    """The documents that a token may run from now on; those before are forgotten."""

    id: int = Field(title=N_("Number"), ge=1)
    manifest: str = Field(
        title=N_("Manifest"),
        description=N_("The JSON file that Relay, graphql-codegen or Apollo writes: each document with its hash."),
        max_length=2_000_000,
        json_schema_extra={"widget": "textarea"},
    )

    @field_validator("manifest")
    @classmethod
    def _holds_documents(cls, manifest: str) -> str:
        documents_of(manifest)
        return manifest


def documents_of(manifest: str) -> dict[str, str]:
    """The texts by hash. Raises `PydanticCustomError` when it is no manifest, or a hash is not that of its text.

    A hash only names a text here; being on the list is what makes it trusted. So the older kinds do no harm.
    """
    found: dict[str, str] = {}
    for name, text in _entries(manifest).items():
        digest = name.removeprefix("sha256:").lower()
        kind = _HASHES.get(len(digest))
        if kind is None or hashlib.new(kind, text.encode(), usedforsecurity=False).hexdigest() != digest:
            raise PydanticCustomError(
                "civic_wrong_hash", N_("%(name)s is not the hash of its document."), {"name": name[:80]}
            )
        found[digest] = text
    if not 1 <= len(found) <= MAX_DOCUMENTS:
        raise PydanticCustomError(
            "civic_documents", N_("The list must hold between 1 and %(most)s documents."), {"most": MAX_DOCUMENTS}
        )
    return found


def _entries(manifest: str) -> Mapping[str, str]:
    try:
        given: Any = orjson.loads(manifest)
        if given.get("format") == _APOLLO:
            given = {one["id"]: one["body"] for one in given["operations"]}
        if all(isinstance(text, str) for text in given.values()):
            return dict(given)
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
        pass
    raise PydanticCustomError("civic_manifest", N_("This is not a manifest: JSON with a text for each hash."))


@operation()
async def trust_documents(actor: Actor, data: TrustDocuments) -> ApiToken:
    """Let one of one's own tokens run the documents of a manifest and nothing else, from now on."""
    if actor.person_id is None or actor.kind == "token":
        raise Forbidden
    row = await ApiToken.select_for_update().get_or_none(id=data.id, person_id=actor.person_id)
    if row is None:
        raise NotFound
    documents = documents_of(data.manifest)
    before = await TrustedDocument.filter(token_id=row.id).delete()
    now = clock.now()
    await TrustedDocument.bulk_create(
        [
            TrustedDocument(token_id=row.id, digest=digest, text=text, created_at=now, updated_at=now)
            for digest, text in documents.items()
        ]
    )
    row.documents_version += 1
    await row.save(update_fields=["documents_version"])
    code = await home_of(row.person_id)  # type: ignore[attr-defined]
    await audit(actor, row, {"trusted_documents": [before, len(documents)]}, division_code=code)
    return row


async def trusted_document(actor: Actor, digest: str) -> str | None:
    """The text with this hash on the list of the actor's token."""
    found = await TrustedDocument.filter(token_id=actor.token_id, digest=digest).values_list("text", flat=True)
    return str(found[0]) if found else None
