"""Writes of the enterprises room, by what they are about."""

from civicgraph.enterprises.inputs import CreateEnterprise, EnterpriseFields, UpdateEnterprise
from civicgraph.enterprises.operations.close_quarter import close_quarter
from civicgraph.enterprises.operations.import_enterprises import import_enterprises
from civicgraph.enterprises.operations.register import (
    EnterpriseNumber,
    EnterpriseVersion,
    SetEnterpriseStatus,
    create_enterprise,
    enterprise_values,
    forget_enterprise_contact,
    publish_enterprise,
    reveal_enterprise_contact,
    set_enterprise_status,
    update_enterprise,
    withdraw_enterprise,
)

__all__ = [
    "CreateEnterprise",
    "EnterpriseFields",
    "EnterpriseNumber",
    "EnterpriseVersion",
    "SetEnterpriseStatus",
    "UpdateEnterprise",
    "close_quarter",
    "create_enterprise",
    "enterprise_values",
    "forget_enterprise_contact",
    "import_enterprises",
    "publish_enterprise",
    "reveal_enterprise_contact",
    "set_enterprise_status",
    "update_enterprise",
    "withdraw_enterprise",
]
