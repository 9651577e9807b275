"""The staff's page of how a project goes on: its stage, its amounts, its milestones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from civicgraph.i18n import N_, gettext
from civicgraph.operations import Operation
from civicgraph.projects import operations
from civicgraph.projects.models import ProjectStage
from civicgraph.projects.pages.public import track
from civicgraph.projects.stages import back, moves
from civicgraph.web import Form, page, read, redirect, require, staff_only, submit
from civicgraph.web.listing import from_graphql

_ONE = "/staff/projects/{number:int}"


async def progress(request: Request) -> Response:
    """The page."""
    return await _progress(request, {})


async def _progress(request: Request, refused: Mapping[str, Form]) -> Response:
    """The page; what was refused is open and holds what was typed."""
    variables = {"number": request.path_params["number"]}
    found = await read(request, "staff/projects/progress", variables)
    row = require(found, "investmentProject")
    ahead = _ahead(row)
    forms = {
        "stage": _form(operations.move_investment_project, "stage", row, {"stage": ahead}),
        "back": _form(operations.step_back_investment_project, "back", row),
        "amount": _form(operations.record_investment_amount, "amount", row),
        "milestone": _form(operations.add_investment_milestone, "milestone", row),
        **{
            f"milestone-{one['number']}": _form(
                operations.change_investment_milestone, f"milestone-{one['number']}", one
            )
            for one in row["milestones"]
        },
    }
    for name, form in refused.items():
        form.choices = forms[name].choices if name in forms else {}
    ways = {"track": track(row), "ahead": ahead, "behind": back(ProjectStage[row["stage"]])}
    values = {"forms": {**forms, **refused}, "refused": refused, **ways}
    status = 422 if refused else 200
    return await page(request, "staff/projects/progress", variables, values, data=found, status=status)


def _form(
    operation: Operation[Any, Any], prefix: str, row: Mapping[str, Any], choices: Mapping[str, Any] | None = None
) -> Form:
    is_change = operation is operations.change_investment_milestone
    values = from_graphql(operation.input, row) if is_change else {}
    return Form(operation.input, values, choices=choices, prefix=prefix)


def _ahead(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The stages that may follow, for the form."""
    last = row["stageChanges"][-1]["before"]
    found = moves(ProjectStage[row["stage"]], ProjectStage[last] if last else None)
    return [(stage.value, stage.words) for stage in found]


def _posted(operation: Operation[Any, Any], form_name: str, said: str, key: str = "id") -> Any:
    """A form of the page: to its operation, and back to the page."""

    async def handle(request: Request) -> Response:
        number = request.path_params["number"]
        one = request.path_params.get("milestone")
        name = form_name.format(one=one)
        form = Form(operation.input, prefix=name)
        if await submit(request, form, operation, **{key: one or number}) is None:
            return await _progress(request, {name: form})
        return redirect(request, "staff_projects_progress", said=gettext(said), number=number)

    return staff_only(handle)


def _route(path: str, name: str, handler: Any) -> Route:
    return Route(f"{_ONE}/{path}", handler, name=f"staff_projects_{name}", methods=["POST"])


_MILESTONE = "milestones/{milestone:int}"
ROUTES = [
    Route(f"{_ONE}/progress", staff_only(progress), name="staff_projects_progress"),
    _route("stages", "stages", _posted(operations.move_investment_project, "stage", N_("The new stage is recorded."))),
    _route(
        "stages/back",
        "stages_back",
        _posted(operations.step_back_investment_project, "back", N_("The project is a stage back.")),
    ),
    _route("amounts", "amounts", _posted(operations.record_investment_amount, "amount", N_("The amount is recorded."))),
    _route(
        "milestones",
        "milestones",
        _posted(
            operations.add_investment_milestone,
            "milestone",
            N_("The milestone is entered; whoever sees to the project is reminded of it."),
            key="project_id",
        ),
    ),
    _route(
        _MILESTONE,
        "milestone",
        _posted(operations.change_investment_milestone, "milestone-{one}", N_("The milestone is changed.")),
    ),
    _route(
        f"{_MILESTONE}/completion",
        "milestone_completion",
        _posted(operations.finish_investment_milestone, "done-{one}", N_("The milestone is done.")),
    ),
    _route(
        f"{_MILESTONE}/removal",
        "milestone_removal",
        _posted(operations.remove_investment_milestone, "removal-{one}", N_("The milestone is removed.")),
    ),
]
