"""Grants: once for each enterprise and period, never more than the budget, told, open to objections, paid."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from civicgraph import clock, crypto
from civicgraph.accounts.models import Person
from civicgraph.divisions.models import Division
from civicgraph.enterprises.models import Enterprise, EnterpriseAccount
from civicgraph.enterprises.operations import withdraw_enterprise
from civicgraph.notifications.models import InboxMessage, OutboxMessage
from civicgraph.operations import InvalidInput, OperationError
from civicgraph.operations.models import AuditEntry
from civicgraph.permissions import Actor, Role
from civicgraph.policies import operations
from civicgraph.policies.eligibility import conditions as asked_for
from civicgraph.policies.models import GrantState, Policy, PolicyCell, PolicyGrant, PolicyStatus
from civicgraph.policies.rounds import PAUSE, match_some, tell_some
from civicgraph.settings import Settings
from tests.policies.conftest import FITS, POLICY, enter, granted_to_all, published
from tests.support import city as place
from tests.support.city import FENGGANG, FENGHUA, LONGQUAN, SUIYANG


async def states(policy: Policy) -> dict[str, int]:
    return Counter(one.state.value for one in await PolicyGrant.filter(policy_id=policy.id))


async def cells(policy: Policy) -> list[tuple[object, ...]]:
    rows = PolicyCell.filter(policy_id=policy.id).order_by("division_id")
    return await rows.values_list("division_id", "granted", "granted_fen", "paid", "paid_fen")


async def test_nothing_is_published_without_an_example_or_while_one_fails(supervisor: Actor) -> None:
    row = await operations.create_policy(supervisor, POLICY)
    with pytest.raises(OperationError, match="no_example"):
        await operations.test_policy(supervisor, {"id": row.id, "version": 1})
    wrong = {**FITS, "title": "四个人", "employees": 4}
    await operations.add_policy_example(supervisor, {"policy_id": row.id, **wrong})
    with pytest.raises(OperationError, match="example_fails"):
        await operations.test_policy(supervisor, {"id": row.id, "version": 1})
    with pytest.raises(OperationError, match="state"):
        await operations.publish_policy(supervisor, {"id": row.id, "version": 1})
    changed = {**POLICY, "conditions": POLICY["conditions"][:1], "amount_fen": 250_00}
    row = await operations.update_policy(supervisor, {**changed, "id": row.id, "version": 1})
    row = await operations.test_policy(supervisor, {"id": row.id, "version": 2})
    row = await operations.publish_policy(supervisor, {"id": row.id, "version": 3})
    assert row.status is PolicyStatus.PUBLISHED
    with pytest.raises(OperationError, match="example_fails"):  # a published rule that its examples contradict
        await operations.update_policy(supervisor, {**POLICY, "id": row.id, "version": 4})


async def test_a_rule_asks_for_no_industry_and_no_place_that_is_not_there(supervisor: Actor) -> None:
    conditions = [
        {"fact": "industry", "comparison": "one_of", "value": "C，9999"},
        {"fact": "place", "comparison": "one_of", "value": FENGGANG},
        {"fact": "place", "comparison": "one_of", "value": "529999"},
    ]
    with pytest.raises(InvalidInput) as refused:
        await operations.create_policy(supervisor, {**POLICY, "conditions": conditions})
    assert [(one.field, one.message) for one in refused.value.errors] == [
        ("conditions.0.value", "没有这个代码：9999。"),
        ("conditions.2.value", "没有这个代码：529999。"),
    ]


async def test_a_rule_names_its_places_as_people_call_them(supervisor: Actor) -> None:
    def asked(value: str) -> dict[str, Any]:
        return {**POLICY, "conditions": [{"fact": "place", "comparison": "one_of", "value": value}]}

    row = await operations.create_policy(supervisor, asked(f"凤冈县，{SUIYANG}、龙泉街道"))
    assert next(iter(asked_for(row.eligibility)))["value"] == [FENGGANG, SUIYANG, LONGQUAN]
    await Division.filter(code=FENGHUA).update(short_name="龙泉街道")
    for value, said in (
        ("龙泉街道", f"叫“龙泉街道”的地方不止一个，请填代码：绥阳县龙泉街道 {FENGHUA}、凤冈县龙泉街道 {LONGQUAN}。"),
        ("凤岗县", "没有叫“凤岗县”的地方。"),
        ("12345", "请写地方的名称或代码，例如凤冈县、520327。"),
    ):
        with pytest.raises(InvalidInput) as refused:
            await operations.create_policy(supervisor, asked(value))
        assert [(one.field, one.message) for one in refused.value.errors] == [("conditions.0.value", said)]


async def test_granting_follows_the_register_until_the_budget_ends_and_asked_again_grants_nothing(
    supervisor: Actor,
) -> None:
    await enter(12)
    await Enterprise.filter(credit_code=f"{3:018}").update(employees=None)
    await Enterprise.filter(credit_code=f"{4:018}").update(employees=4)
    row = await published(supervisor, budget_fen=8_500_00)
    trial = await operations.try_policy(supervisor, {"id": row.id})
    assert trial == {
        **{"qualifying": 10, "amount_unknown": 0, "amount_fen": "1000000", "already": 0, "taken_back": 0},
        **{"within_budget": 8, "within_budget_fen": "800000", "budget_left_fen": "850000", "rule_version": 1},
    }
    assert not await PolicyGrant.exists()
    for count in (8, 0):
        assert (await granted_to_all(supervisor, row.id))["count"] == count
    assert await states(row) == {"objection": 8, "proposed": 2}
    assert (await Policy.get(id=row.id)).granted_fen == 8_000_00
    assert await cells(row) == [("5203", 8, 8_000_00, 0, 0), (FENGGANG, 8, 8_000_00, 0, 0)]
    first = await PolicyGrant.filter(policy_id=row.id, state="objection").order_by("enterprise_id").first()
    assert first is not None
    await operations.withdraw_grant(supervisor, {"id": first.id, "reason": "异议成立"})
    assert (await granted_to_all(supervisor, row.id))["count"] == 1
    trial = await operations.try_policy(supervisor, {"id": row.id})
    assert (trial["already"], trial["taken_back"]) == (8, 1), "what was taken back nobody has"
    assert await states(row) == {"objection": 8, "proposed": 1, "withdrawn": 1}
    await tell_some()
    with clock.override(clock.now() + timedelta(days=8)), pytest.raises(OperationError):
        await operations.pay_grants(supervisor, {"id": row.id})  # they have no address, and nobody has called them
    for one in await PolicyGrant.filter(policy_id=row.id, state="objection"):
        await operations.tell_by_phone(supervisor, {"id": one.id})
    with pytest.raises(OperationError):
        await operations.pay_grants(supervisor, {"id": row.id})
    with clock.override(clock.now() + timedelta(days=8)):
        await operations.pay_grants(supervisor, {"id": row.id})
    assert await states(row) == {"paid": 8, "proposed": 1, "withdrawn": 1}
    assert (await cells(row))[0] == ("5203", 8, 8_000_00, 8, 8_000_00)
    assert await AuditEntry.filter(operation="grant_policy").count() == 3


async def test_an_enterprise_is_told_once_by_e_mail(supervisor: Actor) -> None:
    await enter(2)
    await Enterprise.filter(credit_code=f"{1:018}").update(contact_email=crypto.encrypt("boss@example.invalid"))
    row = await published(supervisor)
    await granted_to_all(supervisor, row.id)
    assert [await tell_some(), await tell_some()] == [2, 0]
    (message,) = await OutboxMessage.filter(template="policy_grant")
    assert message.values["title"] == "稳岗补贴"


async def test_who_acts_for_an_enterprise_is_told_in_their_language_and_nobody_else_is_written_to(
    supervisor: Actor,
) -> None:
    await enter(1)
    enterprise = await Enterprise.get(credit_code=f"{1:018}")
    await Enterprise.filter(id=enterprise.id).update(contact_email=crypto.encrypt("office@example.invalid"))
    people = [await Person.create(username=f"own{n}", name="陈厂长", locale=of, email=f"own{n}@example.invalid")
              for n, of in enumerate(("en", "zh", "zh"))]  # fmt: skip
    for one in people:
        gone = {"ended_at": clock.now()} if one is people[2] else {}
        await EnterpriseAccount.create(enterprise_id=enterprise.id, person_id=one.id, way="code", **gone)
    row = await published(supervisor)
    await granted_to_all(supervisor, row.id)
    assert [await tell_some(), await tell_some()] == [1, 0]
    inbox = {one.person_id: one for one in await InboxMessage.all()}  # type: ignore[attr-defined]
    assert set(inbox) == {people[0].id, people[1].id}
    assert "Keeping jobs" in inbox[people[0].id].subject
    assert "稳岗补贴" in inbox[people[1].id].subject
    assert inbox[people[0].id].link == f"/my/enterprises/{enterprise.credit_code}/grants/{(await PolicyGrant.get()).id}"
    sent = await OutboxMessage.filter(template="policy_grant").values_list("person_id", "locale")
    assert set(sent) == {(people[0].id, "en"), (people[1].id, "zh")}
    grant = await PolicyGrant.get()
    assert (grant.objection_until, grant.is_told_by_phone) == (clock.today() + timedelta(days=7), False)


async def test_the_days_for_objections_begin_when_the_enterprise_is_called(supervisor: Actor) -> None:
    await enter(1)
    row = await published(supervisor)
    await granted_to_all(supervisor, row.id)
    grant = await PolicyGrant.get()
    with pytest.raises(OperationError):  # the leading process may still write to it
        await operations.tell_by_phone(supervisor, {"id": grant.id})
    await tell_some()
    grant = await PolicyGrant.get()
    assert (grant.notified_at, grant.objection_until) == (None, None)
    neighbour = await place.person("neighbour", Role.SUPERVISOR, SUIYANG)
    with pytest.raises(OperationError):
        await operations.tell_by_phone(neighbour, {"id": grant.id})
    with clock.override(clock.now() + timedelta(days=30)):
        grant = await operations.tell_by_phone(supervisor, {"id": grant.id})
        assert grant.objection_until == clock.today() + timedelta(days=7)
        assert (grant.is_told_by_phone, grant.notified_at is not None) == (True, True)
        with pytest.raises(OperationError):
            await operations.tell_by_phone(supervisor, {"id": grant.id})


async def test_the_period_of_a_policy_is_no_longer_changed_once_it_was_granted(supervisor: Actor) -> None:
    await enter(1)
    row = await published(supervisor)
    values = {**POLICY, "id": row.id}
    row = await operations.update_policy(supervisor, {**values, "version": row.version, "cycle": "quarter"})
    await granted_to_all(supervisor, row.id)
    with pytest.raises(InvalidInput) as caught:
        await operations.update_policy(supervisor, {**values, "version": row.version, "cycle": "year"})
    (error,) = caught.value.errors
    assert (error.field, error.code) == ("cycle", "granted")
    assert (await granted_to_all(supervisor, row.id))["count"] == 0
    await operations.update_policy(supervisor, {**values, "version": row.version, "cycle": "quarter", "title": "稳岗"})


@pytest.fixture
def noon() -> Iterator[None]:
    """Far from midnight: with another day all is matched again."""
    with clock.override(clock.now().astimezone(clock.CITY_ZONE).replace(hour=12)):
        yield


@pytest.mark.usefixtures("noon")
async def test_a_changed_rule_or_register_makes_new_matches_by_itself(supervisor: Actor) -> None:
    await enter(3)
    row = await published(supervisor)
    assert [await match_some(), await match_some()] == [1, 0]
    assert await states(row) == {"proposed": 3}
    looser = {**POLICY, "conditions": [{**POLICY["conditions"][1], "value": "11"}]}
    with pytest.raises(OperationError, match="example_fails"):
        await operations.update_policy(supervisor, {**looser, "id": row.id, "version": 3})
    await operations.update_policy(
        supervisor, {**POLICY, "amount_kind": "fixed", "amount_fen": 1_000_00, "id": row.id, "version": 3}
    )
    assert await match_some() == 1
    assert (await PolicyGrant.filter(policy_id=row.id).first()).amount_fen == 1_000_00  # type: ignore[union-attr]
    await Enterprise.filter(credit_code=f"{1:018}").update(employees=1)
    one = await Enterprise.get(credit_code=f"{2:018}")
    await withdraw_enterprise(supervisor, {"id": one.id, "version": 1})
    assert await match_some() == 0
    with clock.override(clock.now() + PAUSE):
        assert await match_some() == 1
    assert await states(row) == {"proposed": 2}


@pytest.mark.usefixtures("noon")
async def test_a_whole_catalogue_is_matched_one_policy_a_round_and_again_only_once_the_register_changed(
    supervisor: Actor,
) -> None:
    await enter(3)
    rows = [await published(supervisor, title=f"第{number}项") for number in range(4)]
    assert [await match_some() for _ in range(5)] == [1, 1, 1, 1, 0]
    assert [await states(row) for row in rows] == [{"proposed": 3}] * 4
    one = await Enterprise.get(credit_code=f"{2:018}")
    await Enterprise.filter(id=one.id).update(employees=1)
    with clock.override(clock.now() + PAUSE):
        assert await match_some() == 0  # nothing in the trail says that the register changed
    await withdraw_enterprise(supervisor, {"id": one.id, "version": 1})
    with clock.override(clock.now() + PAUSE):
        assert [await match_some() for _ in range(5)] == [1, 1, 1, 1, 0]
    assert [await states(row) for row in rows] == [{"proposed": 2}] * 4


async def test_two_processes_killed_at_random_grant_each_enterprise_once_within_the_budget(
    supervisor: Actor, settings: Settings
) -> None:
    await enter(300)
    row = await published(supervisor, budget_fen=250_500_00)
    dice = Random(6)

    async def begin() -> asyncio.subprocess.Process:
        command = ("-m", "tests.policies.granting_process", settings.database_url, str(row.id))
        return await asyncio.create_subprocess_exec(sys.executable, *command, stdout=asyncio.subprocess.PIPE)

    for _ in range(2):
        both = [await begin(), await begin()]
        for one in both:
            assert one.stdout is not None
            await one.stdout.readline()
        await asyncio.sleep(dice.random() * 0.05)
        for one in both:
            one.kill()
            await one.wait()
    await granted_to_all(supervisor, row.id)
    found = await PolicyGrant.filter(policy_id=row.id)
    assert len({one.enterprise_id for one in found}) == len(found) == 300  # type: ignore[attr-defined]
    granted = [one for one in found if one.state is GrantState.OBJECTION]
    assert len(granted) == 250
    assert (await Policy.get(id=row.id)).granted_fen == sum(one.amount_fen for one in granted) == 250_000_00
    assert (await cells(row))[0][1:3] == (250, 250_000_00)


async def test_the_database_itself_refuses_more_than_the_budget(supervisor: Actor) -> None:
    row = await operations.create_policy(supervisor, POLICY)
    with pytest.raises(Exception, match="policy_within_budget"):
        await Policy.filter(id=row.id).update(granted_fen=10_000_01)


async def test_another_county_grants_nothing_here(supervisor: Actor) -> None:
    from civicgraph.permissions import Role
    from tests.support import city
    from tests.support.city import SUIYANG

    row = await published(supervisor)
    other = await city.person("other", Role.SUPERVISOR, SUIYANG)
    seen = {"rule_version": 1, "expected_count": 0, "expected_fen": 0}
    for work, more in ((operations.try_policy, {}), (operations.grant_policy, seen), (operations.pay_grants, {})):
        with pytest.raises(OperationError) as refused:
            await work(other, {"id": row.id, **more})
        assert refused.value.code == "FORBIDDEN"


async def test_granting_is_refused_where_it_would_be_another_than_in_its_dry_run(supervisor: Actor) -> None:
    await enter(3)
    row = await published(supervisor)

    async def seen() -> dict[str, Any]:
        found = await operations.try_policy(supervisor, {"id": row.id})
        expected = {"expected_count": found["within_budget"], "expected_fen": int(found["within_budget_fen"])}
        return {"id": row.id, "rule_version": found["rule_version"], **expected}

    first = await seen()
    loose = {**POLICY, "amount_kind": "fixed", "amount_fen": 1_000_00}  # the same figures by another rule
    changed = await operations.update_policy(supervisor, {**loose, "id": row.id, "version": row.version})
    assert (await seen()) == {**first, "rule_version": changed.rule_version}
    second = await seen()
    await enter(1, first=50)
    for stale in (first, second):
        with pytest.raises(operations.TrialOver) as refused:
            await operations.grant_policy(supervisor, stale)
        assert refused.value.code == "CONFLICT"
        assert "4 家企业，合计 4,000 元" in refused.value.errors[0].message
    assert await states(row) == {}
    third = await seen()
    poorer = {**loose, "budget_fen": 2_000_00, "version": changed.version, "id": row.id}
    await operations.update_policy(supervisor, poorer)
    with pytest.raises(operations.TrialOver):
        await operations.grant_policy(supervisor, third)
    assert (await operations.grant_policy(supervisor, await seen()))["amount_fen"] == "200000"


async def test_who_is_deregistered_or_rests_is_found_only_by_a_rule_that_names_the_status(supervisor: Actor) -> None:
    await enter(3)
    for number, status in ((1, "closed"), (2, "suspended")):
        await Enterprise.filter(credit_code=f"{number:018}").update(status=status)
    few = {"fact": "employees", "comparison": "at_least", "value": "5"}
    row = await published(supervisor, conditions=[few])
    assert (await granted_to_all(supervisor, row.id))["count"] == 1
    granted = await PolicyGrant.get()
    assert granted.enterprise_id == (await Enterprise.get(credit_code=f"{3:018}")).id  # type: ignore[attr-defined]
    closed = await operations.explain_policy(supervisor, {"policy_id": row.id, "credit_code": f"{1:018}"})
    assert (closed["qualifies"], closed["unmet"]) == (False, ["状态：在业"])
    assert "状态：在业 · 登记信息：已注销" in closed["register_says"]
    resting = {"fact": "status", "comparison": "one_of", "value": "suspended"}
    values = {"conditions": [few, resting], "title": "歇业"}
    other = await operations.create_policy(supervisor, {**POLICY, **values})
    assert (await operations.try_policy(supervisor, {"id": other.id}))["qualifying"] == 1


async def test_that_a_budget_is_used_up_is_told_once_to_those_who_grant_until_there_is_money_again(
    supervisor: Actor,
) -> None:
    await enter(3)
    row = await published(supervisor, budget_fen=2_500_00)
    told = InboxMessage.filter(person_id=supervisor.person_id)
    await match_some()
    assert (await Policy.get(id=row.id)).used_up_at is None
    await granted_to_all(supervisor, row.id)
    for _ in range(2):
        await granted_to_all(supervisor, row.id)
        await operations.match_policy(supervisor, {"id": row.id})
    (message,) = await told
    assert "预算已用完：稳岗补贴" in message.subject
    assert "还剩 500 元" in message.text
    assert message.link == f"/staff/policies/{row.id}/grants"
    row = await Policy.get(id=row.id)
    assert row.used_up_at is not None
    more = {**POLICY, "id": row.id, "version": row.version}
    row = await operations.update_policy(supervisor, {**more, "budget_fen": 3_000_00})
    assert row.used_up_at is None
    with clock.override(clock.now() + timedelta(minutes=1)):
        await granted_to_all(supervisor, row.id)
    assert (await Policy.get(id=row.id)).used_up_at is not None
    assert await told.count() == 2
    first = await PolicyGrant.filter(policy_id=row.id).first()
    assert first is not None
    await operations.withdraw_grant(supervisor, {"id": first.id, "reason": "异议成立"})
    assert (await Policy.get(id=row.id)).used_up_at is None
