"""Panels: the draw, who is left out of it, and what the rules of composition refuse."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from psycopg.types.range import DateRange

from config.postgres.scope import acting
from pipeline import jobs
from pipeline.access import INTAKE, Refused
from pipeline.acts import expert, panel, scoring
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import (
    Appointment,
    Expert,
    FormerName,
    Mandate,
    MoveRefused,
    Notice,
    Panel,
    PanelMember,
    Seat,
    Visit,
)
from pipeline.models.panel import PANEL_REFUSED
from pipeline.rules import books
from pipeline.rules.panels import Demands
from tests.cast import DAY, QINGHE, SINCE, Cast, the
from tests.panels import AT, accountant, asked, composed, entered, handed_in, members, opened, pool, said, seated


def sql_state(caught: pytest.ExceptionInfo[DatabaseError]) -> str:
    return str(getattr(caught.value.__cause__, "sqlstate", ""))


def test_the_draw_is_legal_and_gives_the_same_experts_when_it_is_drawn_again(cast: Cast) -> None:
    pool(cast)
    made = composed(cast)
    kinds = [each.kind for each in members(cast, made)]
    assert Demands.of(books("hte", DAY)).lacks(kinds) == []
    assert [each.chair for each in members(cast, made)] == [True, False, False, False, False]
    assert panel.drawn_again(made)
    made.draw["members"].reverse()
    assert not panel.drawn_again(made)


def test_another_seed_draws_other_experts(cast: Cast) -> None:
    pool(cast)
    drawn = {tuple(each.expert_id for each in members(cast, composed(cast, seed=str(n)))) for n in range(6)}
    assert len(drawn) > 1


TIES: dict[str, dict[str, Any]] = {
    "employer": {"employer": "杭州青禾智控科技有限公司"},
    "employer's code": {"employer_code": QINGHE},
    "former name": {"employer": "青禾旧名有限公司"},
    "shares": {"shares": [QINGHE]},
    "shares by name": {"shares": ["杭州青禾智控科技有限公司 "]},
    "declared": {"declared": [QINGHE]},
    "agency": {"employer": "临安财税事务所"},
}
REASONS = {
    "employer": "employer",
    "employer's code": "employer",
    "former name": "employer",
    "shares": "shares",
    "shares by name": "shares",
    "declared": "declared",
    "agency": "agency",
    "coach": "coach",
    "visitor": "coach",
}


def tied(cast: Cast) -> dict[str, Expert]:
    """An expert for each tie to Qinghe that is on record."""
    made = {tie: seated(cast, tie, said(**record)) for tie, record in TIES.items()}
    made |= {tie: seated(cast, tie, said()) for tie in ("coach", "visitor")}
    with acting(cast.song):
        Seat.objects.filter(user=cast.agent).update(agency="临安财税事务所")
    with acting(INTAKE):
        own: dict[str, Any] = {"firm": cast.qinghe}
        FormerName.objects.create(**own, name="青禾旧名有限公司", until=SINCE)
        past = DateRange(date(2020, 1, 1), date(2021, 1, 1))
        Appointment.objects.create(**own, coach_id=made["coach"].user_id, during=past)
        Visit.objects.create(**own, on=SINCE, notes="看过", by_id=made["visitor"].user_id)
        Mandate.objects.create(**own, agent=cast.agent, parts=["plan"], during=DateRange(SINCE, DAY), by=cast.li)
    return made


def test_an_expert_with_a_tie_is_left_out_of_the_draw_and_refused_by_the_database(cast: Cast) -> None:
    pool(cast)
    made = tied(cast)
    drawn = composed(cast)
    assert dict(drawn.draw["left_out"]) == {made[tie].pk: reason for tie, reason in REASONS.items()}
    seated_or_next = {each.expert_id for each in members(cast, drawn)} | set(drawn.draw["reserve"])
    assert not seated_or_next & {each.pk for each in made.values()}
    for each in made.values():
        seat = {"panel": drawn, "expert": each, "user_id": each.user_id, "kind": each.kind, "position": 9}
        with acting(cast.chen), pytest.raises(DatabaseError) as caught, transaction.atomic():
            PanelMember.objects.create(**seat)
        assert sql_state(caught) == PANEL_REFUSED


def test_who_cannot_is_left_out_with_the_reason(cast: Cast) -> None:
    pool(cast)
    records = {
        "untitled": (said(qualification=Expert.OTHER), "unqualified"),
        "too young": (accountant(years=9), "unqualified"),
        "busy": (said(available=False), "unavailable"),
        "away": (said(away=DateRange(SINCE, date(2026, 2, 1))), "away"),
    }
    wanted = {seated(cast, name, record).pk: reason for name, (record, reason) in records.items()}
    seated(cast, "back again", said(away=DateRange(date(2020, 1, 1), SINCE)))
    assert dict(composed(cast).draw["left_out"]) == wanted


def test_who_lost_the_seat_is_no_candidate(cast: Cast) -> None:
    made = pool(cast)
    with acting(cast.song):
        Seat.objects.filter(user=made["fin1"].user_id).update(during=DateRange(SINCE, date(2026, 2, 1)))
    drawn = composed(cast).draw
    assert made["fin1"].pk not in {key for key, *_ in drawn["candidates"]} | {key for key, _ in drawn["left_out"]}


def test_a_panel_that_breaks_the_rules_is_refused_with_the_reason(cast: Cast) -> None:
    pool(cast)
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"technical": 3, "financial": 1}, "technical"),  # four
        ({"technical": 2, "financial": 3}, "technical"),  # two of five are not 60 %
        ({"technical": 5, "financial": 0}, "technical"),
        ({"technical": 9}, "technical"),  # more than there are
        ({"financial": 3, "technical": 5}, "financial"),
        ({"kind": Panel.REAL}, "codes"),  # no application
        ({"title": " "}, "title"),
        ({"closes_on": date(2025, 1, 1)}, "closes_on"),
    ]
    for changes, place in wrong:
        with pytest.raises(ConditionUnmet) as refused:
            composed(cast, **changes)
        assert {each.place for each in refused.value.missing} == {place}, changes
    with acting(cast.chen):
        assert not Panel.objects.exists()


@pytest.mark.parametrize(
    ("technical", "financial", "leaves"),
    [(4, 1, "technical"), (5, 3, "technical"), (5, 1, "financial"), (3, 2, "")],
)
def test_the_database_opens_no_panel_that_breaks_the_rules(
    cast: Cast, technical: int, financial: int, leaves: str
) -> None:
    """Four in all; four technical of seven; no financial one. Three technical of five are legal: the control."""
    pool(cast)
    seated(cast, "fin3", accountant())
    made = composed(cast, technical=technical, financial=financial)
    with acting(cast.zhou), transaction.atomic():
        left = made.members.sitting().filter(kind=leaves).first()
        if left:
            PanelMember.objects.filter(pk=left.pk).update(recused_on=DAY, recused_why="退出")
        rows = Panel.objects.filter(pk=made.pk)
        if not leaves:
            assert rows.update(state="open", opened_by=cast.zhou) == 1
            return
        with pytest.raises(DatabaseError) as caught, transaction.atomic():
            rows.update(state="open", opened_by=cast.zhou)
    assert sql_state(caught) == PANEL_REFUSED


def test_the_trigger_knows_the_numbers_of_the_book() -> None:
    demands = Demands.of(books("hte", DAY))
    assert (demands.members, int(demands.technical_share * 10), demands.financial) == (5, 6, 1)


def test_who_drew_a_panel_does_not_open_it(cast: Cast) -> None:
    pool(cast)
    made = composed(cast)
    with acting(cast.chen), pytest.raises(Refused):
        panel.open(made, by=cast.chen, on=DAY, at=AT, version=1)
    with (
        acting(cast.chen),
        pytest.raises(DatabaseError, match="nobody_opens_the_panel_they_drew"),
        transaction.atomic(),
    ):
        Panel.objects.filter(pk=made.pk).update(state="open", opened_by=cast.chen)


def test_its_experts_are_told_and_a_link_goes_out_once(cast: Cast) -> None:
    pool(cast)
    made = opened(cast)
    told = members(cast, made)
    with acting(INTAKE):
        assert Notice.objects.filter(kind="panel.call").count() == len(told) == 5
    assert all(each.salt and not each.entered_at for each in told)
    before = scoring.link_of(told[0])
    with acting(cast.chen), transaction.atomic():
        panel.call(told[0], by=cast.chen, at=AT)
    assert scoring.link_of(members(cast, made)[0]) != before


def test_a_panel_that_somebody_else_changed_is_not_opened(cast: Cast) -> None:
    pool(cast)
    made = opened(cast)
    with acting(cast.zhou), pytest.raises(MoveRefused), transaction.atomic():
        panel.open(made, by=cast.zhou, on=DAY, at=AT, version=1)


def test_who_is_recused_is_stood_in_for_by_the_next_of_the_lot(cast: Cast) -> None:
    pool(cast)
    made = opened(cast)
    chair = members(cast, made)[0]
    with acting(cast.chen), transaction.atomic():
        new = panel.replace(chair, why="曾共同申报项目", by=cast.chen, on=DAY, at=AT)
    assert new is not None
    assert new.expert_id in made.draw["reserve"]
    now = members(cast, made)
    assert len(now) == 5
    assert [each.chair for each in now].count(True) == 1
    assert chair.pk not in {each.pk for each in now}


def test_an_expert_who_steps_back_is_stood_in_for_by_a_job_until_nobody_is_left(cast: Cast) -> None:
    pool(cast)
    made = opened(cast)
    for number in range(2):
        member = entered(next(each for each in members(cast, made) if each.kind == "financial"))
        with acting(member.user), transaction.atomic():
            scoring.recuse(member, "与该企业有合作", by=member.user, on=DAY, file=None)
        jobs.seat_experts()
        jobs.seat_experts()
        with acting(INTAKE):
            kind = "panel.short" if number else "panel.stood_in"
            assert Notice.objects.filter(kind=kind).count() == 1
    assert len(members(cast, made)) == 4


def test_a_conflict_that_comes_on_record_later_keeps_the_panel_from_ending(cast: Cast) -> None:
    pool(cast)
    made = opened(cast)
    first, *others = members(cast, made)
    with acting(first.user), transaction.atomic():
        expert.keep(first.user, said(shares=[QINGHE]), by=first.user, on=DAY, version=1)
    with acting(cast.chen):
        assert panel.in_conflict(made) == {first.expert_id: "shares"}
    for each in others:
        handed_in(each)
    handed_in(first)
    with acting(first.user), transaction.atomic():
        scoring.summarise(first, "专家组一致认为该企业创新能力达到要求，建议通过评审。", by=first.user, at=AT)
    with acting(cast.chen), pytest.raises(ConditionUnmet):
        panel.close(made, by=cast.chen, on=DAY, version=made.version)


def test_it_ends_once_all_have_handed_in_and_notes_what_is_owed(cast: Cast) -> None:
    pool(cast)
    made = opened(cast)
    chair, *others = members(cast, made)
    for each in others:
        handed_in(each)
    with acting(cast.chen), pytest.raises(ConditionUnmet) as refused:
        panel.close(made, by=cast.chen, on=DAY, version=made.version)
    assert chair.user.name in str(refused.value)
    with acting(cast.chen), pytest.raises(DatabaseError) as caught, transaction.atomic():
        Panel.objects.filter(pk=made.pk).update(state="closed", ended_on=DAY)
    assert sql_state(caught) == PANEL_REFUSED
    handed_in(chair)
    with acting(chair.user), transaction.atomic():
        scoring.summarise(chair, "专家组一致认为该企业创新能力达到要求，建议通过评审。", by=chair.user, at=AT)
    with acting(cast.chen), transaction.atomic():
        panel.close(made, by=cast.chen, on=DAY, version=made.version)
        assert {each.fee for each in made.members.sitting()} == {200}


def test_a_dropped_panel_is_seen_by_no_expert(cast: Cast) -> None:
    pool(cast)
    made = opened(cast)
    member = entered(members(cast, made)[0])
    with acting(member.user):
        assert Panel.objects.count() == 1
    with acting(cast.chen), transaction.atomic():
        panel.drop(made, why="企业撤回", by=cast.chen, on=DAY, version=made.version)
    with acting(member.user):
        assert not Panel.objects.exists()
    with acting(cast.chen), pytest.raises(DatabaseError) as caught, transaction.atomic():
        Panel.objects.filter(pk=made.pk).update(state="open", ended_on=None, opened_by=cast.zhou)
    assert sql_state(caught) == PANEL_REFUSED


def test_what_a_blind_panel_reads_does_not_name_the_firm(cast: Cast) -> None:
    pool(cast)
    for blind in (True, False):
        with acting(cast.chen):
            kept = str(composed(cast, blind=blind).files.get().content)
            assert ("青禾" in kept, QINGHE in kept) == (not blind, not blind)
        assert "13900001234" not in kept


def test_nobody_but_an_officer_of_the_city_draws(cast: Cast) -> None:
    with acting(INTAKE):
        qinghe = the(cast.qinghe)
    for name in ("wang", "li", "zhou", "expert", "zhang"):
        who = cast.people[name]
        with acting(who), pytest.raises(Refused), transaction.atomic():
            panel.compose(qinghe, asked(), by=who, on=SINCE, seed="x")


def test_an_expert_keeps_their_own_record_and_nobody_elses(cast: Cast) -> None:
    made = pool(cast)
    own, other = cast.people["tech1"], cast.people["tech2"]
    with acting(own), transaction.atomic():
        assert expert.keep(own, said(employer="新单位"), by=own, on=DAY, version=1).version == 2
        with pytest.raises(MoveRefused), transaction.atomic():
            expert.keep(own, said(), by=own, on=DAY, version=1)
        with pytest.raises(Refused):
            expert.keep(other, said(), by=own, on=DAY, version=1)
        assert Expert.objects.filter(pk=made["tech2"].pk).update(employer="x") == 0


@pytest.mark.parametrize(
    ("changes", "place"),
    [({"employer": " "}, "employer"), ({"fields": ["99"]}, "fields"), ({"fields": []}, "fields")],
)
def test_a_record_that_makes_no_sense_is_refused(cast: Cast, changes: dict[str, Any], place: str) -> None:
    own = cast.people["expert"]
    with acting(own), pytest.raises(ConditionUnmet) as refused, transaction.atomic():
        expert.keep(own, said(**changes), by=own, on=DAY, version=0)
    assert place in {each.place for each in refused.value.missing}


def test_a_firm_is_not_added_to_an_open_panel(cast: Cast) -> None:
    pool(cast)
    made = opened(cast)
    with acting(cast.chen), pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "insert into pipeline_panelfile (public_id, panel_id, firm_id, position, content, bands)"
            " values (gen_random_uuid(), %s, %s, 2, '{}', '{}')",
            [made.pk, cast.yunling.pk],
        )
    assert str(getattr(caught.value.__cause__, "sqlstate", "")) == PANEL_REFUSED
