"""Papers that a firm sends along with a form."""

from typing import Any, BinaryIO, cast

from django.db.models import Max, QuerySet

from pipeline.acts import evidence as evidence_acts
from pipeline.models import Evidence, Firm, Step
from pipeline.request import StaffRequest


def take(request: StaffRequest, field: str, firm: Firm, *, purpose: str, **proves: Any) -> list[str]:
    """Keep every file of a field as evidence for a step or a fault; the names of what arrived."""
    names = []
    for file in request.FILES.getlist(field):
        name = file.name or field
        evidence_acts.receive(
            firm, cast(BinaryIO, file), name=name, size=file.size or 0, purpose=purpose, by=request.user, **proves
        )
        names.append(name)
    return names


def of_step(step: Step) -> QuerySet[Evidence]:
    """The papers of a step with the number of their newest version, by which they are fetched."""
    newest = Max("document__versions__number")
    return Evidence.objects.filter(step=step).select_related("document", "by").annotate(newest=newest).order_by("-pk")
