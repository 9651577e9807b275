"""The demo's enterprise with people of its own: 虹发包包厂, with grants that are open to objections and problems that it reported.

Its contact, its account, the policy's grant and which problems are its own are made up.
"""

from __future__ import annotations

from datetime import timedelta

from civicgraph import clock, crypto
from civicgraph.accounts.commands import new_password
from civicgraph.accounts.models import Person
from civicgraph.accounts.passwords import hash_password
from civicgraph.enterprises.claims.models import ClaimWay, EnterpriseAccount
from civicgraph.enterprises.models import Enterprise
from civicgraph.enterprises.scale import Figures, scale_of
from civicgraph.grievances.models import Grievance
from civicgraph.policies.models import GrantState, Policy, PolicyGrant
from civicgraph.text import mask_email, mask_phone

NAME, USERNAME = "虹发包包厂", "hongfa"


async def load_firm() -> tuple[str, str]:
    """The account of the bag maker: its sign-in name and its password."""
    row = await Enterprise.get(name=NAME)
    phone, email = "13900000000", "hongfa@demo.invalid"
    row.update_from_dict(
        {
            **{
                "contact_name": "韩厂长",
                "contact_phone": crypto.encrypt(phone),
                "contact_email": crypto.encrypt(email),
            },
            **{"contact_phone_masked": mask_phone(phone), "contact_email_masked": mask_email(email)},
            **{"employees": 18, "figures_year": 2025, "scale": scale_of(row.industry_id, Figures(18, None, None))},  # type: ignore[attr-defined]
        }
    )
    await row.save()
    password = new_password()
    person = await Person.create(
        username=USERNAME, name="韩厂长", is_generated=True, password_hash=await hash_password(password)
    )
    await EnterpriseAccount.create(enterprise_id=row.id, person_id=person.id, way=ClaimWay.CODE)
    policy = await Policy.get(title="链主企业市场开拓支持")
    today = clock.today()
    await PolicyGrant.create(
        enterprise_id=row.id, policy_id=policy.id, period="once", division_id=row.division_id,  # type: ignore[attr-defined]
        amount_fen=100_000_00, state=GrantState.WITHDRAWN, granted_on=today - timedelta(days=12),
        objection_until=today - timedelta(days=5), objection="我们不是链主企业，应是录入有误。",
        objected_at=clock.now() - timedelta(days=8), objection_answer="核对属实，已收回。",
        objection_answered_at=clock.now() - timedelta(days=6), reason="核对属实，已收回。",
        notified_at=clock.now() - timedelta(days=6),
    )  # fmt: skip
    place = str(row.division_id)  # type: ignore[attr-defined]
    own = await Grievance.filter(category_id__startswith="ent_", division_id=place, enterprise_id=None).order_by("id")
    for one in own[:4]:
        one.enterprise_id = row.id  # type: ignore[attr-defined]
        await one.save(update_fields=["enterprise_id"])
    return USERNAME, password
