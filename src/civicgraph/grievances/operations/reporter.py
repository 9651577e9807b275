"""Who the reporter of a grievance is: whether somebody is it, by the tracking secret or an account of the enterprise; and
what it is called, which others do not read."""

from __future__ import annotations

import hmac
from dataclasses import dataclass

from civicgraph import crypto
from civicgraph.enterprises.claims.acting import acts_for
from civicgraph.enterprises.models import Enterprise
from civicgraph.enterprises.rules import called
from civicgraph.grievances import rules
from civicgraph.grievances.models import Grievance
from civicgraph.permissions import Actor
from civicgraph.text import mask_known, mask_words


async def is_reporter(actor: Actor, row: Grievance | None, secret: str, *, by_account: bool) -> bool:
    """Whether the secret is that of the grievance, or says that the actor acts for its enterprise.

    A grievance that is not there takes as long as a wrong secret.
    """
    typed = rules.typed_secret(secret)
    if hmac.compare_digest(crypto.token_hash(typed), row.secret_hash if row else ""):
        return True
    if row is None or not by_account or typed != rules.BY_ACCOUNT or row.enterprise_id is None:  # type: ignore[attr-defined]
        return False
    return await acts_for(actor, row.enterprise_id)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Called:
    """What a reporter is called: the person, and the enterprise that reports, with whom it names in the register."""

    people: tuple[str, ...] = ()
    enterprise: tuple[str, ...] = ()

    @classmethod
    def of(cls, person: str, enterprise: Enterprise | None) -> Called:
        """The names of a person and of the enterprise for which they report."""
        if enterprise is None:
            return cls((person,))
        names = called(enterprise.name, enterprise.brand, enterprise.credit_code)
        return cls((person, enterprise.contact_name), names)

    def out_of(self, text: str) -> str:
        """`text` without these names."""
        for one in self.people:
            text = mask_known(text, one)
        return mask_words(text, self.enterprise)


async def called_by(row: Grievance) -> Called:
    """The names that are taken out of what others read of a grievance; none of the person where none was left, or the key
    to it is gone."""
    number = row.enterprise_id  # type: ignore[attr-defined]
    enterprise = await Enterprise.get_or_none(id=number) if number is not None else None
    try:
        person = crypto.decrypt(row.contact_name)
    except LookupError:
        person = ""
    return Called.of(person, enterprise)
