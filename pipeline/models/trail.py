from django.db import models


class TrailEntry(models.Model):
    """Who did what, when, to which row, from what to what. Written by triggers only; the table is partitioned by
    month.
    """

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    xid = models.BigIntegerField()
    actor = models.CharField(max_length=32)
    on_behalf_of = models.CharField(max_length=32, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    act = models.CharField(max_length=40, blank=True)
    table = models.CharField(max_length=63)
    operation = models.CharField(max_length=6)
    row = models.CharField(max_length=40)
    firm_id = models.BigIntegerField(null=True)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        managed = False
        db_table = "trail_entry"

    def __str__(self) -> str:
        return f"{self.at} {self.actor} {self.act} {self.table} {self.row}"


class TrailSeal(models.Model):
    """A batch of committed trail entries, chained: the digest covers the one before."""

    first = models.BigIntegerField()
    last = models.BigIntegerField(unique=True)
    entries = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True)
    sealed_at = models.DateTimeField(db_default=models.functions.Now())

    def __str__(self) -> str:
        return f"{self.first}–{self.last}"


class Heartbeat(models.Model):
    """When a part of the house was last alive: the beat, a worker."""

    part = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.part} {self.at}"
