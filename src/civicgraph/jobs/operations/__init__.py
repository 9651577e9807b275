"""Writes of the jobs room."""

from civicgraph.jobs.operations.applying import apply_for_job
from civicgraph.jobs.operations.following import move_referral, reveal_referral
from civicgraph.jobs.operations.inputs import ApplyForJob, CreateVacancy, MoveReferral, UpdateVacancy, VacancyFields
from civicgraph.jobs.operations.own import erase_application, export_application, withdraw_application
from civicgraph.jobs.operations.vacancies import (
    close_vacancy,
    create_vacancy,
    publish_vacancy,
    stop_vacancy,
    update_vacancy,
)

__all__ = [
    "ApplyForJob",
    "CreateVacancy",
    "MoveReferral",
    "UpdateVacancy",
    "VacancyFields",
    "apply_for_job",
    "close_vacancy",
    "create_vacancy",
    "erase_application",
    "export_application",
    "move_referral",
    "publish_vacancy",
    "reveal_referral",
    "stop_vacancy",
    "update_vacancy",
    "withdraw_application",
]
