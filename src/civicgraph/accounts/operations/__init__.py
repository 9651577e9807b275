"""Writes of the accounts room, one subject a file."""

from civicgraph.accounts.operations.authenticate import actor_from_session, actor_from_token
from civicgraph.accounts.operations.documents import trust_documents, trusted_document
from civicgraph.accounts.operations.passwords import change_password
from civicgraph.accounts.operations.people import (
    create_person,
    grant_role,
    revoke_role,
    set_password,
    update_person,
)
from civicgraph.accounts.operations.sessions import revoke_session, sign_in, sign_out
from civicgraph.accounts.operations.tokens import create_token, revoke_token

__all__ = [
    "actor_from_session",
    "actor_from_token",
    "change_password",
    "create_person",
    "create_token",
    "grant_role",
    "revoke_role",
    "revoke_session",
    "revoke_token",
    "set_password",
    "sign_in",
    "sign_out",
    "trust_documents",
    "trusted_document",
    "update_person",
]
