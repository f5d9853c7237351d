"""The yearly adjustment: what the book proposes, each decision by two persons, objections heard, cases closed."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from psycopg.types.range import DateRange

from config.postgres.scope import acting
from pipeline.access import INTAKE, Refused
from pipeline.acts import adjustment, case, objection
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Adjustment, AnnualUpdate, Case, Firm, Leaver, MoveRefused, Notice, Objection, Proposal, User
from pipeline.models.book import POOL
from pipeline.models.in_force import book_in_force, calendar_in_force
from pipeline.models.objection import ObjectionQuerySet
from pipeline.models.staying import who_leaves
from tests.cast import Story

OVER = DateRange(date(2023, 11, 1), date(2026, 11, 1))


def as_it_is(story: Story) -> None:
    """Nothing speaks against the firm."""


def term_over(story: Story) -> None:
    story.case.update(term=OVER)


def ends_tomorrow(story: Story) -> None:
    story.case.update(term=DateRange(date(2023, 11, 1), story.day + timedelta(days=1)))


def missed(story: Story, *years: int, done: int = 0) -> None:
    kept = story.case.get()
    for year in (*years, done) if done else years:
        how = {"confirmed_on": date(done, 5, 2), "by": story.cast.li} if year == done else {}
        AnnualUpdate.objects.create(firm=kept.firm, case=kept, year=year, due_on=date(year, 5, 31), **how)


def two_missed(story: Story) -> None:
    missed(story, 2025, 2026)


def one_missed(story: Story) -> None:
    missed(story, 2026)


def missed_before_and_after(story: Story) -> None:
    missed(story, 2024, 2026, done=2025)


def bad_credit(story: Story) -> None:
    Firm.objects.filter(pk=story.cast.qinghe.pk).update(credit_clean=False)


def applying(story: Story) -> None:
    story.case.update(term=OVER)
    story.case.filter(stage="coaching").move("application.open")


@pytest.mark.parametrize(
    ("happened", "reason"),
    [
        (as_it_is, None),
        (term_over, "expired"),
        (ends_tomorrow, None),
        (two_missed, "inactive"),
        (one_missed, None),
        (missed_before_and_after, None),
        (bad_credit, "became_ineligible"),
        (applying, None),
    ],
)
def test_the_book_proposes_who_leaves_and_says_why(
    story: Story, happened: Callable[[Story], None], reason: str | None
) -> None:
    story.to("coaching")
    with acting(INTAKE), transaction.atomic():
        happened(story)
        found = who_leaves(Case.objects.all(), book_in_force(POOL, story.day), story.day)
    assert [why.reason for why in found.values()] == ([reason] if reason else [])
    assert all(why.says.zh and why.says.en for why in found.values())


def test_within_the_days_of_grace_nothing_is_missed(story: Story) -> None:
    story.to("coaching")
    with acting(INTAKE), transaction.atomic():
        missed(story, 2025, 2026)
        for day, leaves in ((date(2026, 6, 15), 0), (date(2026, 6, 16), 1)):
            assert len(who_leaves(Case.objects.all(), book_in_force(POOL, day), day)) == leaves


def drawn(story: Story) -> Adjustment:
    story.to("coaching")
    with acting(INTAKE), transaction.atomic():
        term_over(story)
    with acting(story.cast.chen), transaction.atomic():
        return adjustment.draw(by=story.cast.chen, on=story.day)


def step(story: Story, name: str, by: User, on: date | None = None, **also: object) -> object:
    with acting(by), transaction.atomic():
        now = Adjustment.objects.exclude(state="dropped").get()
        return getattr(adjustment, name)(now, by=by, on=on or story.day, version=now.version, **also)


def accepted(story: Story) -> date:
    """The last day for objections."""
    drawn(story)
    step(story, "propose", story.cast.chen)
    step(story, "accept", story.cast.zhou)
    with acting(story.cast.chen), transaction.atomic():
        until = Adjustment.objects.get().objections_until
        assert until == calendar_in_force().add(story.day, 5).due
        return until


def test_from_the_list_to_the_published_removal(story: Story) -> None:
    until = accepted(story)
    chen, zhou = story.cast.chen, story.cast.zhou
    with pytest.raises(ConditionUnmet):
        step(story, "submit", chen, on=until)
    later = until + timedelta(days=1)
    step(story, "submit", chen, on=later)
    with pytest.raises(ConditionUnmet):
        step(story, "publish", zhou, on=later, document=" ")
    assert step(story, "publish", zhou, on=later, document="杭科〔2026〕9 号") == 1
    with acting(chen), transaction.atomic():
        closed = story.case.get()
        assert (closed.stage, closed.reason, closed.closed_on) == ("closed", "expired", later)
        assert Leaver.objects.get().left
        told = Notice.objects.filter(to=Notice.FIRM, kind__in=["adjustment.accept", "case.remove"])
        assert told.count() == 2


def test_each_decision_is_another_persons_than_who_asked_for_it(story: Story) -> None:
    drawn(story)
    chen, zhou = story.cast.chen, story.cast.zhou
    step(story, "propose", chen)
    with pytest.raises(Refused):
        step(story, "accept", chen)
    with acting(zhou), transaction.atomic(), pytest.raises(IntegrityError):
        Adjustment.objects.update(accepted_by=chen)
    with acting(story.cast.wang), transaction.atomic():
        assert Adjustment.objects.update(note="县里改的") == 0
    step(story, "accept", zhou)
    with pytest.raises(Refused):
        step(story, "publish", chen, document="1")


def test_a_firm_on_the_list_is_removed_by_its_publication_alone(story: Story) -> None:
    until = accepted(story)
    with acting(story.cast.zhou), transaction.atomic(), pytest.raises(ConditionUnmet):
        case.remove(story.case, by=story.cast.zhou, on=until + timedelta(days=1), note="绕过名单")


def test_an_undecided_objection_holds_the_list_and_an_upheld_one_takes_the_firm_off_it(story: Story) -> None:
    later = accepted(story) + timedelta(days=1)
    chen, zhou, wang = story.cast.chen, story.cast.zhou, story.cast.wang
    with acting(wang), transaction.atomic():
        objection.register(story.case, by=wang, on=story.day, objector="青禾公司", says="已延期")
    with pytest.raises(ConditionUnmet):
        step(story, "submit", chen, on=later)
    with acting(chen), transaction.atomic():
        objection.examine(_objections(), by=chen, on=later, finding="属实", version=1)
    with acting(zhou), transaction.atomic():
        objection.decide(_objections(), by=zhou, on=later, result="upheld", ruling="不出库", version=2)
    step(story, "submit", chen, on=later)
    assert step(story, "publish", zhou, on=later, document="杭科〔2026〕9 号") == 0
    with acting(chen), transaction.atomic():
        assert story.case.get().stage == "coaching"
        assert Leaver.objects.get().stays == "不出库"


def _objections() -> ObjectionQuerySet:
    return Objection.objects.all()


def test_an_officer_takes_a_firm_off_with_a_reason_but_not_while_a_head_decides(story: Story) -> None:
    drawn(story)
    chen = story.cast.chen
    with acting(chen), transaction.atomic(), pytest.raises(ConditionUnmet):
        adjustment.keep(Leaver.objects.all(), by=chen, on=story.day, why=" ")
    step(story, "propose", chen)
    with acting(chen), transaction.atomic(), pytest.raises(ConditionUnmet):
        adjustment.keep(Leaver.objects.all(), by=chen, on=story.day, why="正在申报")
    step(story, "send_back", story.cast.zhou, note="再核一遍")
    with acting(chen), transaction.atomic():
        assert adjustment.keep(Leaver.objects.all(), by=chen, on=story.day, why="正在申报") == 1
    with pytest.raises(ConditionUnmet):
        step(story, "propose", chen)


def test_a_list_that_is_dropped_proposes_nothing_any_more_and_another_may_be_drawn(story: Story) -> None:
    accepted(story)
    chen = story.cast.chen
    with acting(chen), transaction.atomic(), pytest.raises(ConditionUnmet):
        adjustment.draw(by=chen, on=story.day)
    step(story, "drop", chen, note="口径有误")
    with acting(chen), transaction.atomic():
        assert not story.case.get().proposals.filter(decided_on=None).exists()
        assert adjustment.draw(by=chen, on=story.day).state == "drawn"


def test_what_an_officer_proposed_beside_the_list_waits_on_when_the_list_is_dropped(story: Story) -> None:
    drawn(story)
    chen = story.cast.chen
    with acting(chen), transaction.atomic():
        kept = story.case.get()
        told = {"reason": "inactive", "says": "两年未更新", "proposed_by": chen, "proposed_on": story.day}
        Proposal.objects.create(firm_id=kept.firm_id, case=kept, act="case.remove", **told)
    step(story, "drop", chen, note="口径有误")
    with acting(chen), transaction.atomic():
        assert story.case.get().proposals.filter(decided_on=None).exists()


def test_whose_case_moved_on_is_left_as_it_stands(story: Story) -> None:
    later = accepted(story) + timedelta(days=1)
    with acting(story.cast.li), transaction.atomic():
        case.withdraw(story.case, by=story.cast.li, on=later)
    step(story, "submit", story.cast.chen, on=later)
    assert step(story, "publish", story.cast.zhou, on=later, document="杭科〔2026〕9 号") == 0
    with acting(story.cast.chen), transaction.atomic():
        assert story.case.get().reason == "withdrawn"


def test_who_was_faster_wins(story: Story) -> None:
    found = drawn(story)
    step(story, "propose", story.cast.chen)
    with acting(story.cast.chen), transaction.atomic(), pytest.raises(MoveRefused):
        adjustment.propose(found, by=story.cast.chen, on=story.day, version=found.version)


def test_of_two_officers_who_draw_at_once_the_second_is_told(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has looked before the other wrote: what the first did is not to be seen in the second's look."""
    drawn(story)
    chen = story.cast.chen
    unseen = Adjustment.objects.none()
    monkeypatch.setattr(type(unseen), "exists", lambda rows: False)
    with acting(chen), transaction.atomic(), pytest.raises(ConditionUnmet):
        adjustment.draw(by=chen, on=story.day)
