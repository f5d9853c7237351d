"""A pool book of the bureau's own: supposed, proposed, published by a second person, and what then goes by it."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from config.postgres.scope import acting
from pipeline import access
from pipeline.access import INTAKE
from pipeline.acts import book, case, people
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import BookDraft, BookEdition, MoveRefused, Notice, TrailEntry, User
from pipeline.models.book import BookDraftQuerySet
from pipeline.models.in_force import book_in_force, book_of
from pipeline.rules import books
from pipeline.rules.workdays import carried_calendar
from tests.cast import DAY, SINCE, Cast, Story, fresh, the

NEW_YEAR = date(2027, 1, 1)
PAPER = {"instrument": "杭科高〔2026〕12号", "article": "4"}


def as_set(draft: BookDraft) -> BookDraftQuerySet:
    return BookDraft.objects.filter(pk=draft.pk)


def now(draft: BookDraft) -> BookDraft:
    with acting(INTAKE), transaction.atomic():
        return BookDraft.objects.get(pk=draft.pk)


def saved(by: User, changes: dict[str, Any], name: str = "放宽科技人员占比") -> BookDraft:
    with acting(by), transaction.atomic():
        return book.save(name=name, book="pool", changes=changes, by=by, on=DAY)


def proposed(cast: Cast, changes: dict[str, Any], effective_from: date = NEW_YEAR, on: date = DAY) -> BookDraft:
    draft = saved(cast.chen, changes)
    with acting(cast.chen), transaction.atomic():
        also: dict[str, Any] = {**PAPER, "note": "降低门槛"}
        book.propose(as_set(draft), effective_from=effective_from, by=cast.chen, on=on, version=1, **also)
    return now(draft)


def published(cast: Cast, changes: dict[str, Any], effective_from: date = NEW_YEAR, on: date = DAY) -> BookEdition:
    draft = proposed(cast, changes, effective_from, on)
    with acting(cast.zhou), transaction.atomic():
        return book.publish(as_set(draft), by=cast.zhou, on=on, version=2)


def refusal(what: Any) -> dict[str, str]:
    with pytest.raises(ConditionUnmet) as refused, transaction.atomic():
        what()
    return {each.place: each.says for each in refused.value.missing}


def test_what_is_supposed_changes_nothing_in_force(cast: Cast) -> None:
    draft = saved(cast.wang, {"tech_staff_ratio": "0.06"})
    with acting(cast.wang), transaction.atomic():
        assert draft.applied_to(book_in_force(draft.book, DAY)).number("tech_staff_ratio") == Fraction(6, 100)
        assert book_in_force("pool", DAY) is books("pool", DAY)
        assert draft.base_version == books("pool", DAY).version


def test_two_people_publish_a_book_and_from_its_day_on_it_is_in_force(cast: Cast) -> None:
    edition = published(cast, {"tech_staff_ratio": "0.06"})
    assert (edition.number, edition.proposed_by_id, edition.published_by_id) == (1, cast.chen.pk, cast.zhou.pk)
    with transaction.atomic():
        assert book_in_force("pool", NEW_YEAR - timedelta(days=1)) is books("pool", NEW_YEAR - timedelta(days=1))
        later = book_in_force("pool", NEW_YEAR)
    assert later.number("tech_staff_ratio") == Fraction(6, 100)
    assert later.version == edition.book_version
    assert later.source("tech_staff_ratio").in_words() == "杭科高〔2026〕12号 第四条"
    assert later.source("rd_domestic") == books("pool", NEW_YEAR).source("rd_domestic")


def test_a_later_edition_builds_on_the_earlier_one(cast: Cast) -> None:
    published(cast, {"tech_staff_ratio": "0.06", "entry_score": "55"})
    published(cast, {"tech_staff_ratio": "0.07"}, date(2027, 7, 1))
    with transaction.atomic():
        between, after = book_in_force("pool", date(2027, 6, 30)), book_in_force("pool", date(2027, 7, 1))
        assert [(each.number, each.until) for each in BookEdition.objects.in_turn()] == [
            (2, None),
            (1, date(2027, 6, 30)),
        ]
    assert [each.number("tech_staff_ratio") for each in (between, after)] == [Fraction(6, 100), Fraction(7, 100)]
    assert after.number("entry_score") == 55


def test_nobody_publishes_or_rejects_what_they_wrote_themselves(cast: Cast) -> None:
    draft = proposed(cast, {"tech_staff_ratio": "0.06"})
    with acting(cast.song):
        people.grant_seat(cast.chen, "city_head", by=cast.song, on=SINCE, office=cast.offices["hangzhou"])
    chen = fresh(cast).chen
    with acting(chen):
        assert list(refusal(lambda: book.publish(as_set(draft), by=chen, on=DAY, version=2))) == ["proposal"]
        said = refusal(lambda: book.reject(as_set(draft), reason="改主意", by=chen, on=DAY, version=2))
        assert list(said) == ["proposal"]
    with pytest.raises(IntegrityError, match="nobody_decides_their_own_book"), acting(chen), transaction.atomic():
        as_set(draft).update(state="rejected", decided_by=chen, decided_on=DAY)


def test_the_database_wants_two_signatures_whatever_code_does(cast: Cast) -> None:
    draft = proposed(cast, {"tech_staff_ratio": "0.06"})
    edition = {"number": 1, "effective_from": NEW_YEAR, "changes": {}, "book_version": "", "published_on": DAY, **PAPER}

    def insert(**signed: Any) -> None:
        with acting(cast.zhou), transaction.atomic():
            BookEdition.objects.create(draft=draft, **{**edition, **signed})

    with pytest.raises(IntegrityError, match="two_people_sign_a_book"):
        insert(proposed_by=cast.zhou, published_by=cast.zhou)
    with pytest.raises(DatabaseError, match="row-level security"):
        insert(proposed_by=cast.zhou, published_by=cast.chen)
    with pytest.raises(IntegrityError, match="no_edition_begins_before_it_is_published"):
        insert(proposed_by=cast.chen, published_by=cast.zhou, published_on=NEW_YEAR + timedelta(days=1))
    with pytest.raises(IntegrityError, match="only_the_pool_book_is_published"):
        insert(proposed_by=cast.chen, published_by=cast.zhou, book="hte")
    with pytest.raises(IntegrityError, match="an_edition_names_its_document"):
        insert(proposed_by=cast.chen, published_by=cast.zhou, instrument="")


def test_only_a_head_of_the_city_may_add_an_edition_at_all(cast: Cast) -> None:
    draft = proposed(cast, {"tech_staff_ratio": "0.06"})
    for person in (cast.chen, cast.zhao, cast.gu, cast.li):
        with pytest.raises(DatabaseError, match="row-level security"), acting(person), transaction.atomic():
            BookEdition.objects.create(
                number=1, effective_from=NEW_YEAR, changes={}, book_version="", published_on=DAY, draft=draft,
                proposed_by=cast.zhou, published_by=person, **PAPER,
            )  # fmt: skip


@pytest.mark.parametrize("statement", ["update", "delete"])
def test_a_published_edition_never_changes(cast: Cast, statement: str) -> None:
    edition = published(cast, {"tech_staff_ratio": "0.06"})
    rows = BookEdition.objects.filter(pk=edition.pk)
    with pytest.raises(DatabaseError), acting(cast.zhou), transaction.atomic():
        rows.update(article="5") if statement == "update" else rows.delete()


def test_only_one_edition_begins_on_a_day(cast: Cast) -> None:
    published(cast, {"tech_staff_ratio": "0.06"})
    second = saved(cast.chen, {"entry_score": "55"})
    with acting(cast.chen):
        act: dict[str, Any] = {**PAPER, "effective_from": NEW_YEAR, "by": cast.chen, "on": DAY, "version": 1}
        assert list(refusal(lambda: book.propose(as_set(second), **act))) == ["effective_from"]


def test_of_two_proposals_for_one_day_only_one_is_published(cast: Cast) -> None:
    first, second = (proposed(cast, {"entry_score": score}) for score in ("55", "50"))
    with acting(cast.zhou):
        with transaction.atomic():
            book.publish(as_set(first), by=cast.zhou, on=DAY, version=2)
        late = refusal(lambda: book.publish(as_set(second), by=cast.zhou, on=DAY, version=2))
    assert list(late) == ["effective_from"]
    assert now(second).state == "proposed"


def test_a_book_does_not_take_effect_before_the_day_it_is_published(cast: Cast) -> None:
    draft = proposed(cast, {"tech_staff_ratio": "0.06"})
    with acting(cast.zhou):
        act: dict[str, Any] = {"by": cast.zhou, "version": 2}
        late = refusal(lambda: book.publish(as_set(draft), on=NEW_YEAR + timedelta(days=1), **act))
        assert list(late) == ["effective_from"]
        with transaction.atomic():
            book.publish(as_set(draft), on=NEW_YEAR, **act)


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"effective_from": DAY - timedelta(days=1)}, "effective_from"),
        ({"instrument": " "}, "instrument"),
        ({"article": ""}, "article"),
        ({"instrument": "号" * 101}, "instrument"),
    ],
)
def test_a_proposal_names_its_document_and_a_day_to_come(cast: Cast, changed: dict[str, Any], place: str) -> None:
    draft = saved(cast.chen, {"tech_staff_ratio": "0.06"})
    act: dict[str, Any] = {"effective_from": NEW_YEAR, **PAPER, "by": cast.chen, "on": DAY, "version": 1, **changed}
    with acting(cast.chen):
        assert list(refusal(lambda: book.propose(as_set(draft), **act))) == [place]


def test_a_book_that_changes_nothing_is_not_proposed(cast: Cast) -> None:
    draft = saved(cast.chen, {"tech_staff_ratio": "0.050"})
    act: dict[str, Any] = {"effective_from": NEW_YEAR, **PAPER, "by": cast.chen, "on": DAY, "version": 1}
    with acting(cast.chen):
        assert list(refusal(lambda: book.propose(as_set(draft), **act))) == ["changes"]


def test_the_numbers_of_the_state_are_supposed_and_never_proposed(cast: Cast) -> None:
    with acting(cast.chen), transaction.atomic():
        changes = {"rd_intensity": [{"value": "0.035"}]}
        draft = book.save(name="研发占比", book="hte", changes=changes, by=cast.chen, on=DAY)
    act: dict[str, Any] = {"effective_from": NEW_YEAR, **PAPER, "by": cast.chen, "on": DAY, "version": 1}
    with acting(cast.chen):
        assert list(refusal(lambda: book.propose(as_set(draft), **act))) == ["book"]


def test_every_fault_of_a_change_is_told_at_the_rule_it_is_in(cast: Cast) -> None:
    with acting(cast.chen):
        act: dict[str, Any] = {"name": "错", "book": "pool", "by": cast.chen, "on": DAY}
        told = refusal(lambda: book.save(changes={"tech_staff_ratio": "1.2", "tech_staff": "1"}, **act))
        assert told == {
            "tech_staff": "tech_staff: 手册“高新技术企业培育库入库”没有这个参数",
            "tech_staff_ratio": "科技人员占职工总数比例下限: 1.2 高于 1",
        }
        assert list(refusal(lambda: book.save(**{**act, "name": ""}, changes={}))) == ["name"]
        assert list(refusal(lambda: book.save(**{**act, "book": "poll"}, changes={}))) == ["book"]
        assert list(refusal(lambda: book.save(**{**act, "on": date(2025, 12, 31)}, changes={}))) == ["book"]


def test_a_draft_is_changed_by_its_author_while_it_is_a_draft(cast: Cast) -> None:
    draft = saved(cast.wang, {"tech_staff_ratio": "0.06"})
    with acting(cast.wang), transaction.atomic():
        act: dict[str, Any] = {"name": "改", "changes": {"entry_score": "55"}, "by": cast.wang, "on": DAY}
        book.change(as_set(draft), version=1, **act)
        assert (now(draft).changes, now(draft).version) == ({"entry_score": "55"}, 2)
        with pytest.raises(MoveRefused):
            book.change(as_set(draft), version=1, **act)
    with pytest.raises(access.Refused), acting(cast.zhao), transaction.atomic():
        book.change(as_set(draft), name="别人的", changes={}, by=cast.zhao, on=DAY, version=2)


def test_what_is_proposed_is_not_changed_any_more(cast: Cast) -> None:
    draft = proposed(cast, {"tech_staff_ratio": "0.06"})
    with pytest.raises(MoveRefused), acting(cast.chen), transaction.atomic():
        book.change(as_set(draft), name="偷改", changes={"entry_score": "1"}, by=cast.chen, on=DAY, version=2)
    with acting(cast.chen), transaction.atomic():
        book.withdraw(as_set(draft), by=cast.chen, on=DAY, version=2)
    with pytest.raises(MoveRefused), acting(cast.zhou), transaction.atomic():
        book.publish(as_set(draft), by=cast.zhou, on=DAY, version=3)


def test_a_rejection_has_its_reason_and_is_final(cast: Cast) -> None:
    draft = proposed(cast, {"tech_staff_ratio": "0.06"})
    with acting(cast.zhou):
        assert list(refusal(lambda: book.reject(as_set(draft), reason=" ", by=cast.zhou, on=DAY, version=2))) == [
            "reason"
        ]
        with transaction.atomic():
            book.reject(as_set(draft), reason="先征求意见", by=cast.zhou, on=DAY, version=2)
        assert (now(draft).state, now(draft).reason, now(draft).decided_by_id) == (
            "rejected",
            "先征求意见",
            cast.zhou.pk,
        )
        with pytest.raises(MoveRefused), transaction.atomic():
            book.publish(as_set(draft), by=cast.zhou, on=DAY, version=3)
        assert not BookEdition.objects.exists()


@pytest.mark.parametrize("name", ["zhou", "wang", "zhao", "li", "zhang", "gu"])
def test_only_an_officer_of_the_city_proposes(cast: Cast, name: str) -> None:
    person = cast.people[name]
    draft = saved(cast.chen, {"tech_staff_ratio": "0.06"})
    act: dict[str, Any] = {"effective_from": NEW_YEAR, **PAPER, "by": person, "on": DAY, "version": 1}
    with pytest.raises(access.Refused), acting(person), transaction.atomic():
        book.propose(as_set(draft), **act)


@pytest.mark.parametrize("name", ["chen", "wang", "zhao", "li", "zhang", "gu", "song"])
def test_only_a_head_of_the_city_publishes(cast: Cast, name: str) -> None:
    draft = proposed(cast, {"tech_staff_ratio": "0.06"})
    with pytest.raises(access.Refused), acting(cast.people[name]), transaction.atomic():
        book.publish(as_set(draft), by=cast.people[name], on=DAY, version=2)


@pytest.mark.parametrize("name", ["li", "zhang", "gu", "song", "expert"])
def test_who_sits_in_no_office_supposes_nothing(cast: Cast, name: str) -> None:
    person = cast.people[name]
    with pytest.raises(access.Refused), acting(person), transaction.atomic():
        book.save(name="试", book="pool", changes={}, by=person, on=DAY)


def test_a_county_sees_the_drafts_of_its_own_office_and_the_city_all(cast: Cast) -> None:
    saved(cast.wang, {"tech_staff_ratio": "0.06"}, "临安")
    saved(cast.sun, {"tech_staff_ratio": "0.06"}, "西湖")
    saved(cast.chen, {"tech_staff_ratio": "0.06"}, "市局")
    seen = {}
    for name in ("zhao", "sun", "zhou", "gu", "li", "zhang"):
        with acting(cast.people[name]), transaction.atomic():
            told = set(BookDraft.objects.visible_to(cast.people[name]).values_list("name", flat=True))
            assert told == set(BookDraft.objects.values_list("name", flat=True))  # the row policies say the same
            seen[name] = told
    assert seen == {
        "zhao": {"临安"}, "sun": {"西湖"}, "zhou": {"临安", "西湖", "市局"}, "gu": set(), "li": set(), "zhang": set(),
    }  # fmt: skip


def test_the_city_is_told_what_waits_for_it_and_what_became_of_it(cast: Cast) -> None:
    published(cast, {"tech_staff_ratio": "0.06"})
    with acting(cast.zhou), transaction.atomic():
        told = Notice.objects.visible_to(cast.zhou).for_office(cast.zhou)
        assert [(each.kind, each.firm) for each in told] == [("book.publish", None), ("book.propose", None)]
        assert "2027-01-01" in told[1].body["zh"]
        assert "放宽科技人员占比" in told[1].body["en"]
    with acting(cast.wang), transaction.atomic():
        assert not Notice.objects.filter(kind__startswith="book.").exists()


def test_every_step_stands_in_the_trail(cast: Cast) -> None:
    published(cast, {"tech_staff_ratio": "0.06"})
    with acting(cast.tang), transaction.atomic():
        entries = TrailEntry.objects.filter(table__in=["pipeline_bookdraft", "pipeline_bookedition"]).order_by("id")
        assert list(entries.values_list("act", "table", "operation", "actor")) == [
            ("book.save", "pipeline_bookdraft", "insert", str(cast.chen.pk)),
            ("book.propose", "pipeline_bookdraft", "update", str(cast.chen.pk)),
            ("book.publish", "pipeline_bookdraft", "update", str(cast.zhou.pk)),
            ("book.publish", "pipeline_bookedition", "insert", str(cast.zhou.pk)),
        ]


# What goes by the book
# -------------------------------------------------------------------------------------------------------------

SLOWER = {"county_review_workdays": "8", "city_review_workdays": "20", "publicity_workdays": "7", "term_months": "24"}


def test_a_case_is_reviewed_and_admitted_by_the_book_it_was_submitted_under(story: Story) -> None:
    story.to("county_review")
    published(story.cast, SLOWER, DAY + timedelta(days=1))
    story.day = DAY + timedelta(days=2)
    calendar = carried_calendar()
    for act, days in (("_city_review", 10), ("_publicity", 5)):
        getattr(story, act)()
        with acting(story.cast.chen):
            assert story.case.get().due_on == calendar.add(story.day, days).due
    story._coaching()
    with acting(story.cast.chen):
        kept = story.case.get()
    assert kept.term.upper.year - kept.term.lower.year == 3
    assert (kept.book_day, kept.book_version) == (DAY, books("pool", DAY).version)


def test_a_case_submitted_from_the_day_of_the_new_book_on_goes_by_it(story: Story) -> None:
    story.to("draft")
    edition = published(story.cast, SLOWER, DAY + timedelta(days=1))
    story.day = edition.effective_from
    story._county_review()
    with acting(story.cast.wang):
        kept = story.case.get()
    assert kept.due_on == carried_calendar().add(story.day, 8).due
    assert kept.book_version == edition.book_version
    story._city_review()
    story._publicity()
    story._coaching()
    with acting(story.cast.chen):
        kept = story.case.get()
    assert kept.term.upper.year - kept.term.lower.year == 2


def test_a_case_submitted_in_the_morning_keeps_the_book_of_the_morning(story: Story) -> None:
    story.to("county_review")
    published(story.cast, SLOWER, DAY, on=DAY)
    story._city_review()
    with acting(story.cast.chen):
        kept = story.case.get()
        assert kept.pool_book(DAY).number("term_months") == 36
        assert book_in_force("pool", DAY).number("term_months") == 24
    assert kept.due_on == carried_calendar().add(DAY, 10).due


def test_a_returned_firm_resumes_by_the_book_it_was_submitted_under(story: Story) -> None:
    story.to("county_review")
    published(
        story.cast, {"least_workdays_after_return": "9", "firm_correction_workdays": "2"}, DAY + timedelta(days=1)
    )
    wang, li, later = story.cast.wang, story.cast.li, DAY + timedelta(days=4)
    with acting(wang), transaction.atomic():
        case.return_from_county(story.case, by=wang, on=later, faults=[("property", "补发明专利证书")])
        returned = story.case.get()
    assert returned.due_on == carried_calendar().add(later, 10).due
    with acting(li), transaction.atomic():
        answers = {fault.pk: "已补" for fault in returned.faults.all()}
        case.resubmit_to_county(story.case, by=li, on=later, answers=answers)
        assert story.case.get().due_on == carried_calendar().add(later, 3).due


def test_terms_that_belong_to_no_submission_go_by_the_book_in_force(story: Story) -> None:
    story.to("coaching")
    with acting(story.cast.li), transaction.atomic():
        case.withdraw(story.case, by=story.cast.li, on=story.day)
    published(story.cast, {"re_entry_after_withdrawal_months": "1"}, story.day, on=story.day)
    with acting(story.cast.li), transaction.atomic():
        firms, on = the(story.cast.qinghe), story.day + timedelta(days=40)
        assert case.begin(firms, by=story.cast.li, on=on).stage == "draft"


def test_what_was_judged_by_an_edition_shows_its_numbers_for_ever(cast: Cast) -> None:
    first = published(cast, {"tech_staff_ratio": "0.06"})
    judged_on = date(2027, 3, 1)
    published(cast, {"tech_staff_ratio": "0.07"}, judged_on, on=judged_on)
    with transaction.atomic():
        assert book_of("pool", first.book_version, judged_on).number("tech_staff_ratio") == Fraction(6, 100)
        assert book_of("pool", "pool-of-a-release-that-is-gone", judged_on).number("tech_staff_ratio") == Fraction(
            7, 100
        )


def test_the_editions_are_read_once_in_a_transaction(cast: Cast, django_assert_num_queries: Any) -> None:
    published(cast, {"tech_staff_ratio": "0.06"})
    with acting(INTAKE), transaction.atomic(), django_assert_num_queries(1):
        assert book_in_force("pool", NEW_YEAR) is book_in_force("pool", NEW_YEAR)
        book_in_force("hte", NEW_YEAR)


def test_an_edition_that_is_undone_is_not_remembered(cast: Cast) -> None:
    draft = proposed(cast, {"tech_staff_ratio": "0.06"})
    with acting(cast.zhou), transaction.atomic():
        book.publish(as_set(draft), by=cast.zhou, on=DAY, version=2)
        assert book_in_force("pool", NEW_YEAR).number("tech_staff_ratio") == Fraction(6, 100)
        transaction.set_rollback(True)
    assert book_in_force("pool", NEW_YEAR).number("tech_staff_ratio") == Fraction(5, 100)
