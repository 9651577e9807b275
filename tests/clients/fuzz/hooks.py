"""What the fuzzer cannot read from the schema: our scalars, which refusals are right, and two checks of our own."""

from __future__ import annotations

import re
from typing import Any

import schemathesis
from graphql import DocumentNode, FieldNode, NameNode, SelectionSetNode, Visitor, execute, parse, visit
from hypothesis import strategies as st
from schemathesis.checks import CheckContext
from schemathesis.core.failures import Failure
from schemathesis.core.transport import Response
from schemathesis.generation.case import Case
from schemathesis.graphql import nodes
from schemathesis.graphql.checks import GraphQLClientError
from schemathesis.hooks import HookContext

PAGE = re.compile(
    r"`(first|last)` is -?\d+; it must be between 0 and \d+\.|This cursor does not belong to this list .*"
    r"|Figures are kept by who led, or by category and channel: ask for one of the two at a time\."
    r"|A quarter is a year and Q1 to Q4, for instance 2025Q2\.|This quarter is still to come; the latest one is \d{4}Q\d\."
    r"|Figures are kept of sections and two-digit divisions of industry alone\."
)
CODES = {"BAD_USER_INPUT", "LIMIT_EXCEEDED", "FORBIDDEN", "UNAUTHENTICATED"}

PLACES = ("5203", "520327", "520327001", "520327001901", "520323104001", "999999999999")
schemathesis.graphql.scalar("DivisionCode", st.sampled_from(PLACES).map(nodes.String))
schemathesis.graphql.scalar("IndustryCode", st.sampled_from(["A", "C", "13", "99", "192", "1922"]).map(nodes.String))
schemathesis.graphql.scalar("BigInt", st.integers(-(2**53), 2**53).map(nodes.Int))


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case, response: Response) -> bool:
    """Sizes and cursors are whole numbers and texts to the schema, and ours are not any number and any text; nor are
    figures kept for each pair of their arguments."""
    return not (isinstance(failure, GraphQLClientError) and all(PAGE.match(one["message"]) for one in failure.errors))


class _Typenames(Visitor):
    """Asks each object for its type, as many clients do."""

    def enter_selection_set(self, node: SelectionSetNode, *_: Any) -> SelectionSetNode:
        return SelectionSetNode(selections=(FieldNode(name=NameNode(value="__typename")), *node.selections))


@schemathesis.hook
def map_body(context: HookContext, body: DocumentNode) -> DocumentNode:
    """The document with `__typename` in each selection, so that its answer can be held against the schema."""
    return visit(body, _Typenames())


@schemathesis.check
def errors_have_a_code_and_hide_what_is_inside(context: CheckContext, response: Response, case: Case) -> None:
    """Each error says of which kind it is, and none is a failure inside."""
    for error in response.json().get("errors", []):
        assert error.get("extensions", {}).get("code") in CODES, error


@schemathesis.check
def data_is_what_was_asked_for(context: CheckContext, response: Response, case: Case) -> None:
    """graphql-core, given the answer as its source, completes it to the same: every name, type, list and null."""
    data = response.json().get("data")
    if data is None:
        return
    completed = execute(
        case.operation.schema.client_schema,
        parse(case.body),
        root_value=data,
        field_resolver=lambda source, info, **_: source[info.path.key],
    )
    assert completed.errors is None, completed.errors
    assert completed.data == data
