"""A firm's registrations as a technology SME, year by year."""

from collections.abc import Iterable
from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q

from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet
from pipeline.rules.law.sme_year import evaluation_year

ROUTES = ("points", "certificate", "award", "institute", "standard")


class SmeRegistrationQuerySet(FirmOwnedQuerySet["SmeRegistration"]):
    def listed_by(self, day: date) -> Self:
        return self.filter(listed_on__lte=day)


class SmeRegistration(FirmOwned):
    """One year's registration: the alternative chosen and why, what the firm reckoned itself, and the number it got.

    `reckoned` is the assessment by the sme book when it was handed in.
    """

    DRAFT, HANDED_IN, LISTED = "draft", "handed_in", "listed"

    year = models.PositiveSmallIntegerField()
    route = models.CharField(max_length=12)
    why = models.TextField(blank=True)
    state = models.CharField(max_length=10, default=DRAFT)
    reckoned = models.JSONField(null=True, blank=True)
    handed_in_on = models.DateField(null=True, blank=True)
    number = models.CharField(max_length=18, blank=True)
    listed_on = models.DateField(null=True, blank=True)
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
                | Q(state="handed_in", handed_in_on__isnull=False, number="", listed_on=None)
                | (Q(state="listed", listed_on__isnull=False) & ~Q(number="")),
                name="sme_state_has_its_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.firm_id} {self.year} {self.number}"

    def stands_on(self, day: date) -> bool:
        """From the day it was listed until its update is due in the next year."""
        return self.listed_on is not None and self.listed_on <= day <= evaluation_year(self.year).update_by


def listings(firms: Iterable[int], day: date) -> dict[int, bool]:
    """Whether a firm's registration stands that day; of one that never registered nothing is known. One statement."""
    listed: dict[int, bool] = {}
    for each in SmeRegistration.objects.filter(firm__in=firms).listed_by(day):
        listed[each.firm_id] = listed.get(each.firm_id, False) or each.stands_on(day)
    return listed
