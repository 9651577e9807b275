"""Writes of the policies room."""

from civicgraph.policies.operations.catalogue import (
    CreatePolicy,
    UpdatePolicy,
    create_policy,
    end_policy,
    publish_policy,
    test_policy,
    update_policy,
)
from civicgraph.policies.operations.examples import AddPolicyExample, add_policy_example, remove_policy_example
from civicgraph.policies.operations.explaining import explain_policies, explain_policy
from civicgraph.policies.operations.exporting import export_grants
from civicgraph.policies.operations.granting import (
    TrialOver,
    grant_policy,
    match_policy,
    pay_grants,
    try_policy,
    withdraw_grant,
)
from civicgraph.policies.operations.objecting import answer_objection, correct_grant, object_to_grant
from civicgraph.policies.operations.telling import open_grant, tell_by_phone, tell_enterprises

__all__ = [
    "AddPolicyExample",
    "CreatePolicy",
    "TrialOver",
    "UpdatePolicy",
    "add_policy_example",
    "answer_objection",
    "correct_grant",
    "create_policy",
    "end_policy",
    "explain_policies",
    "explain_policy",
    "export_grants",
    "grant_policy",
    "match_policy",
    "object_to_grant",
    "open_grant",
    "pay_grants",
    "publish_policy",
    "remove_policy_example",
    "tell_by_phone",
    "tell_enterprises",
    "test_policy",
    "try_policy",
    "update_policy",
    "withdraw_grant",
]
