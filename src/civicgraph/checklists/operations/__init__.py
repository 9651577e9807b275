"""Writes of the checklists room."""

from civicgraph.checklists.operations.cases import (
    OpenCase,
    correct_case,
    open_case,
    reveal_case,
    withdraw_case,
)
from civicgraph.checklists.operations.own_data import erase_case, export_case
from civicgraph.checklists.operations.send_documents import send_case_documents
from civicgraph.checklists.operations.steps import finish_step, return_step
from civicgraph.checklists.operations.templates import (
    ChecklistFieldFields,
    ChecklistStepFields,
    CreateChecklist,
    UpdateChecklist,
    close_checklist,
    create_checklist,
    publish_checklist,
    update_checklist,
)

__all__ = [
    "ChecklistFieldFields",
    "ChecklistStepFields",
    "CreateChecklist",
    "OpenCase",
    "UpdateChecklist",
    "close_checklist",
    "correct_case",
    "create_checklist",
    "erase_case",
    "export_case",
    "finish_step",
    "open_case",
    "publish_checklist",
    "return_step",
    "reveal_case",
    "send_case_documents",
    "update_checklist",
    "withdraw_case",
]
