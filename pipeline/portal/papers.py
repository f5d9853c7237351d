"""Papers that a firm sends along with a form."""

from typing import Any, BinaryIO, cast

from django.db.models import BooleanField, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery

from pipeline.acts import evidence as evidence_acts
from pipeline.models import DocumentVersion, Evidence, Firm, Step, User
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


def of_step(step: Step, user: User) -> QuerySet[Evidence]:
    return of(user, step=step)


def of(user: User, **proven: Any) -> QuerySet[Evidence]:
    """The papers of a thing with the newest version of each; `readable` by its sender, and by all once found clean."""
    newest = DocumentVersion.objects.filter(document=OuterRef("document")).order_by("-number")
    readable = Q(state=DocumentVersion.CLEAN) | Q(by=user)
    return (
        Evidence.objects.filter(**proven)
        .select_related("document", "by")
        .annotate(newest=Subquery(newest.values("number")[:1]), state=Subquery(newest.values("state")[:1]))
        .annotate(readable=ExpressionWrapper(readable, output_field=BooleanField()))
        .order_by("-pk")
    )
