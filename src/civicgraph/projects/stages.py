"""Which stage may follow which. Pure: the one place that says it."""

from __future__ import annotations

from collections.abc import Mapping

from civicgraph.projects.models import ProjectStage as Stage

TRACK = (Stage.SIGNED, Stage.APPROVED, Stage.BUILDING, Stage.COMPLETED, Stage.PRODUCING)
"""The way of a project that comes to its end, in order."""
MOVES: Mapping[Stage, tuple[Stage, ...]] = {
    Stage.SIGNED: (Stage.APPROVED, Stage.STOPPED),
    Stage.APPROVED: (Stage.BUILDING, Stage.STOPPED),
    Stage.BUILDING: (Stage.COMPLETED, Stage.STOPPED),
    Stage.COMPLETED: (Stage.PRODUCING, Stage.STOPPED),
    Stage.PRODUCING: (),
    Stage.STOPPED: TRACK[:-1],
}
"""What may follow each stage. What was stopped goes on only where it stopped: see `moves`."""
RUNNING = TRACK[:-1]
"""Stages in which something is still to be done: milestones are reminded of in these."""


def back(stage: Stage) -> Stage | None:
    """The stage to which a step back leads: none from the first, nor from where a project stopped, which goes on."""
    return TRACK[TRACK.index(stage) - 1] if stage in TRACK[1:] else None


def is_back(before: Stage | None, stage: Stage) -> bool:
    """Whether a step led back."""
    return before in TRACK and stage in TRACK and TRACK.index(stage) < TRACK.index(before)


def moves(stage: Stage, stopped_at: Stage | None = None) -> tuple[Stage, ...]:
    """Where a project may go. One that is stopped goes on from where it was, and nowhere else."""
    if stage is Stage.STOPPED:
        return tuple(one for one in MOVES[stage] if one is stopped_at)
    return MOVES[stage]
