"""Two records of one firm become one, and two again."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation

from config.postgres.scope import acting
from pipeline import access
from pipeline.access import INTAKE, SEALER
from pipeline.acts import case, merging
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import (
    Certificate,
    Contact,
    Document,
    Evidence,
    ExpenseLine,
    FinancialYear,
    Firm,
    FormerName,
    IntellectualProperty,
    MergedRecord,
    MergeProposal,
    Notice,
    Obligation,
    RdProject,
    TrailEntry,
    User,
)
from pipeline.models.what_moves import MOVED, what_moves
from pipeline.register import TABLES
from tests.acts.twins import ALONE, BOTH, SPENT, furnish, registered
from tests.cast import DAY, Cast, Story, the

WHY = "两码同址同人，市监局确认"


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def qinghe(cast: Cast) -> Firm:
    with acting(cast.chen):
        return cast.qinghe


@pytest.fixture
def yunling(cast: Cast) -> Firm:
    with acting(cast.chen):
        return cast.yunling


@pytest.fixture
def twin(cast: Cast) -> Firm:
    made = registered(cast)
    furnish(cast, made)
    return made


def propose(gone: Firm, into: Firm, *, by: User, why: str = WHY, seen: str | None = None) -> MergeProposal:
    with acting(by), transaction.atomic():
        digest = what_moves(gone, into).digest if seen is None else seen
        return merging.propose(gone, into, why=why, seen=digest, by=by, on=DAY)


def confirm(proposed: MergeProposal, *, by: User, seen: str | None = None) -> MergedRecord:
    with acting(by), transaction.atomic():
        digest = what_moves(proposed.gone, proposed.into).digest if seen is None else seen
        return merging.merge(proposed, seen=digest, by=by, on=DAY)


def merge(gone: Firm, into: Firm, *, by: User, why: str = WHY, seen: str | None = None) -> MergedRecord:
    """Proposed by one of the city, confirmed by the head."""
    zhou = User.objects.get(username="zhou")
    return confirm(propose(gone, into, by=by, why=why, seen=seen), by=zhou)


def undo(merged: MergedRecord, *, by: User) -> None:
    with acting(by), transaction.atomic():
        merging.undo(MergedRecord.objects.select_related("firm", "into").get(pk=merged.pk), why="看错了", by=by, on=DAY)


def everything(cast: Cast) -> dict[str, Any]:
    """Every row that a merge may touch, as it stands."""
    with acting(cast.chen), transaction.atomic():
        return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in MOVED}


def test_what_only_one_has_goes_over_and_what_both_have_stays(cast: Cast, twin: Firm, qinghe: Firm) -> None:
    merge(twin, qinghe, by=cast.chen)
    with acting(cast.chen):
        stayed = {"firm": twin}
        assert list(FinancialYear.objects.filter(**stayed).values_list("year", flat=True)) == [2025]
        assert list(IntellectualProperty.objects.filter(**stayed).values_list("number", flat=True)) == [BOTH]
        assert IntellectualProperty.objects.get(number=ALONE).firm_id == qinghe.pk
        assert list(RdProject.objects.filter(**stayed).values_list("code", flat=True)) == ["RD01"]
        assert Contact.objects.get(**stayed).name == "李青"
        assert Certificate.objects.get().firm_id == Obligation.objects.get().firm_id == qinghe.pk
        assert list(FormerName.objects.filter(firm=qinghe).values_list("name", flat=True)) == [twin.name]


def test_what_hangs_on_a_row_that_stays_stays_with_it(cast: Cast, twin: Firm, qinghe: Firm) -> None:
    merge(twin, qinghe, by=cast.chen)
    with acting(cast.chen):
        for model, name in ((ExpenseLine, "project"), (Evidence, "year")):
            for row in model._default_manager.select_related(name):
                assert row.firm_id == getattr(row, name).firm_id, (model, row.pk)
        assert not Document.objects.filter(firm=twin).exists()


def test_taken_back_everything_is_as_it_was_and_the_trail_tells(cast: Cast, twin: Firm, qinghe: Firm) -> None:
    before = everything(cast)
    merged = merge(twin, qinghe, by=cast.chen)
    assert everything(cast) != before
    undo(merged, by=cast.zhou)
    assert everything(cast) == before
    with acting(SEALER), transaction.atomic():
        told = TrailEntry.objects.filter(table="pipeline_certificate", operation="update").order_by("id")
        assert [(each.act, (each.after or {})["firm_id"]) for each in told] == [
            ("merging.merge", qinghe.pk),
            ("merging.undo", twin.pk),
        ]


def test_what_was_hung_on_since_goes_back_with_what_it_hangs_on(cast: Cast, twin: Firm, qinghe: Firm) -> None:
    merged = merge(twin, qinghe, by=cast.chen)
    with acting(INTAKE), transaction.atomic():
        project = RdProject.objects.get(code="RD02")
        own: dict[str, Any] = {"firm": qinghe, "day": date(2025, 4, 1), "amount": Decimal(2)}
        since = ExpenseLine.objects.create(project=project, **own, **SPENT)
        other = ExpenseLine.objects.create(project=RdProject.objects.get(firm=qinghe, code="RD01"), **own, **SPENT)
    undo(merged, by=cast.chen)
    with acting(cast.chen):
        assert ExpenseLine.objects.get(pk=since.pk).firm_id == twin.pk
        assert ExpenseLine.objects.get(pk=other.pk).firm_id == qinghe.pk


def test_it_is_not_taken_back_over_what_was_written_in_its_place(cast: Cast, twin: Firm, qinghe: Firm) -> None:
    merged = merge(twin, qinghe, by=cast.chen)
    with acting(INTAKE), transaction.atomic():
        FinancialYear.objects.create(firm=twin, year=2022, sales=Decimal(1))
    with pytest.raises(ConditionUnmet, match="written to since"):
        undo(merged, by=cast.chen)


def test_a_merge_that_went_on_is_taken_back_from_the_last_one_on(
    cast: Cast, twin: Firm, qinghe: Firm, yunling: Firm
) -> None:
    before = everything(cast)
    first = merge(twin, yunling, by=cast.chen)
    second = merge(yunling, qinghe, by=cast.chen)
    with pytest.raises(ConditionUnmet, match="third record"):
        undo(first, by=cast.chen)
    undo(second, by=cast.chen)
    undo(first, by=cast.chen)
    assert everything(cast) == before


def test_two_open_cases_are_no_merge(story: Story, qinghe: Firm) -> None:
    cast = story.cast
    story.to("draft")
    twin = registered(cast)
    with acting(cast.wang), transaction.atomic():
        case.open_lead(the(twin), by=cast.wang, on=DAY, note="")
    with pytest.raises(ConditionUnmet, match="open case"):
        merge(twin, qinghe, by=cast.chen)


def test_an_open_case_goes_over_and_comes_back(story: Story, qinghe: Firm) -> None:
    cast = story.cast
    story.to("county_review")
    twin = registered(cast)
    merged = merge(qinghe, twin, by=cast.chen)
    with acting(cast.chen):
        assert story.case.get().firm_id == twin.pk
    undo(merged, by=cast.chen)
    with acting(cast.chen):
        assert story.case.get().firm_id == qinghe.pk


@pytest.mark.parametrize(
    ("why", "seen", "says"),
    [("", None, "Say how you know"), (WHY, "0" * 64, "changed since")],
)
def test_it_needs_a_reason_and_what_was_seen(
    cast: Cast, twin: Firm, why: str, seen: str | None, says: str, qinghe: Firm
) -> None:
    with pytest.raises(ConditionUnmet, match=says):
        merge(twin, qinghe, by=cast.chen, why=why, seen=seen)


def test_a_record_is_merged_once_and_not_into_itself(cast: Cast, twin: Firm, qinghe: Firm, yunling: Firm) -> None:
    with pytest.raises(ConditionUnmet, match="one record"):
        merge(twin, twin, by=cast.chen)
    merged = merge(twin, qinghe, by=cast.chen)
    with pytest.raises(ConditionUnmet, match="merged into another"):
        merge(twin, yunling, by=cast.chen)
    undo(merged, by=cast.chen)
    with pytest.raises(ConditionUnmet, match="undone already"):
        undo(merged, by=cast.chen)


def test_a_county_merges_nothing(cast: Cast, twin: Firm, qinghe: Firm) -> None:
    with pytest.raises(access.Refused):
        merge(twin, qinghe, by=cast.wang)
    proposed = propose(twin, qinghe, by=cast.chen)
    with pytest.raises(access.Refused):
        confirm(proposed, by=cast.zhao, seen="")


def test_a_merge_takes_a_second_person_who_saw_the_same(cast: Cast, twin: Firm, qinghe: Firm) -> None:
    before = everything(cast)
    proposed = propose(twin, qinghe, by=cast.chen)
    assert everything(cast) == before
    with acting(cast.zhou), transaction.atomic():
        assert "青禾" in Notice.objects.get(kind="merging.propose").body["zh"]
    with pytest.raises(ConditionUnmet, match="another person confirms"):
        confirm(proposed, by=cast.chen)
    with pytest.raises(ConditionUnmet, match="changed since"):
        confirm(proposed, by=cast.zhou, seen="0" * 64)
    with pytest.raises(ConditionUnmet, match="decide that first"):
        propose(twin, qinghe, by=cast.zhou)
    confirm(proposed, by=cast.zhou)
    with pytest.raises(ConditionUnmet):
        confirm(proposed, by=cast.zhou)


def test_a_proposed_merge_may_be_dropped_and_proposed_anew(cast: Cast, twin: Firm, qinghe: Firm) -> None:
    proposed = propose(twin, qinghe, by=cast.chen)
    with acting(cast.chen), transaction.atomic():
        merging.drop(proposed, by=cast.chen, on=DAY)
    with pytest.raises(ConditionUnmet, match="decided about this merge"):
        confirm(proposed, by=cast.zhou)
    merge(twin, qinghe, by=cast.chen)


def test_a_merged_record_is_no_firm_of_the_city_until_it_is_taken_back(cast: Cast, twin: Firm, qinghe: Firm) -> None:
    merged = merge(twin, qinghe, by=cast.chen)
    with acting(cast.chen):
        assert twin not in Firm.objects.here()
    undo(merged, by=cast.chen)
    with acting(cast.chen):
        assert twin in Firm.objects.here()


# Of a firm's tables those whose rows stay with the record they were written under.
STAY = {
    "firm": "the record itself",
    "firmmove": "where it belonged",
    "mergedrecord": "tells of the record",
    "hit": "found anew",
    "trait": "found anew",
    "looked": "found anew",
    **dict.fromkeys(["appointment", "mandate", "invitation", "showing"], "who was let into that record, by its owner"),
    **dict.fromkeys(["notice", "difficulty", "booking"], "said to and by the people of that record"),
    "bundle": "made anew whenever it is asked for",
    **dict.fromkeys(["draft", "upload", "uploadpiece", "workbook", "accountbook", "accountmapping"], "on the way"),
    "ownobjection": "said by the people of that record",
    "listed": "as it went to the province",
    "handover": "of that record's move to another county",
    **dict.fromkeys(["presence", "faultdraft"], "gone in a moment"),
}


def test_of_every_table_of_a_firm_it_is_decided_whether_its_rows_move() -> None:
    moved = {model._meta.db_table.removeprefix("pipeline_") for model in MOVED}
    owned = {
        name.removeprefix("pipeline_")
        for name, table in TABLES.items()
        if table.kind == "firm" and not table.append_only
    }
    assert owned == moved | set(STAY)
    assert not moved & set(STAY)
