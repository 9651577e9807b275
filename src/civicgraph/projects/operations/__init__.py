"""Writes of the projects room."""

from civicgraph.projects.operations.milestones import (
    add_investment_milestone,
    change_investment_milestone,
    finish_investment_milestone,
    remove_investment_milestone,
)
from civicgraph.projects.operations.progress import (
    move_investment_project,
    record_investment_amount,
    step_back_investment_project,
)
from civicgraph.projects.operations.projects import (
    create_investment_project,
    publish_investment_project,
    update_investment_project,
    withdraw_investment_project,
)

__all__ = [
    "add_investment_milestone",
    "change_investment_milestone",
    "create_investment_project",
    "finish_investment_milestone",
    "move_investment_project",
    "publish_investment_project",
    "record_investment_amount",
    "remove_investment_milestone",
    "step_back_investment_project",
    "update_investment_project",
    "withdraw_investment_project",
]
