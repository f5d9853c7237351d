"""How cases come into somebody's hands: an office's rules, each assignment with its reason, what climbs to a head."""

from typing import Any, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from pipeline.access import Actor
from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet
from pipeline.models.people import of_offices

MOST_RULES = 50


class RoutingRuleQuerySet(models.QuerySet["RoutingRule"]):
    def visible_to(self, actor: Actor) -> Self:
        return of_offices(self, actor)

    def in_turn(self) -> Self:
        return self.order_by("office", "position").select_related("county", "officer")


class RoutingRule(models.Model):
    """Whom an office gives a case to that nobody holds. The first rule that fits, in the order of `position`, decides.

    What a rule leaves open fits every case. Without an officer the colleague with the fewest open cases gets it; with
    `most`, a rule passes over whoever holds that many.
    """

    office = models.ForeignKey("pipeline.Office", on_delete=models.PROTECT, related_name="routing_rules")
    position = models.PositiveSmallIntegerField()
    county = models.ForeignKey(
        "pipeline.Division", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # the firm's
    stage = models.CharField(max_length=32, blank=True)  # of a case, or application.<stage>
    field = models.CharField(max_length=5, blank=True)  # how the code of the firm's field begins
    officer = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    most = models.PositiveSmallIntegerField(null=True, blank=True)
    recorded_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    objects = RoutingRuleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["office", "position"],
                name="one_rule_at_a_position",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(position__gte=1, position__lte=MOST_RULES), name="rules_are_counted_from_one"
            ),
            models.CheckConstraint(condition=Q(field__regex=r"^\d*$"), name="a_rule_names_a_field_by_its_code"),
            models.CheckConstraint(condition=Q(most=None) | Q(most__gte=1), name="a_rule_leaves_room_for_one"),
        ]

    def __str__(self) -> str:
        return f"{self.office_id} {self.position}"


class Assignment(FirmOwned):
    """A case came into somebody's hands: from whom, to whom, by whom or by which rule, and why."""

    case = models.ForeignKey("pipeline.Case", on_delete=models.PROTECT, related_name="assignments")
    desk = models.ForeignKey(
        "pipeline.Office", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # the office in which it came into these hands
    officer = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    former = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    service = models.CharField(max_length=12, blank=True)
    on = models.DateField()
    why: Any = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)  # {zh, en}, where a rule decided
    note = models.TextField(blank=True)

    objects = FirmOwnedQuerySet["Assignment"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(by__isnull=False, service="") | Q(by=None) & ~Q(service=""), name="somebody_assigned_it"
            ),
        ]
        indexes = [models.Index(fields=["case", "-id"], name="assignments_of_case")]

    def __str__(self) -> str:
        return f"{self.case_id} to {self.officer_id} on {self.on}"


class Escalation(FirmOwned):
    """A case nobody moved long after its day was put before the head; once for each day it was due."""

    case = models.ForeignKey("pipeline.Case", on_delete=models.PROTECT, related_name="escalations")
    due_on = models.DateField()
    on = models.DateField()

    objects = FirmOwnedQuerySet["Escalation"].as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "due_on"], name="a_due_day_climbs_once")]

    def __str__(self) -> str:
        return f"{self.case_id} due {self.due_on}"
