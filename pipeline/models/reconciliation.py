"""The certifying agency's lists beside the record, both ways: certified there and not here, here and not there."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from pipeline.access import Reach
from pipeline.models.certificate import Certificate
from pipeline.models.result import Result, ResultList
from pipeline.models.round import Application, Round
from pipeline.stages import WITH_AGENCY

ON_RECORD = (Result.RECORDED, Result.KNOWN)


@dataclass(frozen=True)
class Span:
    """A round, or a year where `round` is None: then lists and certificates count by their day."""

    year: int
    round: Round | None = None

    @property
    def days(self) -> tuple[date, date]:
        return date(self.year, 1, 1), date(self.year + 1, 1, 1)


@dataclass(frozen=True)
class Sides:
    """`there` counts the lines of certificates on the lists, `here` the certificates on record, `both` what is both.

    there = both + there_only, here = both + here_only; the last two and `waiting` are rows to look at.
    """

    there: int
    here: int
    both: int
    there_only: Any
    here_only: Any
    waiting: Any  # applications sent to the agency that no result has come for

    @property
    def agrees(self) -> bool:
        return self.there == self.here == self.both


def sides(span: Span, reach: Reach, lists: Any) -> Sides:
    """Compare what these lists say with what is on record within reach. Five statements, and one each for the rows."""
    rows = _lines(span, lists)
    certificates = _certificates(span, reach, rows)
    listed = rows.exclude(number="").values("number")
    found = rows.filter(number__in=certificates.values("number"))
    return Sides(
        there=rows.count(),
        here=certificates.count(),
        both=found.count(),
        there_only=rows.exclude(pk__in=found.values("pk")).select_related("result_list", "firm").order_by("pk"),
        here_only=certificates.exclude(number__in=listed).select_related("firm", "application__round").order_by("pk"),
        waiting=_waiting(span, reach).select_related("firm", "case", "round").order_by("pk"),
    )


def _lines(span: Span, lists: Any) -> Any:
    """Each number once: of lines that say the same in several lists the first; lines that name none all count."""
    rows = Result.objects.filter(result_list__in=lists, result_list__kind=ResultList.CERTIFIED)
    rows = rows.of_round(span.round.pk) if span.round else rows.of_year(span.year)
    named = rows.exclude(number="").order_by("number", "pk").distinct("number").values("pk")
    return rows.filter(Q(number="") | Q(pk__in=named))


def _certificates(span: Span, reach: Reach, rows: Any) -> Any:
    """Those issued in the year; of a round those of its applications, and those its lists brought."""
    held = Certificate.objects.within(reach)
    if span.round is None:
        begins, ends = span.days
        return held.filter(issued_on__gte=begins, issued_on__lt=ends)
    brought = rows.filter(state__in=ON_RECORD).values("number")
    return held.filter(Q(application__round=span.round) | Q(number__in=brought))


def _waiting(span: Span, reach: Reach) -> Any:
    sent = Application.objects.within(reach).open().filter(stage__in=[*WITH_AGENCY, "announced"])
    return sent.filter(round=span.round) if span.round else sent.filter(round__year=span.year)
