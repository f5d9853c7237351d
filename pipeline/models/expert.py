"""Who may sit in a panel: an expert's own word on where they work, what they hold, what they know, when they can."""

from datetime import date
from typing import Self

from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import connection, models
from django.db.models import Q
from psycopg.types.range import DateRange

from pipeline.access import Actor

LEAST_YEARS_IN_FINANCE = 10


class ExpertQuerySet(models.QuerySet["Expert"]):
    def visible_to(self, actor: Actor) -> Self:
        """The city sees all, an expert their own."""
        return self if actor.reach().everything else self.filter(user=actor.pk)


class Expert(models.Model):
    """`shares` and `declared` are firms by code or name: those they hold shares of, and those they keep away from for
    another reason. `fields` are codes of the state's fields at any level. `away` are days on which they do no review.
    """

    TECHNICAL, FINANCIAL = "technical", "financial"
    SENIOR, ACCOUNTANT, TAX_ADVISER, OTHER = "senior_title", "accountant", "tax_adviser", "other"
    QUALIFICATIONS = (SENIOR, ACCOUNTANT, TAX_ADVISER, OTHER)

    user = models.OneToOneField("pipeline.User", on_delete=models.PROTECT, related_name="expert")
    kind = models.CharField(max_length=9)
    employer = models.CharField(max_length=200)
    employer_code = models.CharField(max_length=18, blank=True)
    qualification = models.CharField(max_length=12)
    years = models.PositiveSmallIntegerField(default=0)  # of practice in their profession
    fields = ArrayField(models.CharField(max_length=5), default=list, blank=True)
    shares = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    declared = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    available = models.BooleanField(default=True)
    away = DateRangeField(null=True, blank=True)
    kept_on = models.DateField()
    version = models.PositiveIntegerField(default=1)
    recorded_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    objects = ExpertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["technical", "financial"]), name="expert_kind_is_known"),
            models.CheckConstraint(
                condition=Q(qualification__in=["senior_title", "accountant", "tax_adviser", "other"]),
                name="qualification_of_expert_is_known",
            ),
            models.CheckConstraint(condition=~Q(employer=""), name="an_expert_says_where_they_work"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind}"

    @property
    def qualified(self) -> bool:
        """A technical expert has a senior title and a field; a financial one has one, or is an accountant or a tax
        adviser with ten years of practice.
        """
        if self.kind == self.TECHNICAL:
            return self.qualification == self.SENIOR and bool(self.fields)
        practised = self.years >= LEAST_YEARS_IN_FINANCE
        return self.qualification == self.SENIOR or (self.qualification != self.OTHER and practised)

    def hindrance(self, first: date, last: date) -> str:
        """What keeps the expert from any panel of these days: unqualified, unavailable, away; nothing where free."""
        if not self.qualified:
            return "unqualified"
        if not self.available:
            return "unavailable"
        return "" if self.is_free(first, last) else "away"

    def is_free(self, first: date, last: date) -> bool:
        """Whether they can review on these days."""
        away: DateRange | None = self.away
        if away is None or away.isempty:
            return True
        return not ((away.lower or date.min) <= last and first < (away.upper or date.max))

    def fits(self, fields: frozenset[str]) -> bool:
        """Whether one of the fields of firms is theirs, or lies within one of theirs."""
        return any(field.startswith(own) for own in self.fields for field in fields)


def conflicts(experts: list[int], firms: list[int]) -> dict[int, str]:
    """Of these experts those who may not judge one of these firms, each with the first reason: employer, shares, coach,
    agency, declared. The database refuses them too.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct on (e) e, mp_conflict(e, f) from unnest(%s::bigint[]) e, unnest(%s::bigint[]) f"
            " where mp_conflict(e, f) is not null order by e, f",
            [experts, firms],
        )
        return dict(cursor.fetchall())
