"""A firm's registrations as a technology SME, year by year, and what the bureau does about them."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Self

from django.db import models
from django.db.models import Count, F, Q

from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet
from pipeline.rules.law.sme_year import evaluation_year

ROUTES = ("points", "certificate", "award", "institute", "standard")


class SmeRegistrationQuerySet(FirmOwnedQuerySet["SmeRegistration"]):
    def listed_by(self, day: date) -> Self:
        """With a number by that day, and not cancelled by then."""
        return self.filter(Q(cancelled_on=None) | Q(cancelled_on__gt=day), listed_on__lte=day)

    def of_year(self, year: int) -> Self:
        return self.filter(year=year)

    def drawable(self) -> Self:
        """Whom a spot check may be drawn from: listed and not checked yet; certified firms are left out."""
        return self.filter(state=SmeRegistration.LISTED, check_drawn=None).exclude(route="certificate")

    def by_state(self) -> dict[str, int]:
        return dict(self.order_by().values_list("state").annotate(Count("pk")))


class SmePublicity(models.Model):
    """A batch of a year on public notice. `until` is the last day on which somebody may object."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    year = models.PositiveSmallIntegerField()
    batch = models.PositiveSmallIntegerField()
    opened_on = models.DateField()
    until = models.DateField()
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "batch"], name="one_sme_publicity_a_batch"),
            models.CheckConstraint(condition=Q(until__gt=F("opened_on")), name="sme_publicity_has_days"),
        ]

    def __str__(self) -> str:
        return f"{self.year}-{self.batch}"


class SmeCheck(models.Model):
    """A spot check of a year's listed firms: by which seed how many were drawn of how many, so that it can be drawn
    again. `share` is what was asked for, a fraction of one.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    year = models.PositiveSmallIntegerField()
    drawn_on = models.DateField()
    share = models.DecimalField(max_digits=5, decimal_places=4)
    of = models.PositiveIntegerField()
    drawn = models.PositiveIntegerField()
    seed = models.CharField(max_length=40)
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(share__gt=0, share__lte=1, drawn__gt=0, drawn__lte=F("of")), name="sme_check_draws_some"
            )
        ]

    def __str__(self) -> str:
        return f"{self.year}: {self.drawn}/{self.of}"


class SmeRegistration(FirmOwned):
    """One year's registration: the alternative chosen and why, what the firm reckoned itself, and the number it got.

    `reckoned` is the assessment by the sme book when it was handed in. From then on the state follows what the bureau
    does: the form looked at, a visit where the year's notice asks for one, public notice, the number; a spot check
    afterwards, after which it stands or is cancelled.
    """

    DRAFT, HANDED_IN, RETURNED, FORM_OK, SITE_CHECK, PUBLICITY, LISTED, SPOT_CHECK, CANCELLED = STATES = (
        "draft",
        "handed_in",
        "returned",
        "form_ok",
        "site_check",
        "publicity",
        "listed",
        "spot_check",
        "cancelled",
    )
    OPEN = (HANDED_IN, RETURNED, FORM_OK, SITE_CHECK, PUBLICITY)  # handed in and without a number yet
    NUMBERED = (LISTED, SPOT_CHECK, CANCELLED)

    year = models.PositiveSmallIntegerField()
    route = models.CharField(max_length=12)
    why = models.TextField(blank=True)
    state = models.CharField(max_length=10, default=DRAFT)
    reckoned = models.JSONField(null=True, blank=True)
    handed_in_on = models.DateField(null=True, blank=True)
    publicity = models.ForeignKey(
        SmePublicity, null=True, blank=True, on_delete=models.PROTECT, related_name="registrations"
    )
    number = models.CharField(max_length=18, blank=True)
    listed_on = models.DateField(null=True, blank=True)
    check_drawn = models.ForeignKey(
        SmeCheck, null=True, blank=True, on_delete=models.PROTECT, related_name="registrations"
    )
    examined_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    examined_on = models.DateField(null=True, blank=True)
    cancelled_on = models.DateField(null=True, blank=True)
    cancelled_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    barred_until = models.DateField(null=True, blank=True)  # the first day on which it may take part again
    reminded_on = models.DateField(null=True, blank=True)  # of the renewal that the next year asks for
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = SmeRegistrationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "year"], name="one_sme_registration_a_year"),
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="sme_number_is_of_one_firm"),
            models.CheckConstraint(condition=Q(route__in=ROUTES), name="sme_route_is_known"),
            models.CheckConstraint(
                condition=Q(state="draft", handed_in_on=None, number="", listed_on=None)
                | Q(
                    state__in=["handed_in", "returned", "form_ok", "site_check", "publicity"],
                    handed_in_on__isnull=False,
                    number="",
                    listed_on=None,
                )
                | (Q(state__in=["listed", "spot_check", "cancelled"], listed_on__isnull=False) & ~Q(number="")),
                name="sme_state_has_its_days",
            ),
            models.CheckConstraint(
                condition=~Q(state="publicity") | Q(publicity__isnull=False), name="sme_on_notice_is_of_a_batch"
            ),
            models.CheckConstraint(
                condition=~Q(state="spot_check") | Q(check_drawn__isnull=False), name="sme_spot_check_was_drawn"
            ),
            models.CheckConstraint(
                condition=Q(state="cancelled", cancelled_on__isnull=False, cancelled_by__isnull=False)
                & ~Q(cancelled_by=F("examined_by"))
                | ~Q(state="cancelled") & Q(cancelled_on=None, cancelled_by=None, barred_until=None),
                name="sme_is_cancelled_by_another_than_who_examined_it",
            ),
        ]
        indexes = [models.Index(fields=["year", "state", "id"], name="sme_registrations_of_year")]

    def __str__(self) -> str:
        return f"{self.firm_id} {self.year} {self.number}"

    def stands_on(self, day: date) -> bool:
        """From the day it was listed until its update is due in the next year, unless it was cancelled before."""
        if self.cancelled_on is not None and self.cancelled_on <= day:
            return False
        return self.listed_on is not None and self.listed_on <= day <= evaluation_year(self.year).update_by


class SmeEvent(FirmOwned):
    """What the bureau did about a registration, by whom, with what words; the firm does not see what is `internal`."""

    registration = models.ForeignKey(SmeRegistration, on_delete=models.PROTECT, related_name="events")
    act = models.CharField(max_length=20)
    on = models.DateField()
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    says = models.TextField(blank=True)
    internal = models.BooleanField(default=False)

    objects = FirmOwnedQuerySet["SmeEvent"].as_manager()

    class Meta:
        indexes = [models.Index(fields=["registration", "id"], name="sme_events_of_registration")]

    def __str__(self) -> str:
        return f"{self.registration_id} {self.act}"


def listings(firms: Iterable[int], day: date) -> dict[int, bool]:
    """Whether a firm's registration stands that day; of one that never registered nothing is known. One statement."""
    listed: dict[int, bool] = {}
    for each in SmeRegistration.objects.filter(firm__in=firms, listed_on__lte=day):
        listed[each.firm_id] = listed.get(each.firm_id, False) or each.stands_on(day)
    return listed


def barred_until(firm: int, day: date) -> date | None:
    """The first day on which a firm that cheated may take part again, if that is still to come."""
    barred = SmeRegistration.objects.filter(firm=firm, barred_until__gt=day).order_by("-barred_until")
    return barred.values_list("barred_until", flat=True).first()
