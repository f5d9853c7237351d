"""Who has a case open: a row a person and case, put anew every few seconds and worth nothing afterwards."""

from datetime import datetime

from django.db import transaction

from pipeline import access
from pipeline.models import Case, Presence, User


@transaction.atomic
def look(case: Case, *, by: User, at: datetime) -> list[Presence]:
    """Say that the person looks at the case now; the others who do. Two statements."""
    access.require(by, "presence.look", Case.objects.filter(pk=case.pk))
    row = Presence(firm_id=case.firm_id, case=case, person=by, seen_at=at)
    Presence.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["case", "person"], update_fields=["seen_at"]
    )
    return list(Presence.objects.filter(case=case).now(at).exclude(person=by))


@transaction.atomic
def forget(before: datetime, *, by: access.Actor) -> int:
    """Take away rows that are worth nothing any more."""
    stale = Presence.objects.filter(seen_at__lt=before)
    access.require(by, "presence.forget", stale)
    return stale.delete()[0]
