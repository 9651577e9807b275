"""What applicants do with their own referral, by the link that they were given."""

from __future__ import annotations

import orjson

from civicgraph import clock, crypto
from civicgraph.i18n import N_
from civicgraph.jobs import notices, rules
from civicgraph.jobs.forgetting import forget
from civicgraph.jobs.models import Referral, ReferralStage, ReferralStep
from civicgraph.jobs.operations.following import reach
from civicgraph.jobs.operations.inputs import EraseApplication, ExportApplication, Own, WithdrawApplication
from civicgraph.jobs.stages import RUNNING
from civicgraph.operations import NotFound, Unavailable, audit, operation
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import Actor


async def _own(data: Own) -> Referral:
    """One's own referral. An unknown number and a wrong signature are the same to a stranger."""
    if not rules.is_secret(data.number, data.secret):
        raise NotFound
    row = await Referral.select_for_update().get_or_none(number=data.number)
    if row is None:
        raise NotFound
    return row


@operation()
async def withdraw_application(actor: Actor, data: WithdrawApplication) -> Referral:
    """Withdraw one's application; whoever follows it is told."""
    row = await _own(data)
    if row.stage not in RUNNING:
        raise Unavailable(N_("That is not possible any more: it is %(status)s."), status=row.stage.words)
    await reach(actor, row, ReferralStage.WITHDRAWN, clock.now(), data.reason)
    await notices.tell_staff(row, "withdrawn")
    return row


@operation()
async def export_application(actor: Actor, data: ExportApplication) -> dict[str, str]:
    """Everything that is kept of somebody with one application, as JSON. 个人信息保护法 art. 45."""
    row = await _own(data)
    await audit(actor, row, {"contact_phone": ["", ""], "contact_email": ["", ""]})
    looks = AuditEntry.filter(subject_type="Referral", subject_id=str(row.id), operation="reveal_referral")
    kept = {
        "number": row.number,
        "applied_at": row.applied_at,
        "place": row.division_id,
        "name": row.contact_name,
        "telephone": crypto.decrypt(row.contact_phone),
        "email": crypto.decrypt(row.contact_email),
        "words": crypto.decrypt(row.wish),
        "language": row.locale,
        "steps": [
            {"stage": one.stage.value, "at": one.at, "note": one.note}
            for one in await ReferralStep.filter(referral_id=row.id).order_by("id")
        ],
        "erased_at": row.erase_at,
        "contact_was_looked_at": [one.at for one in await looks.order_by("id")],
    }
    return {"data": orjson.dumps(kept, option=orjson.OPT_INDENT_2).decode()}


@operation()
async def erase_application(actor: Actor, data: EraseApplication) -> Referral:
    """Erase name, contact and words at once; what still runs is withdrawn with it. 个人信息保护法 art. 47."""
    row = await _own(data)
    if row.stage in RUNNING:
        await reach(actor, row, ReferralStage.WITHDRAWN, clock.now(), "")
        await notices.tell_staff(row, "withdrawn")
    await forget(row)
    await audit(actor, row, {key: ["", ""] for key in ("contact_name", "contact_phone", "contact_email", "wish")})
    return row
