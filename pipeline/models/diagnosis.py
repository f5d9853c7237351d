from collections.abc import Iterable
from fractions import Fraction
from typing import Any, Self

from django.db import models
from django.db.models import Count, Exists, ExpressionWrapper, F, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull

from pipeline.models.case import Case
from pipeline.models.commonness import VERY_COMMON
from pipeline.models.figures import FinancialYear
from pipeline.models.firm import Firm, FirmMove, FirmOwned, FirmOwnedQuerySet, stays
from pipeline.models.in_force import book_of
from pipeline.models.keyset import counted
from pipeline.models.naming import of_firms_called
from pipeline.rules import Assessment, Book, read_facts

# What figures alone decide; the other conditions wait for papers and experts.
NUMERIC = frozenset({"registered_days", "tech_staff_ratio", "rd_intensity", "rd_domestic", "hitech_income"})


# Who is close, as one number that an index holds: fewest conditions unmet or without data, then fewest unmet, then
# fewest for a person to judge, then the most points in reach; without points last.
NEARNESS = ExpressionWrapper(
    (F("unmet") + F("unknown")) * Value(10_000_000)
    + F("unmet") * Value(100_000)
    + F("manual") * Value(1_000)
    + Coalesce(Value(998) - F("score_high"), Value(999)),
    IntegerField(),
)


def _not_told() -> IsNull:
    """A condition that figures decide waits for figures or for a person. Looked up for each diagnosis: by `exists` the
    database would read all gaps there are.
    """
    gaps = Gap.objects.filter(diagnosis=OuterRef("pk"), rule__in=NUMERIC)
    return IsNull(Subquery(gaps.values("pk")[:1]), False)


class DiagnosisQuerySet(FirmOwnedQuerySet["Diagnosis"]):
    def newest(self) -> Self:
        """The newest of each firm: the one the firm points at. Asked by this one column: with the firm's key beside it
        the database would expect next to none.
        """
        return self.filter(Exists(Firm.objects.filter(latest_diagnosis=OuterRef("pk"))))

    def of_firms_here(self) -> Self:
        return self.filter(stays("firm"))

    def nearest_first(self) -> Self:
        """Who is close comes first. The list can be entered anywhere: see `keyset`."""
        return self.annotate(turn=NEARNESS).order_by("turn", "pk")

    def in_turn(self, keys: Iterable[int]) -> "list[Diagnosis]":
        """What the list shows of the diagnoses with these keys, in their order."""
        wanted = list(keys)
        rows = {each.pk: each for each in self.filter(pk__in=wanted).for_screening()}
        return [rows[key] for key in wanted if key in rows]

    def standing(self, group: str) -> Self:
        """One group of nearness; each firm stands in exactly one: one, two, more, met, untold."""
        if group in ("met", "untold"):
            return self.filter(_not_told() if group == "untold" else ~_not_told(), unmet=0)
        return self.filter(unmet__gte=3) if group == "more" else self.filter(unmet={"one": 1, "two": 2}[group])

    def groups(self) -> dict[str, int]:
        """How many firms there are, in each group of nearness, and in none of the city's counties; each counted up to a
        thousand. One statement.
        """
        lists: dict[str, Any] = {group: self.standing(group) for group in ("one", "two", "more", "met")}
        untold = self.standing("untold")  # first where most of them are: where not all is known
        lists["untold"] = [untold.filter(unknown__gt=0), untold.filter(unknown=0)]
        return counted({"": self, **lists, "homeless": self.in_county(None)})

    def in_county(self, code: str | None) -> Self:
        """Firms of a county today; None for those whose county is to be assigned."""
        return self.filter(Exists(_places(code)))

    def lacking(self, rule: str) -> Self:
        return self.filter(gaps__rule=rule, gaps__verdict="unmet")

    def selling(self, year: int, above: Fraction | None, upto: Fraction | None) -> Self:
        """Firms by their sales of a year, in yuan: more than `above`, at most `upto`."""
        within = Q() if above is None else Q(sales__gt=int(above))
        within &= Q() if upto is None else Q(sales__lte=int(upto))
        return self.filter(
            Exists(FinancialYear.objects.filter(within, firm=OuterRef("firm"), year=year, sales__isnull=False))
        )

    def with_open_case(self, wanted: bool) -> Self:
        has_case = Exists(Case.objects.open().filter(firm=OuterRef("firm")))
        return self.filter(has_case if wanted else ~has_case)

    def matching(self, text: str, *, common: float = VERY_COMMON) -> Self:
        """Those of firms called so."""
        return self.filter(of_firms_called(text, common))

    def for_screening(self) -> Self:
        """What a row of the screening list shows, in one statement."""
        return self.select_related("firm").defer("facts").with_county()


def _places(code: str | None) -> "models.QuerySet[FirmMove]":
    now = FirmMove.objects.filter(firm=OuterRef("firm"), during__upper_inf=True)
    return now.filter(division__isnull=True) if code is None else now.filter(division__code=code)


class Diagnosis(FirmOwned):
    """An assessment kept for ever: the facts, the book and the day it was judged by, and every reason. Never
    recomputed.
    """

    book = models.CharField(max_length=12)
    book_version = models.CharField(max_length=40)
    day = models.DateField()
    facts = models.JSONField()
    assessment = models.JSONField()
    verdict = models.CharField(max_length=16)
    unmet = models.PositiveSmallIntegerField()
    unknown = models.PositiveSmallIntegerField()
    manual = models.PositiveSmallIntegerField()
    score_low = models.PositiveSmallIntegerField(null=True)
    score_high = models.PositiveSmallIntegerField(null=True)
    shortest = models.CharField(max_length=32, blank=True)  # the rule named first among the gaps
    by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = DiagnosisQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict__in=["met", "unmet", "unknown", "manual_review"]), name="verdict_is_known"
            )
        ]
        indexes = [
            models.Index(fields=["firm", "book", "-day"], name="diagnoses_of_firm"),
            models.Index(fields=["unmet", "unknown", "manual"], name="diagnoses_by_nearness"),
            models.Index(NEARNESS, "id", name="diagnoses_nearest_first"),
        ]

    def __str__(self) -> str:
        return f"{self.firm_id} {self.book} {self.day}: {self.verdict}"

    @property
    def shown(self) -> Assessment:
        """The assessment as it was given."""
        return Assessment.from_json(self.assessment, read_facts(self.facts))

    @property
    def judged_by(self) -> Book:
        """The book the assessment was given by, with the numbers it had that day."""
        return book_of(self.book, self.book_version, self.day)

    @property
    def shortfall(self) -> dict[str, Any] | None:
        """The finding that is named first among the gaps."""
        return next((each for each in self.findings if each["rule"] == self.shortest), None)

    @property
    def findings(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.assessment["findings"]
        return found


class GapQuerySet(FirmOwnedQuerySet["Gap"]):
    def by_rule(self) -> "models.QuerySet[Gap, dict[str, Any]]":
        """How many firms of the city the latest diagnosis finds short of each condition."""
        here = Firm.objects.here().values("pk")
        unmet = self.filter(firm__in=here, diagnosis=F("firm__latest_diagnosis"), verdict="unmet").order_by()
        return unmet.values("rule").annotate(firms=Count("pk")).order_by("-firms", "rule")  # type: ignore[return-value]


class Gap(FirmOwned):
    """A condition a diagnosis found unmet or could not know, as a row to filter and count by."""

    diagnosis = models.ForeignKey(Diagnosis, on_delete=models.PROTECT, related_name="gaps")
    rule = models.CharField(max_length=32)
    verdict = models.CharField(max_length=16)
    position = models.PositiveSmallIntegerField()

    objects = GapQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["diagnosis", "rule"], name="one_gap_per_rule")]

    def __str__(self) -> str:
        return f"{self.rule}: {self.verdict}"
