from collections.abc import Iterable
from datetime import date
from typing import Self

from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from pipeline.models.case import Case
from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet
from pipeline.rules.periods import months_later

ENDING = ("revoked", "superseded", "moved_out")
EVENTS = (
    "renamed",
    "business",
    "split",
    "merger",
    "restructuring",
    "moved_in",
    "moved_out",
    "moved_part",
    "recheck",
    "kept",
    "revoked",
    "superseded",
)
GROUNDS = ("not_eligible", "change", "fraud", "accident", "not_reported")
RENEWED_WITHIN = 12  # months before the last valid day


class CertificateQuerySet(FirmOwnedQuerySet["Certificate"]):
    def valid_on(self, day: date) -> Self:
        revoked = CertificateEvent.objects.filter(certificate=OuterRef("pk"), kind="revoked", on__lte=day)
        return self.filter(~Exists(revoked), valid__contains=day)

    def with_ending(self, day: date) -> Self:
        """Beside each certificate what has ended it by the day, if anything: `ending`."""
        events = CertificateEvent.objects.filter(certificate=OuterRef("pk"), kind__in=ENDING, on__lte=day)
        return self.annotate(ending=models.Subquery(events.order_by("-on").values("kind")[:1]))

    def with_revocation(self, day: date) -> Self:
        """Beside each certificate the day on which it was revoked, where that has come: `revoked_on`."""
        events = CertificateEvent.objects.filter(certificate=OuterRef("pk"), kind="revoked", on__lte=day)
        return self.annotate(revoked_on=models.Subquery(events.order_by("on").values("on")[:1]))

    def in_state(self, state: str, day: date) -> Self:
        """valid, ending (valid and within a year of its last day), expired or ended (by an event)."""
        ended = CertificateEvent.objects.filter(kind__in=ENDING, on__lte=day)
        if state == "ended":  # from the events on, which are few
            return self.filter(pk__in=ended.values("certificate"))
        rows = self.filter(~Exists(ended.filter(certificate=OuterRef("pk"))))
        if state == "expired":
            return rows.filter(valid__endswith__lte=day)
        rows = rows.filter(valid__contains=day)
        return rows if state == "valid" else rows.filter(valid__endswith__lte=months_later(day, RENEWED_WITHIN))

    def due_for_renewal(self, today: date) -> Self:
        """Valid now and ending within a year, of holders without an open case."""
        has_case = Case.objects.open().filter(firm=OuterRef("firm"))
        return self.valid_on(today).filter(~Exists(has_case), valid__endswith__lte=months_later(today, RENEWED_WITHIN))


class Certificate(FirmOwned):
    """A high-tech enterprise certificate. Its state on a day follows from its dates and events and is stored
    nowhere.
    """

    number = models.CharField(max_length=14, unique=True)
    issued_on = models.DateField()
    valid = DateRangeField()
    case = models.ForeignKey(
        "pipeline.Case", null=True, blank=True, on_delete=models.PROTECT, related_name="certificates"
    )
    application = models.ForeignKey(
        "pipeline.Application", null=True, blank=True, on_delete=models.PROTECT, related_name="certificates"
    )

    objects = CertificateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(number__regex=r"^G[RFS]20\d{10}$"), name="certificate_number_has_its_form"
            )
        ]
        indexes = [models.Index(fields=["issued_on", "id"], name="certificates_in_turn")]

    def __str__(self) -> str:
        return self.number

    def state_after(self, ending: str | None, day: date) -> str:
        """valid, expired, not_yet, or the kind of the event that has ended it by the day (`with_ending`)."""
        if ending is not None:
            return ending
        if day < self.valid.lower:
            return "not_yet"
        return "valid" if day < self.valid.upper else "expired"


class CertificateEvent(FirmOwned):
    """What became of a certificate. Of a revocation `ground` says why (HTE-M art. 16, 17, 19), and `since` is the day
    of the deed, or from which the conditions were not met: tax is owed in arrears from that year on.
    """

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=16)
    on = models.DateField()
    ground = models.CharField(max_length=16, blank=True, default="", db_default="")
    since = models.DateField(null=True, blank=True)
    note = models.TextField(blank=True)
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")

    objects = FirmOwnedQuerySet["CertificateEvent"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=EVENTS),
                name="certificate_event_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(ground="") | Q(kind="revoked", ground__in=GROUNDS, since__isnull=False, since__lte=F("on")),
                name="a_ground_of_revocation_is_known_and_dated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate_id} {self.kind} {self.on}"


class ObligationQuerySet(FirmOwnedQuerySet["Obligation"]):
    def pending(self) -> Self:
        return self.filter(fulfilled_on=None).order_by("due_on")

    def named(self, kind: str, year: int) -> Self:
        """At most one: of several of a kind and year, as two changes in one, what is pending and due first."""
        return self.filter(kind=kind, year=year).order_by(F("fulfilled_on").asc(nulls_first=True), "due_on")[:1]

    def missed(self, day: date) -> Self:
        """Annual reports that were not noted by their day, or later: two within a validity cost the status."""
        late = Q(fulfilled_on=None) | Q(fulfilled_on__gt=F("due_on"))
        return self.filter(late, kind="annual_report", due_on__lt=day)


class Obligation(FirmOwned):
    """What a certificate asks of its holder by a statutory day, which no holiday moves."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="obligations")
    kind = models.CharField(max_length=16)
    year = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    source = models.CharField(max_length=100)
    fulfilled_on = models.DateField(null=True, blank=True)
    reminded_on = models.DateField(null=True, blank=True)  # the last day on which it was called to mind

    objects = ObligationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "kind", "year", "due_on"], name="one_obligation_per_kind_year_and_day"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["annual_report", "recertification", "change_report"]),
                name="obligation_kind_is_known",
            ),
        ]
        indexes = [
            models.Index(fields=["due_on", "id"], condition=Q(fulfilled_on=None), name="obligations_pending_in_turn")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}"

    def state(self, day: date) -> str:
        """done, late (done after its day), missed, or due; as a duty of the law says it."""
        if self.fulfilled_on is not None:
            return "done" if self.fulfilled_on <= self.due_on else "late"
        return "missed" if day > self.due_on else "due"


def under_recheck(kinds: Iterable[str]) -> bool:
    """Of the kinds of a certificate's events in their order: a re-check began and has not ended since."""
    last = [kind for kind in kinds if kind in ("recheck", "kept", "revoked")][-1:]
    return last == ["recheck"]
