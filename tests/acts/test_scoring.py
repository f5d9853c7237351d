"""What an expert does with a task: in by link and code, within bands, out when it ends."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from config.postgres.scope import acting
from pipeline.access import SENDER, Refused
from pipeline.acts import delivery, panel, scoring
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Delivery, Firm, MoveRefused, Notice, Panel, PanelFile, PanelMember, ScoreSheet, User
from pipeline.models.panel import PANEL_REFUSED
from pipeline.rules.panels import ITEMS
from tests.cast import DAY, Cast
from tests.panels import AT, REASON, entered, filled, handed_in, members, opened, pool

SUMMARY = "专家组一致认为该企业创新能力达到要求，建议通过评审。"


def mark_of(member: PanelMember) -> str:
    return scoring.link_of(member).rpartition("/")[2]


def comes_in(member: PanelMember, *, code: str | None = None, mark: str | None = "", at: Any = AT) -> bool:
    mark = mark_of(member) if mark == "" else mark
    said = scoring.code_of(member) if code is None else code
    with acting(member.user), transaction.atomic():
        return scoring.enter(member.public_id, said, by=member.user, at=at, mark=mark) is not None


def sees(user: User) -> tuple[int, int, int]:
    """How many files, sheets and firms."""
    with acting(user):
        return PanelFile.objects.count(), ScoreSheet.objects.count(), Firm.objects.count()


@pytest.fixture
def seats(cast: Cast) -> list[PanelMember]:
    pool(cast)
    return members(cast, opened(cast))


def test_the_dossier_is_there_from_link_and_code_until_the_sheets_are_handed_in(seats: list[PanelMember]) -> None:
    chair, member, *_others = seats
    assert sees(member.user) == (0, 0, 0)
    entered(member)
    assert sees(member.user) == (1, 0, 0)
    filled(member)
    assert sees(member.user) == (1, 1, 0)
    with acting(member.user), transaction.atomic():
        scoring.submit(member, by=member.user, at=AT)
    assert sees(member.user) == (0, 0, 0)
    assert sees(chair.user) == (0, 0, 0)


def test_a_link_opens_its_task_once_and_only_with_its_code(seats: list[PanelMember]) -> None:
    first, second, *_others = seats
    assert not comes_in(first, mark=mark_of(second))
    assert not comes_in(first, code=scoring.code_of(second))
    assert not comes_in(first, at=AT + panel.LINK_VALID_FOR + timedelta(seconds=1))
    assert comes_in(first)
    assert not comes_in(first), "the link was used"
    assert scoring.asked_by(first.public_id) == first.user_id


def test_a_code_is_guessed_at_five_times(cast: Cast, seats: list[PanelMember]) -> None:
    member = seats[0]
    right = scoring.code_of(member)
    wrong = "000000" if right != "000000" else "000001"
    assert not any(comes_in(member, code=wrong) for _ in range(PanelMember.MOST_GUESSES))
    assert not comes_in(member, code=right)
    with acting(cast.chen), transaction.atomic():
        panel.call(member, by=cast.chen, at=AT)
        again = PanelMember.objects.select_related("user").get(pk=member.pk)
    assert comes_in(again)


def test_who_is_recused_finds_the_link_shut(cast: Cast, seats: list[PanelMember]) -> None:
    member = seats[1]
    with acting(cast.chen), transaction.atomic():
        panel.replace(member, why="申报单位股东", by=cast.chen, on=DAY, at=AT)
    assert scoring.asked_by(member.public_id) is None
    assert not comes_in(member)


def test_who_steps_back_because_of_a_firm_is_not_drawn_for_it_again(cast: Cast, seats: list[PanelMember]) -> None:
    member = entered(seats[1])
    with acting(member.user), transaction.atomic():
        file = PanelFile.objects.get()
        scoring.recuse(member, "与该企业有合作", by=member.user, on=DAY, file=file)
    assert sees(member.user) == (0, 0, 0)
    with acting(cast.chen):
        again = opened(cast, title="第二组", technical=3, financial=2)
        assert dict(again.draw["left_out"]) == {member.expert_id: "declared"}


def test_points_outside_their_band_are_refused_with_the_band_and_by_the_database(seats: list[PanelMember]) -> None:
    member = entered(next(each for each in seats if each.kind == "financial"))
    with acting(member.user):
        file = PanelFile.objects.get()
        low, high = file.bands["growth_sales"]
        assert (low, high) == (3, 4), "the control: 12.7 % of growth"
        for given in (low - 1, high + 1):
            with pytest.raises(ConditionUnmet) as refused:
                scoring.keep(member, file, {"growth_sales": given}, {}, by=member.user, version=0)
            assert refused.value.missing[0].place == "points_growth_sales"
            assert f"{low}" in refused.value.missing[0].says
        with pytest.raises(ConditionUnmet):  # a technical expert's item
            scoring.keep(member, file, {"conversion": 0}, {}, by=member.user, version=0)
        own = {"panel_id": member.panel_id, "file": file, "member": member, "user": member.user, "kind": member.kind}
        for points in ({"growth_sales": high + 1}, {"growth_sales": "4"}, {"growth_sales": 3.5}, {"no_item": 1}):
            with pytest.raises(DatabaseError) as caught, transaction.atomic():
                ScoreSheet.objects.create(**own, points=points)
            assert str(getattr(caught.value.__cause__, "sqlstate", "")) == PANEL_REFUSED
        assert scoring.keep(member, file, {"growth_sales": high}, {}, by=member.user, version=0).points


def test_nobody_writes_the_sheet_of_another_and_the_city_none(cast: Cast, seats: list[PanelMember]) -> None:
    first, second = entered(seats[0]), entered(seats[1])
    filled(first)
    with acting(second.user):
        file = PanelFile.objects.get()
        with pytest.raises(Refused):
            scoring.keep(first, file, {}, {}, by=second.user, version=0)
        assert ScoreSheet.objects.update(opinion="改") == 0
        own = {"panel_id": first.panel_id, "file": file, "member": first, "user": second.user, "kind": first.kind}
        with pytest.raises(DatabaseError), transaction.atomic():
            ScoreSheet.objects.create(**own)
    with acting(cast.chen):
        assert ScoreSheet.objects.count() == 1
        assert ScoreSheet.objects.update(opinion="改") == 0


def test_a_sheet_that_was_changed_elsewhere_is_not_overwritten(seats: list[PanelMember]) -> None:
    member = entered(seats[1])
    filled(member)
    with acting(member.user), pytest.raises(MoveRefused), transaction.atomic():
        scoring.keep(member, PanelFile.objects.get(), {}, {}, by=member.user, version=0)


def test_nothing_is_handed_in_without_points_and_reasons(seats: list[PanelMember]) -> None:
    member = entered(seats[1])
    with acting(member.user), transaction.atomic():
        file = PanelFile.objects.get()
        points = {item: file.bands[item][1] for item in ITEMS[member.kind]}
        scoring.keep(member, file, points, {**dict.fromkeys(points, REASON), "talent": "好"}, by=member.user, version=0)
        with pytest.raises(ConditionUnmet) as refused:
            scoring.submit(member, by=member.user, at=AT)
    assert [each.place for each in refused.value.missing] == ["file.1"]


def test_points_wait_for_the_declaration(seats: list[PanelMember]) -> None:
    member = seats[1]
    assert comes_in(member)
    with acting(member.user), pytest.raises(ConditionUnmet):
        scoring.keep(member, PanelFile.objects.get(), {}, {}, by=member.user, version=0)


def test_the_chair_sums_up_once_all_are_in_and_sees_all_sheets_then(seats: list[PanelMember]) -> None:
    chair, *others = seats
    handed_in(chair)
    assert sees(chair.user) == (1, 1, 0)
    with acting(chair.user), pytest.raises(ConditionUnmet):
        scoring.summarise(chair, SUMMARY, by=chair.user, at=AT)
    for each in others:
        handed_in(each)
    assert sees(chair.user) == (1, 5, 0)
    with acting(chair.user), transaction.atomic():
        with pytest.raises(ConditionUnmet):
            scoring.summarise(chair, "通过", by=chair.user, at=AT)
        scoring.summarise(chair, SUMMARY, by=chair.user, at=AT)
    assert sees(chair.user) == (0, 0, 0)


def test_what_was_handed_in_is_not_changed(cast: Cast, seats: list[PanelMember]) -> None:
    chair = seats[0]
    handed_in(chair)
    with acting(chair.user):
        assert ScoreSheet.objects.update(points={}) == 0
        with pytest.raises(ConditionUnmet):
            scoring.recuse(chair, "后悔", by=chair.user, on=DAY)
    with acting(cast.chen), pytest.raises(ConditionUnmet):
        panel.replace(chair, why="换人", by=cast.chen, on=DAY, at=AT)


def test_the_letter_brings_the_link_and_not_the_code(seats: list[PanelMember]) -> None:
    member = seats[0]
    with acting(SENDER), transaction.atomic():
        notice = Notice.objects.get(kind="panel.call", person=member.user)
        row = Delivery(notice=notice, person=member.user, channel="mail", urgent=True, next_try_at=AT)
        text = delivery.letter([row], "a@example.org", key="k").text
        assert mark_of(member) in text
        assert scoring.code_of(member) not in text.replace(mark_of(member), "")


def test_an_expert_of_another_panel_sees_nothing_of_this_one(cast: Cast, seats: list[PanelMember]) -> None:
    outside = next(user for name, user in cast.people.items() if name.startswith(("tech", "fin"))
                   and user.pk not in {each.user_id for each in seats})  # fmt: skip
    assert sees(outside) == (0, 0, 0)
    with acting(outside):
        assert not Panel.objects.exists()
        assert not PanelMember.objects.exists()
