"""Who stays in the pool: terms, the yearly update of the record, the yearly adjustment with who leaves by it."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from pipeline.models.case import TERM_ENDS, Case, CaseQuerySet
from pipeline.models.certificate import Certificate
from pipeline.models.firm import FirmMove, FirmOwned, FirmOwnedQuerySet
from pipeline.models.record import facts_of
from pipeline.models.text_search import begins
from pipeline.rules import Book, assess
from pipeline.rules.labels import Label
from pipeline.rules.law.staying import (
    EXCLUSIONS,
    WARN_MONTHS,
    Leaving,
    Stay,
    leaving,
    missed_in_a_row,
    update_missed_from,
)
from pipeline.rules.periods import months_later

REMOVABLE = ("coaching", "ready")


class AnnualUpdateQuerySet(FirmOwnedQuerySet["AnnualUpdate"]):
    def open(self) -> Self:
        return self.filter(confirmed_on=None)

    def in_state(self, state: str, today: date) -> Self:
        """open (there is time), late (its day is past), confirmed; anything else means all."""
        groups = {
            "open": Q(confirmed_on=None, due_on__gte=today),
            "late": Q(confirmed_on=None, due_on__lt=today),
            "confirmed": Q(confirmed_on__isnull=False),
        }
        return self.filter(groups[state]) if state in groups else self

    def in_pool(self) -> Self:
        """Of firms that are still in the pool."""
        return self.filter(case__closed_on=None)


class AnnualUpdate(FirmOwned):
    """The record of a year that a firm of the pool was asked to confirm: the day it is due, and when it did."""

    case = models.ForeignKey("pipeline.Case", on_delete=models.PROTECT, related_name="updates")
    year = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    reminders = models.PositiveSmallIntegerField(default=0)
    reminded_on = models.DateField(null=True, blank=True)
    confirmed_on = models.DateField(null=True, blank=True)
    by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    says = models.TextField(blank=True)  # what changed since, in the firm's words

    objects = AnnualUpdateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "year"], name="one_update_a_year"),
            models.CheckConstraint(
                condition=Q(confirmed_on=None, by=None) | Q(confirmed_on__isnull=False, by__isnull=False),
                name="who_confirmed_an_update_did_so_on_a_day",
            ),
        ]
        indexes = [models.Index(fields=["year", "due_on", "id"], name="updates_of_year")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.year}"


class Adjustment(models.Model):
    """The yearly adjustment of the pool: each of its two decisions is asked for by one person and taken by another."""

    DRAWN, PROPOSED, OBJECTIONS, SUBMITTED, PUBLISHED, DROPPED = (
        "drawn",
        "proposed",
        "objections",
        "submitted",
        "published",
        "dropped",
    )

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    year = models.PositiveSmallIntegerField()
    day = models.DateField()
    book_version = models.CharField(max_length=40)
    state = models.CharField(max_length=10, default=DRAWN)
    drawn_by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    proposed_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    proposed_on = models.DateField(null=True, blank=True)
    accepted_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    accepted_on = models.DateField(null=True, blank=True)
    objections_until = models.DateField(null=True, blank=True)
    submitted_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    submitted_on = models.DateField(null=True, blank=True)
    published_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    published_on = models.DateField(null=True, blank=True)
    document = models.CharField(max_length=60, blank=True)  # the number of the announcement
    note = models.TextField(blank=True)  # why it was proposed, or sent back
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["drawn", "proposed", "objections", "submitted", "published", "dropped"]),
                name="adjustment_state_is_known",
            ),
            models.UniqueConstraint(fields=["year"], condition=~Q(state="dropped"), name="one_adjustment_a_year"),
            models.CheckConstraint(
                condition=~Q(accepted_by=models.F("proposed_by")), name="nobody_accepts_what_they_proposed"
            ),
            models.CheckConstraint(
                condition=~Q(published_by=models.F("submitted_by")) & ~Q(published_by=models.F("proposed_by")),
                name="nobody_publishes_what_they_put_forward",
            ),
            models.CheckConstraint(
                condition=~Q(state="published")
                | Q(accepted_by__isnull=False, published_by__isnull=False, published_on__isnull=False),
                name="a_published_adjustment_was_decided_twice",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}"


class LeaverQuerySet(FirmOwnedQuerySet["Leaver"]):
    def leaving(self) -> Self:
        return self.filter(stays="")

    def running(self) -> Self:
        """Of adjustments that were accepted and are not published yet."""
        return self.leaving().filter(adjustment__state__in=["objections", "submitted"])

    def published(self, day: date, *, since: date) -> Self:
        """Who is open to objections on that day, and who left by an adjustment published since."""
        open_ones = Q(adjustment__state__in=["objections", "submitted"], adjustment__objections_until__gte=day)
        left = Q(adjustment__state="published", adjustment__published_on__gte=since, left=True)
        shown = self.leaving().filter(open_ones | left).with_county().select_related("firm", "adjustment", "case")
        return shown.order_by("county_name", "firm__pinyin")


class Leaver(FirmOwned):
    """A firm that an adjustment proposes to take out, and on what grounds. `stays` says why it is left in after all."""

    adjustment = models.ForeignKey(Adjustment, on_delete=models.PROTECT, related_name="leavers")
    case = models.ForeignKey("pipeline.Case", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=20)
    grounds: Any = models.JSONField()  # {zh, en}
    stays = models.TextField(blank=True)
    kept_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    left = models.BooleanField(default=False)  # its case was closed by the publication

    objects = LeaverQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["adjustment", "case"], name="a_case_is_listed_once"),
            models.CheckConstraint(
                condition=Q(reason__in=["expired", "inactive", "became_ineligible"]), name="leaver_reason_is_known"
            ),
            models.CheckConstraint(condition=~Q(left=True) | Q(stays=""), name="who_stays_has_not_left"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.reason}"


def with_end(cases: CaseQuerySet) -> CaseQuerySet:
    """Cases of the pool, beside each the first day after its term, as `turn`: a list can be entered anywhere."""
    return cases.in_pool().filter(closed_on=None).annotate(turn=TERM_ENDS)


def ending_by(cases: CaseQuerySet, day: date) -> CaseQuerySet:
    """Cases of the pool whose term is over by that day."""
    return cases.in_pool().filter(term__endswith__lte=day)


def to_warn(cases: CaseQuerySet, today: date) -> Mapping[int, CaseQuerySet]:
    """How many warnings are due -> the cases of the pool that have had fewer."""
    found, later = {}, Q(pk__in=[])
    for count, months in reversed(list(enumerate(WARN_MONTHS, start=1))):
        due = Q(term__endswith__lte=months_later(today, months), term_warnings__lt=count)
        found[count] = cases.in_pool().filter(due & ~later, term__endswith__gt=today)
        later |= Q(term__endswith__lte=months_later(today, months))
    return found


def who_leaves(cases: CaseQuerySet, book: Book, day: date) -> dict[int, Leaving]:
    """Which of these cases the book proposes to end on that day, and why, by their keys. The stages from which a firm
    is removed alone are looked at: one that is applying for certification stays. At most twelve statements.
    """
    pool = cases.in_pool().filter(stage__in=REMOVABLE)
    missed, unmet = _missed(pool, book, day), _shut_out(pool, book, day)
    suspects = pool.filter(Q(term__endswith__lte=day) | Q(pk__in=list(missed)) | Q(pk__in=list(unmet)))
    found = {}
    for key, term in suspects.order_by("pk").values_list("pk", "term"):
        stay = Stay(term.upper if term else None, missed_in_a_row(missed.get(key, {})), unmet.get(key, {}))
        why = leaving(stay, book, day)
        if why is not None:
            found[key] = why
    return found


def _missed(cases: CaseQuerySet, book: Book, day: date) -> dict[int, dict[int, bool]]:
    """Of each case that missed an update: year -> whether it was missed."""
    asked: dict[int, dict[int, bool]] = defaultdict(dict)
    rows = AnnualUpdate.objects.filter(case__in=cases.values("pk"), year__lte=day.year)
    late = rows.open().filter(due_on__lt=day).values("case")
    for case, year, due_on, done in rows.filter(case__in=late).values_list("case", "year", "due_on", "confirmed_on"):
        if done is not None or day >= update_missed_from(book, due_on):
            asked[case][year] = done is None
    return {case: years for case, years in asked.items() if any(years.values())}


def _shut_out(cases: CaseQuerySet, book: Book, day: date) -> dict[int, dict[str, Label]]:
    """What the book finds unmet of the exclusions, of the cases whose record speaks of one at all."""
    certified = Exists(Certificate.objects.filter(firm=OuterRef("firm"), issued_on__lte=day))
    here = FirmMove.objects.filter(firm=OuterRef("firm"), during__contains=day, division__isnull=False)
    abroad = Exists(here.exclude(begins("division__code", book.choice("region"))))
    told = Q(firm__credit_clean=False) | Q(firm__no_incident=False) | Q(firm__never_certified=False)
    suspects = list(cases.filter(told | certified | abroad).select_related("firm").defer("firm__search"))
    return {case.pk: says for case, says in _judged(suspects, book, day) if says}


def _judged(cases: Iterable[Case], book: Book, day: date) -> Iterable[tuple[Case, dict[str, Label]]]:
    rows = list(cases)
    facts = facts_of([case.firm for case in rows], day)
    for case in rows:
        findings = assess(facts[case.firm_id], book=book, day=day).findings
        yield case, {each.rule: each.says for each in findings if each.rule in EXCLUSIONS and each.verdict == "unmet"}
