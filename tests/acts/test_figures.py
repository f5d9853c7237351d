"""What the acts on figures refuse, keep and forget."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.utils import timezone

from config.postgres.scope import acting
from pipeline.acts import draft, figures
from pipeline.acts.conditions import ConditionUnmet
from pipeline.models import Draft, Explanation, FinancialYear, MoveRefused, SourcedFigure
from pipeline.models.pool import pool_figures
from pipeline.models.record import facts_of
from tests.cast import DAY, YEARS, Cast, the, yuan


def test_the_running_year_is_an_estimate_and_a_later_one_is_refused(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        assert figures.enter(cast.qinghe, 2026, yuan(YEARS[2025]), version=None, by=cast.li, on=DAY).estimate
        with pytest.raises(ConditionUnmet):
            figures.enter(cast.qinghe, 2027, yuan(YEARS[2025]), version=None, by=cast.li, on=DAY)


def test_an_estimate_is_no_figure_to_a_verdict_one_by_one_and_by_the_pool(cast: Cast) -> None:
    later = DAY.replace(year=2027)
    with acting(cast.li), transaction.atomic():
        figures.enter(cast.qinghe, 2026, yuan(YEARS[2025]), version=None, by=cast.li, on=DAY)
        year = facts_of([cast.qinghe], later)[cast.qinghe.pk].year(2026)
        assert year is None or year.estimate
        assert pool_figures(the(cast.qinghe), later)["sales_y1"].to_list() == [None]


def test_who_saw_an_older_version_changes_nothing(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        with pytest.raises(MoveRefused):
            figures.enter(cast.qinghe, 2025, {"sales": Decimal(1)}, version=9, by=cast.li, on=DAY)
        assert FinancialYear.objects.get(firm=cast.qinghe, year=2025).sales == 86_400_000


def test_a_figure_that_did_not_change_keeps_its_source(cast: Cast) -> None:
    given = yuan(YEARS[2025])
    with acting(cast.li), transaction.atomic():
        figures.enter(cast.qinghe, 2025, given, version=1, by=cast.li, on=DAY, kind="imported")
        changed = given | {"staff": Decimal(122), "sales": None}
        row = figures.enter(cast.qinghe, 2025, changed, version=2, by=cast.li, on=DAY, kind="audited")
    assert (row.sources["rd_total"], row.sources["staff"], "sales" in row.sources) == ("declared", "audited", False)


def test_a_paper_is_one_of_three_and_its_figure_stands_once(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        for amount in (1, 2):
            figures.note_paper(cast.qinghe, 2025, "tax_return", {"sales": Decimal(amount)}, by=cast.li, on=DAY)
        kept = SourcedFigure.objects.get()
        assert (kept.amount, kept.version) == (Decimal(2), 2)
        with pytest.raises(ConditionUnmet):
            figures.note_paper(cast.qinghe, 2025, "hearsay", {"sales": Decimal(1)}, by=cast.li, on=DAY)


def test_the_database_holds_the_kinds_of_papers_and_explanations(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        own: dict[str, Any] = {"firm": cast.qinghe, "year": 2025, "figure": "sales", "by": cast.li}
        with pytest.raises(IntegrityError), transaction.atomic():
            SourcedFigure.objects.create(**own, source="hearsay", amount=Decimal(1))
        with pytest.raises(IntegrityError), transaction.atomic():
            Explanation.objects.create(**own, kind="jump", says="")


def test_an_explanation_is_changed_and_taken_back(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        for says in ("新产线", "新产线投产", ""):
            figures.explain(cast.qinghe, 2025, "jump", {"sales": says}, by=cast.li)
            assert [each.says for each in Explanation.objects.all()] == ([says] if says else [])


def test_a_draft_stands_once_and_goes_when_dropped(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        for text in ("1", "2"):
            draft.keep(cast.qinghe, "figures.2025", {"sales-2025": text}, by=cast.li, at=timezone.now())
        assert Draft.objects.get().content == {"sales-2025": "2"}
        draft.drop(cast.qinghe, "figures.2025", by=cast.li)
        assert not Draft.objects.exists()


def test_more_than_a_page_holds_and_another_firm_are_refused(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic(), pytest.raises(ConditionUnmet):
        draft.keep(
            cast.qinghe, "figures.2025", {"sales-2025": "1" * (draft.LONGEST + 1)}, by=cast.li, at=timezone.now()
        )
    with acting(cast.chen), transaction.atomic():
        yunling = cast.yunling
    with acting(cast.li), transaction.atomic(), pytest.raises(ProgrammingError, match="row-level security"):
        draft.keep(yunling, "figures.2025", {}, by=cast.li, at=timezone.now())
