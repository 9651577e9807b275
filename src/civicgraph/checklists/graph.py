"""GraphQL of the checklists room."""

from __future__ import annotations

from civicgraph.checklists import models, operations, rules
from civicgraph.checklists.models import CaseState, ChecklistStatus
from civicgraph.graph import (
    Order,
    any_of,
    column,
    computed,
    door,
    equals,
    filter_type,
    flag,
    holds,
    json_column,
    mutations,
    node,
    order_type,
    root,
    root_connection,
    root_one,
    to_many,
    to_one,
    type_,
    where,
    within,
)
from civicgraph.uploads.private import sent_with


@filter_type
class ChecklistFilter:
    """Which checklists."""

    statuses = any_of("status", ChecklistStatus, "In any of these states.")
    within = within("division_id")
    text = holds("title", "title_en", "summary", description="The title or the summary holds this text.")
    is_editable = flag("You may change it.", rules.may_edit)


@order_type
class ChecklistOrder:
    """The order of checklists."""

    OLDEST = Order(("id",), "First entered first.")
    NEWEST = Order(("id",), "Latest entered first.", is_descending=True)


@filter_type
class OneThingCaseFilter:
    """Which cases."""

    states = any_of("state", CaseState, "In any of these states.")
    within = within("division_id")
    enterprise = where(str, "Of the enterprise with this unified social credit code.", rules.of_enterprise)
    checklist = equals("checklist_id", int, "Of the checklist with this number.")
    is_mine = flag("Of an enterprise that your account acts for.", rules.is_mine)
    with_me = flag("A step of it is with a team of yours.", rules.with_me)
    is_late = flag("A promised time has passed (or none has).", rules.is_late, rules.is_not_late)


@order_type
class OneThingCaseOrder:
    """The order of cases."""

    NEWEST = Order(("id",), "Latest opened first.", is_descending=True)
    DUE_FIRST = Order(("next_due_at", "id"), "What is due first comes first.")


@node(models.Checklist, visible=rules.visible)
class Checklist:
    """One thing that is done once 一件事一次办: asked for in one form at one window, with all its steps."""

    number = computed(int, lambda c, row: row["id"], "Its number.")
    title = column()
    title_en = column()
    summary = column()
    summary_en = column()
    audience = column()
    audience_en = column()
    lead = column()
    window_name = column()
    window_hours = column()
    phone = column()
    working_days = column()
    legal_source = column()
    status = column()
    is_generated = column()
    version = column()
    updated_at = column()
    division = to_one("divisions.Division")
    questions = to_many(
        "ChecklistQuestion",
        key="checklist_id",
        order=("position", "id"),
        description="What decides which steps are needed.",
    )
    steps = to_many(
        "ChecklistStep", key="checklist_id", order=("position", "id"), description="Its steps in their order."
    )
    form_fields = to_many(
        "ChecklistField", key="checklist_id", order=("position", "id"), description="What the one form asks."
    )
    may_edit = computed(bool, rules.may_edit, "Whether you may change it.")


@type_(models.ChecklistQuestion)
class ChecklistQuestion:
    """A question that is answered with yes or no and decides which steps are needed."""

    position = column()
    text = column()
    text_en = column()


@type_(models.ChecklistStep)
class ChecklistStep:
    """A step: who is in charge, what is needed, what one gets."""

    position = column()
    title = column()
    title_en = column()
    department = column()
    team_number = computed(int | None, lambda c, row: row["team_id"], "Number of the team that works on it.")
    materials = column()
    result = column()
    working_days = column()
    after = json_column(int, description="Numbers of the earlier steps that have to be done first.")
    question = column()
    needed_when = column()


@type_(models.ChecklistField)
class ChecklistField:
    """A field of the one form."""

    position = column()
    label = column()
    label_en = column()
    help = column()
    kind = column()
    choices = json_column(str, description="What can be chosen.")
    is_required = column()
    is_personal = column()


@node(models.OneThingCase, visible=rules.visible_case)
class OneThingCase:
    """A case: for who acts for its enterprise, the window of the place, and the departments of its steps."""

    number = column()
    state = column()
    due_at = column()
    next_due_at = column()
    is_late = computed(bool, rules.is_late, "Whether a promised time has passed.")
    is_by_staff = column()
    created_at = column()
    closed_at = column()
    erase_at = column()
    version = column()
    checklist = to_one("Checklist", is_nullable=True)
    enterprise = to_one("enterprises.Enterprise", is_nullable=True)
    division = to_one("divisions.Division")
    steps = to_many("OneThingStep", key="case_id", order=("position", "id"), description="Its steps in their order.")
    answers = to_many(
        "OneThingAnswer", key="case_id", order=("position", "id"), description="What was filled into the one form."
    )
    is_mine = computed(bool, rules.is_mine, "Whether your account acts for its enterprise.")
    may_handle = computed(bool, rules.is_handled, "Whether you look after cases of its place.")


@type_(models.OneThingStep)
class OneThingStep:
    """A step of a case."""

    position = column()
    title = column()
    title_en = column()
    department = column()
    materials = column()
    working_days = column()
    after = json_column(int, description="Numbers of the steps before it.")
    state = column()
    started_at = column()
    due_at = column()
    is_late = computed(bool, rules.step_is_late, "Whether it is with its department beyond its promised time.")
    done_at = column()
    reason = column()
    result = column()
    documents = to_many(
        "uploads.Document",
        link=sent_with("OneThingStep"),
        order=("position", "id"),
        description="What the enterprise sent for it.",
    )
    may_take = computed(bool, rules.may_take, "Whether you may say that it is done, or return it.")


@type_(models.OneThingAnswer)
class OneThingAnswer:
    """A field of the one form, filled in; masked where it says something of a person."""

    position = column()
    label = column()
    label_en = column()
    help = column()
    kind = column()
    choices = json_column(str, description="What can be chosen.")
    is_required = column()
    is_personal = column()
    value = column()


@root
class Query:
    """Reads of the checklists room."""

    checklist = root_one(
        "Checklist",
        arguments={"number": (int, "Its number.")},
        where=lambda c, row, number: f"{row['id']} = {number.sql(c)}",
        description="A checklist by its number.",
    )
    checklists = root_connection("Checklist", description="What is done once, at one window, for enterprises.")
    one_thing_case = root_one(
        "OneThingCase",
        arguments={"number": (str, "Its number.")},
        where=lambda c, row, number: (
            f"{row['number']} = {number.sql(c, 'text', lambda text: str(text).strip().upper())}"
        ),
        description="A case by its number.",
    )
    one_thing_cases = root_connection("OneThingCase", description="Cases, as far as you may read them.")


_CASE = {"case": "OneThingCase"}
Mutation = mutations(
    "Mutation",
    door(operations.create_checklist, {"checklist": "Checklist"}),
    door(operations.update_checklist, {"checklist": "Checklist"}),
    door(operations.publish_checklist, {"checklist": "Checklist"}),
    door(operations.close_checklist, {"checklist": "Checklist"}),
    door(operations.open_case, _CASE),
    door(operations.correct_case, _CASE),
    door(operations.withdraw_case, _CASE),
    door(operations.finish_step, _CASE),
    door(operations.return_step, _CASE),
    door(operations.send_case_documents, _CASE),
    door(operations.reveal_case, {"labels": list[str], "values": list[str]}),
    door(operations.export_case, {"data": str}),
    door(operations.erase_case, _CASE),
)
TYPES = (Checklist, ChecklistQuestion, ChecklistStep, ChecklistField, OneThingCase, OneThingStep, OneThingAnswer)
