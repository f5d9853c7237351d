"""Workbooks that a firm sends back: its own record filled in offline, and its books of a year."""

import uuid
from typing import Any

from django.db import models
from django.db.models import Q

from pipeline.models.firm import FirmOwned, FirmOwnedQuerySet

READ, APPLIED, DROPPED = "read", "applied", "dropped"
STATES = (READ, APPLIED, DROPPED)
TRIAL_BALANCE, TAX_RETURN = "trial_balance", "tax_return"
LAYOUTS = (TRIAL_BALANCE, TAX_RETURN)


class Returned(FirmOwned):
    """A file that was read and waits for its firm to decide. What it says is in `content`, as its reader left it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    day = models.DateField()
    state = models.CharField(max_length=8, default=READ)
    content: Any = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Workbook(Returned):
    """The workbook of the record. `content` holds base, cells, faults and unknown heads."""

    objects = FirmOwnedQuerySet["Workbook"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="state_of_workbook_is_known"),
        ]
        indexes = [models.Index(fields=["firm", "-id"], name="workbooks_of_firm")]


class AccountBook(Returned):
    """The books of one year: a trial balance or a tax return. `content` holds the rows with their amounts in yuan."""

    year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=13)
    layout = models.CharField(max_length=64)  # a digest of its heads: another file of the same make has the same

    objects = FirmOwnedQuerySet["AccountBook"].as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="state_of_account_book_is_known"),
            models.CheckConstraint(condition=Q(kind__in=LAYOUTS), name="kind_of_account_book_is_known"),
            models.CheckConstraint(condition=Q(year__gte=1980, year__lte=2100), name="account_year_is_plausible"),
        ]
        indexes = [models.Index(fields=["firm", "-id"], name="account_books_of_firm")]


class AccountMapping(FirmOwned):
    """Which rows of a layout make up which figures, as the firm said once: {figure: [row key, …]}."""

    layout = models.CharField(max_length=64)
    rows: Any = models.JSONField(default=dict)
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)

    objects = FirmOwnedQuerySet["AccountMapping"].as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["firm", "layout"], name="one_mapping_per_firm_and_layout"),
        ]

    def __str__(self) -> str:
        return self.layout
