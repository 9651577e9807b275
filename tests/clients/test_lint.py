"""The schema in the eyes of a linter that we did not write; `eslint.config.js` says which rules are not ours, and why."""

from __future__ import annotations

from tests.support import node


def test_the_linter_finds_nothing_but_a_list_of_parts() -> None:
    findings = [(one["ruleId"], one["line"]) for one in node.answer("lint.mjs", "schema.graphql")]
    # A grievance's steps are a list with cursors, but no nodes: who sees a step is decided by the grievance it is
    # read through, so none is fetched alone by an id.
    assert findings == [("@graphql-eslint/relay-edge-types", "type GrievanceUpdateEdge {")]
