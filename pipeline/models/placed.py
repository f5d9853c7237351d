"""Rows that carry the county their firm belongs to today, so that a county's list is found without a look at each firm.

What is true is `FirmMove`. Triggers write the column and nobody else does: see `register`.
"""

from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from pipeline.models.firm import FirmMove, FirmOwned, FirmOwnedQuerySet, Row
from pipeline.models.people import DayInShanghai


class PlacedQuerySet(FirmOwnedQuerySet[Row]):
    def with_county(self) -> Self:
        """Beside each row the name of its county; the county itself is on it."""
        return self.annotate(county_name=F("county__name"))

    def in_counties(self, counties: frozenset[int]) -> Q:
        return Q(county__in=counties)

    def in_counties_or_before(self, counties: frozenset[int]) -> Q:
        left = FirmMove.objects.filter(firm=OuterRef("firm"), division__in=counties)
        return self.in_counties(counties) | Q(
            Exists(left.filter(during__endswith__gt=DayInShanghai(OuterRef("recorded_at"))))
        )


class Placed(FirmOwned):
    county = models.ForeignKey(
        "pipeline.Division", null=True, editable=False, db_index=False, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True
