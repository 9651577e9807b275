"""Which stage of a referral may follow which. Pure: the one place that says it."""

from __future__ import annotations

from collections.abc import Mapping

from civicgraph.jobs.models import ReferralStage as Stage

TRACK = (Stage.APPLIED, Stage.TAKEN, Stage.MATCHED, Stage.INTERVIEW, Stage.STARTED)
"""The way of a referral that comes to its end, in order."""
MOVES: Mapping[Stage, tuple[Stage, ...]] = {
    Stage.APPLIED: (Stage.TAKEN, Stage.ENDED),
    Stage.TAKEN: (Stage.MATCHED, Stage.ENDED),
    Stage.MATCHED: (Stage.INTERVIEW, Stage.STARTED, Stage.MATCHED, Stage.ENDED),
    Stage.INTERVIEW: (Stage.STARTED, Stage.MATCHED, Stage.ENDED),
    Stage.STARTED: (),
    Stage.ENDED: (),
    Stage.WITHDRAWN: (),
}
"""What staff may record after each stage. Matched once more: to another vacancy, since the first did not come about.
Day work needs no interview. Who is at work, or was told why not, applies anew. The person may withdraw while it runs."""
RUNNING = tuple(stage for stage, following in MOVES.items() if following)
"""Stages in which something is still to be done: the promise runs, and the person may withdraw."""
NEEDS_REASON = (Stage.ENDED,)
"""Stages that have to say why."""
