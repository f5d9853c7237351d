"""Firms of the pool with what the bureau keeps about their stay, written straight: for what looks at rows alone."""

from collections.abc import Iterable
from datetime import date, timedelta

from psycopg.types.range import DateRange

from pipeline.models import Adjustment, AnnualUpdate, Case, Firm, HandOver, Leaver, Objection, User, Window
from tests.cast import Cast


def pooled(firms: Iterable[Firm], cast: Cast, on: date, by: User) -> None:
    """Of each firm a stay whose term is over, an update asked for, an objection, a move, a line of this year's list;
    and as many windows.
    """
    rows = list(firms)
    numbers, over = Case.numbers(on.year, len(rows)), DateRange(on - timedelta(days=1_100), on)
    cases = Case.objects.bulk_create(
        Case(firm=each, number=number, stage="coaching", opened_on=on, term=over)
        for each, number in zip(rows, numbers, strict=True)
    )
    listed, _made = Adjustment.objects.get_or_create(
        year=on.year, defaults={"day": on, "book_version": "1", "drawn_by": by}
    )
    for case in cases:
        own = {"firm_id": case.firm_id, "case": case}
        AnnualUpdate.objects.create(**own, year=on.year, due_on=on - timedelta(days=1))
        Objection.objects.create(**own, about="removal", objector="某人", received_on=on, says="不实", registered_by=by)
        HandOver.objects.create(**own, target=cast.divisions["xihu"], note="已迁", moved_by=by, moved_on=on)
        Leaver.objects.create(**own, adjustment=listed, reason="expired", grounds={"zh": "期满", "en": "over"})
        dates = {"opens_on": on, "closes_on": on, "county_date": on + timedelta(days=30)}
        Window.objects.create(name=f"第 {case.number} 批", year=on.year, by=by, **dates)
