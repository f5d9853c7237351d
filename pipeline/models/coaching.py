from datetime import date
from typing import Self

from django.db import models
from django.db.models import Count, Q

from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet

BEST_RATING = 5


class Plan(FirmOwned):
    """The coaching plan drawn from the gaps of one diagnosis. A newer plan of the case supersedes it."""

    case = models.ForeignKey("pipeline.Case", on_delete=models.PROTECT, related_name="plans")
    diagnosis = models.ForeignKey("pipeline.Diagnosis", on_delete=models.PROTECT, related_name="plans")
    drawn_on = models.DateField()
    superseded_on = models.DateField(null=True, blank=True)
    # The first day on which the firm can apply with all of it done; none where nothing helps.
    ready_on = models.DateField(null=True, blank=True)
    foreseen = models.BooleanField(default=False, db_default=False)  # that day was reckoned

    objects = FirmOwnedQuerySet["Plan"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(superseded_on=None), name="one_current_plan_per_case")
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(superseded_on=None, foreseen=False), name="plans_to_foresee"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.drawn_on}"


class StepQuerySet(FirmOwnedQuerySet["Step"]):
    def current(self) -> Self:
        return self.filter(plan__superseded_on=None)

    def unfinished(self, today: date) -> Self:
        return self.current().filter(state__in=["open", "handed_in"]).order_by("due_on", "position")

    def standing(self) -> Self:
        """The current ones that were not taken out of the plan."""
        return self.current().exclude(state=Step.DROPPED)

    def with_evidence_count(self) -> Self:
        return self.annotate(papers=Count("evidence")).order_by("position")


class Step(FirmOwned):
    """What closes one gap: how much, by whom, by when, and what `proof` shows it. `what`, `gap` and `proof` are texts
    in both languages. A step that `added_by` put into the plan goes on in the next one; the others are drawn anew.
    """

    OPEN, HANDED_IN, DONE, DROPPED = "open", "handed_in", "done", "dropped"

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField()
    rule = models.CharField(max_length=32)
    what = models.JSONField()
    gap = models.JSONField()
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    unit = models.CharField(max_length=12, blank=True)
    who = models.CharField(max_length=16)
    due_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, default=OPEN)
    finished_on = models.DateField(null=True, blank=True)
    remark = models.TextField(blank=True)
    proof = models.JSONField(default=dict, blank=True)
    added_by = models.ForeignKey("pipeline.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = StepQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["open", "handed_in", "done", "dropped"]), name="step_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(finished_on__isnull=False), name="a_finished_step_has_its_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}.{self.position} {self.rule}"


class Visit(FirmOwned):
    """A visit or call at a firm: who was `met`, what was seen (`notes`), what is `agreed` as the next step. The firm
    may say how good it was.
    """

    case = models.ForeignKey("pipeline.Case", null=True, blank=True, on_delete=models.PROTECT, related_name="visits")
    on = models.DateField()
    way = models.CharField(max_length=8, default="visit")
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    met = models.CharField(max_length=100, blank=True, db_default="")
    notes = models.TextField()
    agreed = models.TextField(blank=True, db_default="")
    next_on = models.DateField(null=True, blank=True)
    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    rated_on = models.DateField(null=True, blank=True)
    rating_says = models.TextField(blank=True, db_default="")

    objects = FirmOwnedQuerySet["Visit"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(way__in=["visit", "call", "meeting"]), name="visit_way_is_known"),
            models.CheckConstraint(
                condition=Q(rating=None, rated_on=None)
                | Q(rating__gte=1, rating__lte=BEST_RATING, rated_on__isnull=False),
                name="a_rating_of_a_visit_has_its_day",
            ),
        ]
        indexes = [models.Index(fields=["firm", "on"], name="visits_of_firm")]

    def __str__(self) -> str:
        return f"{self.firm_id} {self.on}"
