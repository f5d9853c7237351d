"""Class II rights count in one certification only; the hte book says whether an application that fails uses them up."""

from datetime import date

from django.db.models import Q

from pipeline.models import IntellectualProperty
from pipeline.models.firm import FirmQuerySet
from pipeline.models.property import CLASS_TWO
from pipeline.rules import Book

REVIEWED = "reviewed"


def use_up(firms: FirmQuerySet, *, certified: bool, on: date, book: Book) -> int:
    """Note the rights of these firms that were granted by the day as used by what ended on it; how many."""
    if not certified and book.choice("class_two_used_by") != REVIEWED:
        return 0
    granted = Q(granted_on=None) | Q(granted_on__lte=on)
    rights = IntellectualProperty.objects.filter(granted, firm__in=firms, kind__in=CLASS_TWO)
    return rights.filter(used_in_certification_on=None).update(used_in_certification_on=on)
