"""Writes of the enterprises room, by what they are about."""

from civicgraph.enterprises.inputs import CreateEnterprise, EnterpriseFields, UpdateEnterprise
from civicgraph.enterprises.operations.accounts import (
    ask_claim_code,
    claim_enterprise,
    end_enterprise_account,
    give_enterprise_account,
)
from civicgraph.enterprises.operations.close_quarter import close_quarter
from civicgraph.enterprises.operations.derive_scales import derive_scales
from civicgraph.enterprises.operations.import_enterprises import import_enterprises
from civicgraph.enterprises.operations.register import (
    EnterpriseNumber,
    EnterpriseVersion,
    SetEnterpriseStatus,
    create_enterprise,
    enterprise_values,
    forget_enterprise_contact,
    forget_enterprise_figures,
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
    "ask_claim_code",
    "claim_enterprise",
    "close_quarter",
    "create_enterprise",
    "derive_scales",
    "end_enterprise_account",
    "enterprise_values",
    "forget_enterprise_contact",
    "forget_enterprise_figures",
    "give_enterprise_account",
    "import_enterprises",
    "publish_enterprise",
    "reveal_enterprise_contact",
    "set_enterprise_status",
    "update_enterprise",
    "withdraw_enterprise",
]
