"""Operations: the only way to write.

An operation takes the actor and one validated input and does its work in one transaction. Mutations,
forms, imports, the scheduler and the command line are thin doors to the same operations.
"""

from civicgraph.operations.audit import audit, changed
from civicgraph.operations.errors import (
    Conflict,
    FieldError,
    Forbidden,
    InvalidInput,
    NotFound,
    OperationError,
    TooMany,
    Unavailable,
)
from civicgraph.operations.inputs import MONEY, Input
from civicgraph.operations.kernel import Operation, after_commit, check_version, operation

__all__ = [
    "MONEY",
    "Conflict",
    "FieldError",
    "Forbidden",
    "Input",
    "InvalidInput",
    "NotFound",
    "Operation",
    "OperationError",
    "TooMany",
    "Unavailable",
    "after_commit",
    "audit",
    "changed",
    "check_version",
    "operation",
]
