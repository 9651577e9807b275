"""GraphQL of the jobs room."""

from __future__ import annotations

from civicgraph.graph import (
    MAX_DIVISIONS,
    DivisionCode,
    Order,
    any_of,
    column,
    computed,
    door,
    equals,
    filter_type,
    flag,
    matches,
    mutations,
    node,
    order_type,
    root,
    root_connection,
    root_one,
    split,
    to_many,
    to_one,
    type_,
    where,
    within,
)
from civicgraph.jobs import models, operations, rules, slices
from civicgraph.jobs.models import ReferralStage, VacancyStatus, WorkKind


@filter_type
class VacancyFilter:
    """Which vacancies."""

    kind = any_of("kind", WorkKind, "Of any of these sorts.")
    within = within("division_id")
    text = matches("vacancy")
    statuses = any_of("status", VacancyStatus, "In any of these states.")
    is_open = flag("One can apply for it today (or not).", rules.is_open, rules.is_not_open, columns=("status",))
    enterprise = where(
        str,
        "Of the enterprise with this unified social credit code.",
        rules.of_enterprise,
        columns=("enterprise_id",),
    )
    is_editable = flag("You may change it.", rules.may_edit, columns=("division_id",))


@order_type
class VacancyOrder:
    """The order of vacancies."""

    NEWEST = Order(("id",), "Latest entered first.", is_descending=True)


@filter_type
class ReferralFilter:
    """Which referrals."""

    stages = any_of("stage", ReferralStage, "At any of these stages.")
    within = within("division_id")
    vacancy = equals("vacancy_id", int, "Matched to the vacancy with this number.")
    is_mine = flag("You are the one who follows it.", rules.followed_by_me, columns=("responsible_id",))
    is_running = flag(
        "Something is still to be done for it (or not).", rules.is_running, rules.is_over, columns=("stage",)
    )
    is_late = flag(
        "It runs, and the promised time has passed (or not).", rules.is_late, rules.is_not_late, columns=("stage",)
    )


@order_type
class ReferralOrder:
    """The order of referrals."""

    NEWEST = Order(("due_at", "id"), "Latest applied first.", is_descending=True)
    DUE_FIRST = Order(("due_at", "id"), "What is promised first comes first.")


@node(models.Vacancy, visible=rules.visible, is_big=True)
class Vacancy:
    """Work that an enterprise offers."""

    number = computed(int, lambda c, row: row["id"], "Its number.")
    title = column()
    kind = column()
    places = column()
    hired = column()
    left = computed(int, rules.left, "Places that nobody took yet.")
    wage_from_fen = column()
    wage_to_fen = column()
    wage_per = column()
    address = column()
    hours = column()
    requirement = column()
    benefits = column()
    valid_until = column()
    status = column()
    stop_reason = column()
    contact_name = column()
    contact_phone = column()
    contact_agreed_on = column()
    is_generated = column()
    version = column()
    updated_at = column()
    is_open = computed(bool, rules.is_open, "Whether one can apply for it today.")
    division = to_one("divisions.Division")
    enterprise = to_one("enterprises.Enterprise", is_nullable=True)
    is_mine = computed(bool, rules.is_mine, "Whether your account acts for its enterprise.")
    may_edit = computed(bool, rules.may_edit, "Whether you keep the vacancies of its place.")


@node(models.Referral, visible=rules.handles, is_big=True)
class Referral:
    """Somebody who looks for work, for the staff who follow it; the enterprise does not see it."""

    number = column()
    stage = column()
    stage_at = column()
    applied_at = column()
    due_at = column()
    is_late = computed(bool, rules.is_late, "Whether it runs and the promised time has passed.")
    interview_at = column()
    started_at = column()
    ended_at = column()
    reason = column()
    contact_name = column()
    contact_phone_masked = column()
    contact_email_masked = column()
    erase_at = column()
    is_generated = column()
    version = column()
    division = to_one("divisions.Division")
    wanted = to_one("Vacancy", is_nullable=True)
    vacancy = to_one("Vacancy", is_nullable=True)
    responsible = to_one("accounts.Person", is_nullable=True)
    is_mine = computed(bool, rules.followed_by_me, "Whether you are the one who follows it.")
    steps = to_many("ReferralStep", key="referral_id", order=("id",), description="How it came to where it stands.")


@type_(models.ReferralStep, visible=rules.visible_step)
class ReferralStep:
    """A step of a referral, with its time and who made it."""

    before = column()
    stage = column()
    at = column()
    note = column()
    vacancy = to_one("Vacancy", is_nullable=True)
    person = to_one("accounts.Person", is_nullable=True)


@type_(models.Referral)
class TrackedReferral:
    """A referral as its applicant sees it, by its number and the secret of its link. It never shows the contact."""

    number = column()
    stage = column()
    stage_at = column()
    applied_at = column()
    due_at = column()
    is_late = computed(bool, rules.is_late, "Whether it runs and the promised time has passed.")
    interview_at = column()
    started_at = column()
    ended_at = column()
    reason = column()
    erase_at = column()
    version = column()
    may_withdraw = computed(bool, rules.is_running, "Whether you may still withdraw it.")
    division = to_one("divisions.Division")
    wanted = to_one("Vacancy", is_nullable=True)
    vacancy = to_one("Vacancy", is_nullable=True)
    steps = to_many(
        "TrackedReferralStep", key="referral_id", order=("id",), description="How it came to where it stands."
    )


@type_(models.ReferralStep)
class TrackedReferralStep:
    """A step of one's own referral."""

    stage = column()
    at = column()
    note = column()


@type_(models.ReferralCell)
class ReferralFigures:
    """How many people applied for work in a period, in a division and below it, and what became of it."""

    division = to_one(
        "divisions.Division",
        link=lambda c, row, child: f"{child['code']} = {row.slice.division}",
        is_nullable=False,
        description="Where.",
    )
    month = computed(
        str | None,
        lambda c, row: row.slice.first if row.slice.first and row.slice.first == row.slice.last else "NULL",
        "Of applications of this month alone; null: of the whole period.",
    )
    referrals = computed(int, lambda c, row: row["referrals"], "Applications.")
    hired = computed(int, lambda c, row: row["hired"], "Those of them who are at work by now.")
    in_time = computed(int, lambda c, row: row["in_time"], "Those of them who were so within the promised 72 hours.")
    median_hours = computed(
        int | None,
        slices.median_hours,
        "Full hours from the application to the first working day, of the middle one of those at work.",
    )
    by_division = split(
        "ReferralFigures",
        slices.by_division,
        size=20,
        description=f"In parts by the divisions directly below, at most {MAX_DIVISIONS}.",
    )
    by_month = split(
        "ReferralFigures",
        slices.by_month,
        size=12,
        description=f"In parts by the month of application: the latest {slices.MAX_MONTHS} in which anybody applied.",
    )


@root
class Query:
    """Reads of the jobs room."""

    vacancy = root_one(
        "Vacancy",
        arguments={"number": (int, "Its number.")},
        where=lambda c, row, number: f"{row['id']} = {number.sql(c)}",
        description="A vacancy by its number.",
    )
    vacancies = root_connection("Vacancy", description="Work that enterprises of the city offer.")
    referral = root_one(
        "Referral",
        arguments={"number": (str, "Its number.")},
        where=lambda c, row, number: f"{row['number']} = {number.sql(c, 'text', rules.typed_number)}",
        description="A referral by its number, for those who follow referrals of its place.",
    )
    referrals = root_connection("Referral", description="Referrals, as far as you follow them.")
    tracked_referral = root_one(
        "TrackedReferral",
        arguments={"number": (str, "Its number."), "secret": (str, "The secret of its link.")},
        where=rules.own,
        description="One's own referral; null when number and secret do not belong together.",
        is_secret=True,
    )
    referral_figures = slices.figures("ReferralFigures", DivisionCode)


_VACANCY = {"vacancy": "Vacancy"}
_OWN = {"referral": "TrackedReferral"}
Mutation = mutations(
    "Mutation",
    door(operations.create_vacancy, _VACANCY),
    door(operations.update_vacancy, _VACANCY),
    door(operations.publish_vacancy, _VACANCY),
    door(operations.close_vacancy, _VACANCY),
    door(operations.stop_vacancy, _VACANCY),
    door(operations.apply_for_job, {**_OWN, "secret": str}),
    door(operations.move_referral, {"referral": "Referral"}),
    door(operations.reveal_referral, {"phone": str, "email": str, "wish": str}),
    door(operations.withdraw_application, _OWN),
    door(operations.export_application, {"data": str}),
    door(operations.erase_application, _OWN),
)
TYPES = (Vacancy, Referral, ReferralStep, TrackedReferral, TrackedReferralStep, ReferralFigures)
