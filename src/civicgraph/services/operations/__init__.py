"""Writes of the services room."""

from civicgraph.services.operations.inputs import CreateService, UpdateService
from civicgraph.services.operations.listing import (
    ServiceVersion,
    StopService,
    close_service,
    create_service,
    publish_service,
    resume_service,
    suspend_service,
    update_service,
)
from civicgraph.services.operations.menu import SetMenu, set_menu

__all__ = [
    "CreateService",
    "ServiceVersion",
    "SetMenu",
    "StopService",
    "UpdateService",
    "close_service",
    "create_service",
    "publish_service",
    "resume_service",
    "set_menu",
    "suspend_service",
    "update_service",
]
