"""Writes of the services room."""

from civicgraph.services.operations.drafts import (
    duplicate_service,
    return_service,
    schedule_service,
    set_service_contact,
    submit_service,
    unschedule_service,
)
from civicgraph.services.operations.image import remove_service_image, set_service_image
from civicgraph.services.operations.importing import import_services
from civicgraph.services.operations.inputs import CreateService, ServiceFields, StopService, UpdateService
from civicgraph.services.operations.keeping import create_service, service_values, update_service
from civicgraph.services.operations.menu import SetMenu, set_menu
from civicgraph.services.operations.states import (
    close_service,
    publish_service,
    resume_service,
    suspend_service,
    withdraw_service,
)

__all__ = [
    "CreateService",
    "ServiceFields",
    "SetMenu",
    "StopService",
    "UpdateService",
    "close_service",
    "create_service",
    "duplicate_service",
    "import_services",
    "publish_service",
    "remove_service_image",
    "resume_service",
    "return_service",
    "schedule_service",
    "service_values",
    "set_menu",
    "set_service_contact",
    "set_service_image",
    "submit_service",
    "suspend_service",
    "unschedule_service",
    "update_service",
    "withdraw_service",
]
