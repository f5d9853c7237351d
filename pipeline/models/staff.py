"""Persons of a firm: month by month as certification averages them, and the list behind the tech staff."""

from django.db import models
from django.db.models import F, Q

from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet

EMPLOYED_NAMES = {
    "employed": ("在职", "Employed"),
    "part_time": ("兼职", "Part-time"),
    "temporary": ("临时聘用", "Temporary"),
}
DEGREE_NAMES = {
    "doctor": ("博士", "Doctor"),
    "master": ("硕士", "Master"),
    "bachelor": ("本科", "Bachelor"),
    "college": ("大专", "College"),
    "other": ("其他", "Other"),
}
EMPLOYED_AS, DEGREES = tuple(EMPLOYED_NAMES), tuple(DEGREE_NAMES)
MOST_DAYS = 366


class StaffMonth(FirmOwned):
    """Persons on the first and the last day of a month; of them tech staff. Empty is unknown."""

    year = models.PositiveSmallIntegerField()
    month = models.PositiveSmallIntegerField()
    opening = models.PositiveIntegerField(null=True, blank=True)
    closing = models.PositiveIntegerField(null=True, blank=True)
    tech_opening = models.PositiveIntegerField(null=True, blank=True)
    tech_closing = models.PositiveIntegerField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = FirmOwnedQuerySet["StaffMonth"].as_manager()

    COUNTS = ["opening", "closing", "tech_opening", "tech_closing"]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "year", "month"], name="one_row_per_firm_and_month"),
            models.CheckConstraint(condition=Q(month__gte=1, month__lte=12), name="month_is_one_of_twelve"),
            models.CheckConstraint(
                condition=(Q(opening=None) | Q(tech_opening=None) | Q(tech_opening__lte=F("opening")))
                & (Q(closing=None) | Q(tech_closing=None) | Q(tech_closing__lte=F("closing"))),
                name="tech_staff_are_staff",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.firm_id} {self.year}-{self.month}"


class StaffMemberQuerySet(FirmOwnedQuerySet["StaffMember"]):
    def tech(self, days: int) -> "StaffMemberQuerySet":
        """Who worked at R&D for as many days as the book asks for."""
        return self.filter(does_rd=True, days_worked__gte=days)


class StaffMember(FirmOwned):
    """One person in one year. `does_rd`: works at R&D, leads it or serves it directly; the days decide the rest."""

    year = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=40)
    post = models.CharField(max_length=60, blank=True)
    degree = models.CharField(max_length=10, blank=True)
    employed_as = models.CharField(max_length=10, default="employed")
    does_rd = models.BooleanField(default=False)
    days_worked = models.PositiveSmallIntegerField()
    version = models.PositiveIntegerField(default=1)

    objects = StaffMemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "year", "name", "post"], name="one_row_per_person_and_post"),
            models.CheckConstraint(condition=Q(days_worked__lte=MOST_DAYS), name="a_year_has_so_many_days"),
            models.CheckConstraint(condition=Q(employed_as__in=EMPLOYED_AS), name="employment_is_known"),
            models.CheckConstraint(condition=Q(degree__in=("", *DEGREES)), name="degree_is_known"),
        ]

    def __str__(self) -> str:
        return self.masked_name

    @property
    def masked_name(self) -> str:
        """For whoever is not of the firm: the family name only."""
        return self.name[:1] + "*" * max(len(self.name) - 1, 1)
