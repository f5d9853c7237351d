"""What an officer does while reading: finding places right, composing the list of faults."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts.conditions import demand
from pipeline.models import Acceptance, Case, FaultDraft, Transition, User

MOST_FAULTS, LONGEST_FAULT = 100, 2_000


@transaction.atomic
def accept(case: Case, places: Iterable[str], *, submission: Transition, by: Actor, on: date) -> int:
    """Note that these places are right in what was submitted. How many were not noted before."""
    access.require(by, "review.accept", Case.objects.filter(pk=case.pk))
    wanted = set(places)
    demand(bool(wanted), "places", _("Nothing was chosen."))
    known = Acceptance.objects.filter(submission=submission).values_list("place", flat=True)
    new = sorted(wanted - set(known))
    Acceptance.objects.bulk_create(
        [
            Acceptance(firm_id=case.firm_id, case=case, submission=submission, place=place, by_id=by.pk, on=on)
            for place in new
        ],
        ignore_conflicts=True,
    )
    return len(new)


@transaction.atomic
def reopen(case: Case, place: str, *, submission: Transition, by: Actor) -> None:
    """Take back that a place was found right."""
    access.require(by, "review.accept", Case.objects.filter(pk=case.pk))
    Acceptance.objects.filter(case=case, submission=submission, place=place).delete()


@transaction.atomic
def keep_faults(case: Case, act: str, faults: Iterable[tuple[str, str]], *, by: User, at: datetime) -> None:
    """Keep the list of faults as far as it is typed, in the place of what was kept before."""
    access.require(by, act, Case.objects.filter(pk=case.pk))
    content = [[place, says] for place, says in faults if place or says.strip()]
    small = len(content) <= MOST_FAULTS and all(len(says) <= LONGEST_FAULT for _place, says in content)
    most = _("At most %(n)s faults, each of at most %(m)s signs.") % {"n": MOST_FAULTS, "m": LONGEST_FAULT}
    demand(small, "faults", most)
    draft = FaultDraft(firm_id=case.firm_id, case=case, person=by, act=act, content=content, saved_at=at)
    FaultDraft.objects.bulk_create(
        [draft],
        update_conflicts=True,
        unique_fields=["case", "person", "act"],
        update_fields=["content", "saved_at"],
    )


@transaction.atomic
def drop_faults(case: Case, act: str, *, by: User) -> None:
    """Give up the list the person typed for this return."""
    access.require(by, act, Case.objects.filter(pk=case.pk))
    FaultDraft.objects.filter(case=case, person=by, act=act).delete()
