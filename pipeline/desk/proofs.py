"""What papers prove, as the desk says it: the place of the record, and in words."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from pipeline.models import Evidence
from pipeline.models.record import place_name
from pipeline.templatetags.look import spoken

Proof = tuple[str, str]  # the place as a fault names it, empty for none; the words


def proofs_of(papers: Iterable[UUID]) -> dict[UUID, list[Proof]]:
    """Of each paper what it proves. One statement, none without papers."""
    found: dict[UUID, list[Proof]] = defaultdict(list)
    keys = list(papers)
    if not keys:
        return found
    ties = Evidence.objects.filter(document__in=keys).order_by("pk")
    for tie in ties.select_related("year", "right", "project", "product", "step", "fault"):
        found[tie.document_id].append(_proof(tie))
    return found


def _proof(tie: Evidence) -> Proof:
    if tie.fault:
        return tie.fault.place, _("answer to the fault at %(place)s") % {"place": place_name(tie.fault.place)}
    if tie.year:
        place = f"figures.{tie.year.year}{'.' if tie.figure else ''}{tie.figure}"
        return place, place_name(place)
    if tie.right:
        return "property", f"{tie.right.number} {tie.right.title}".strip()
    if tie.project:
        return "", f"{tie.project.code} {tie.project.title}"
    if tie.product:
        return "", f"{tie.product.code} {tie.product.title}"
    if tie.step:
        return "", _("step of the plan: %(what)s") % {"what": spoken(tie.step.what)}
    if tie.staff_year:
        return f"figures.{tie.staff_year}.tech_staff", _("staff of %(year)s") % {"year": tie.staff_year}
    return "", _("a question to the bureau")
