"""Writes of the policies room."""

from civicgraph.policies.operations.catalogue import (
    AddPolicyExample,
    CreatePolicy,
    UpdatePolicy,
    add_policy_example,
    create_policy,
    end_policy,
    publish_policy,
    remove_policy_example,
    test_policy,
    update_policy,
)
from civicgraph.policies.operations.granting import (
    grant_policy,
    match_policy,
    pay_grants,
    tell_enterprises,
    try_policy,
    withdraw_grant,
)

__all__ = [
    "AddPolicyExample",
    "CreatePolicy",
    "UpdatePolicy",
    "add_policy_example",
    "create_policy",
    "end_policy",
    "grant_policy",
    "match_policy",
    "pay_grants",
    "publish_policy",
    "remove_policy_example",
    "tell_enterprises",
    "test_policy",
    "try_policy",
    "update_policy",
    "withdraw_grant",
]
