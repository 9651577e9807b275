"""Whom work can be given to, as the forms of the work page offer them: least busy first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from civicgraph.i18n import gettext
from civicgraph.web.forms import Choices


def people(row: Mapping[str, Any]) -> Choices:
    """Who may be given the work, with how much they have to do; those whose load one does not know come last."""
    nodes = (row["workers"] or {"nodes": []})["nodes"]
    return [(str(one["number"]), _person(one)) for one in sorted(nodes, key=_busy)]


def _busy(one: Mapping[str, Any]) -> tuple[bool, int, int, str]:
    load = one["workload"]
    return (load is None, load["overdue"] if load else 0, load["open"] if load else 0, one["name"])


def _person(one: Mapping[str, Any]) -> str:
    parts = [one["name"], one["title"]]
    if load := one["workload"]:
        parts.append(gettext("%(count)s open", count=load["open"]))
        parts += [gettext("%(count)s overdue", count=load["overdue"])] if load["overdue"] else []
        parts += [gettext("%(count)s due today", count=load["dueToday"])] if load["dueToday"] else []
    return " · ".join(part for part in parts if part)


def listed(page: Mapping[str, Any] | None) -> Choices:
    """The same from a list of people."""
    return people({"workers": page})


def names(row: Mapping[str, Any]) -> Choices:
    """The same people by name alone, to tell them something."""
    nodes = (row["workers"] or {"nodes": []})["nodes"]
    return [(str(one["number"]), one["name"]) for one in nodes]


def teams(found: Sequence[Mapping[str, Any]]) -> Choices:
    """Teams, by name."""
    return [(str(one["number"]), one["name"]) for one in found]


def choices(row: Mapping[str, Any]) -> dict[str, Choices]:
    """The choices of the form that assigns the work; what there is none of is not asked."""
    workers, bodies = people(row), teams(row["teams"])
    found = {"assignee_id": workers}
    found |= {"helper_ids": workers[:12]} if len(workers) > 1 else {}
    found |= {"lead_team_id": bodies, "helper_team_ids": bodies} if bodies else {}
    return found


def _lead(row: Mapping[str, Any]) -> int | None:
    """Who leads it; while nobody does, the worker of its grid is proposed."""
    if row["assignee"]:
        return int(row["assignee"]["number"])
    current = (row["grid"] or {}).get("currentWorker")
    known = {one["number"] for one in (row["workers"] or {"nodes": []})["nodes"]}
    found = current["person"]["number"] if current and current["person"] and not row["workOrders"] else None
    return found if found in known else None


def _owner(row: Mapping[str, Any]) -> int | None:
    """While nobody leads it, the department that owns such matters is proposed, where it has a team here."""
    department = row["category"]["department"]
    if not department or any(one["isLead"] for one in row["workOrders"]) or _lead(row) is not None:
        return None
    return next((int(one["number"]) for one in row["teams"] if one["name"].endswith(department)), None)


def start(row: Mapping[str, Any]) -> dict[str, Any]:
    """Who works on it now, to be changed."""
    lead = next((one for one in row["workOrders"] if one["isLead"]), None)
    helping = [one for one in row["workOrders"] if not one["isLead"] and not one["doneAt"]]
    is_named = row["team"] and row["team"] not in _team_words(row)
    return {
        "assignee_id": _lead(row),
        "lead_team_id": lead["team"]["number"] if lead and lead["team"] else _owner(row),
        "helper_ids": [one["person"]["number"] for one in helping if one["person"]],
        "helper_team_ids": [one["team"]["number"] for one in helping if one["team"]],
        "team": row["team"] if is_named else "",
    }


def _team_words(row: Mapping[str, Any]) -> str:
    """The names of the teams that have a part, as the assignment writes them for the public."""
    return "、".join(one["team"]["name"] for one in row["workOrders"] if one["team"])
