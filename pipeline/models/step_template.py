from dataclasses import dataclass
from typing import Any, Self

from django.db import models
from django.db.models import Q

from pipeline.access import Actor
from pipeline.models.people import of_offices
from pipeline.rules.codes.step_templates import carried_steps
from pipeline.rules.condition import TITLES

LONGEST_LEAD = 730  # days


class StepTemplateQuerySet(models.QuerySet["StepTemplate"]):
    def visible_to(self, actor: Actor) -> Self:
        """Those of the person's offices; a coach, who works for several, reads all."""
        return self if "coach" in actor.seat_kinds else of_offices(self, actor)

    def of_office(self, office: int | None) -> Self:
        return self.filter(office=office).order_by("position", "pk")


class StepTemplate(models.Model):
    """A step an office puts into plans again and again: for which condition, what is to be done, by whom, within how
    many days, and what proves it. With `carried` it stands in place of the carried step of that key; `withdrawn` means
    that the office does not use it.
    """

    office = models.ForeignKey("pipeline.Office", on_delete=models.PROTECT, related_name="step_templates")
    rule = models.CharField(max_length=32)
    what = models.CharField(max_length=200)
    who = models.CharField(max_length=16)
    lead_days = models.PositiveSmallIntegerField()
    proof = models.CharField(max_length=200, blank=True)
    carried = models.CharField(max_length=40, blank=True)
    withdrawn = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    recorded_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    objects = StepTemplateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(what="") & ~Q(rule="") & ~Q(who=""), name="a_step_says_what_and_who"),
            models.CheckConstraint(
                condition=Q(lead_days__gte=1, lead_days__lte=LONGEST_LEAD), name="a_step_takes_days_not_years"
            ),
            models.UniqueConstraint(
                fields=["office", "carried"], condition=~Q(carried=""), name="a_carried_step_is_replaced_once"
            ),
        ]

    def __str__(self) -> str:
        return self.what


@dataclass(frozen=True)
class Entry:
    """One line of an office's library of steps: a carried one, or the office's `row` beside or in place of one. `what`
    and `proof` are texts in both languages.
    """

    rule: str
    what: dict[str, str]
    who: str
    lead_days: int
    proof: dict[str, str]
    carried: str = ""
    row: StepTemplate | None = None

    @property
    def withdrawn(self) -> bool:
        return self.row is not None and self.row.withdrawn

    @property
    def title(self) -> Any:
        return TITLES[self.rule]

    @property
    def key(self) -> str:
        """What a form sends back for it."""
        return f"own-{self.row.pk}" if self.row is not None else self.carried


def library(office: int | None) -> list[Entry]:
    """All steps of an office by their condition, also those it does not use. One statement."""
    own = list(StepTemplate.objects.of_office(office)) if office is not None else []
    replaced = {row.carried for row in own}
    found = [_own(row) for row in own]
    found += [
        Entry(each.rule, each.what, each.who, each.lead_days, each.proof, each.key)
        for each in carried_steps().values()
        if each.key not in replaced
    ]
    order = {rule: at for at, rule in enumerate(TITLES)}
    return sorted(found, key=lambda entry: order[entry.rule])


def _own(row: StepTemplate) -> Entry:
    what, proof = ({"zh": text, "en": text} for text in (row.what, row.proof))
    return Entry(row.rule, what, row.who, row.lead_days, proof, row.carried, row)
