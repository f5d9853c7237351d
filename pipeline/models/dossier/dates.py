"""Whether the days are possible: no result before the work, no voucher outside of its project."""

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from pipeline.models.dossier.doubt import Doubt
from pipeline.models.dossier.gathering import Dossier
from pipeline.models.ledger import RdProject
from pipeline.models.product import Tie
from pipeline.models.property import IntellectualProperty


def rights_too_early(dossier: Dossier) -> Iterator[Doubt]:
    """A right of one's own R&D was granted before the project began that is said to have led to it."""
    for tie in dossier.all(Tie):
        project = dossier.named(RdProject, tie.project_id)
        right = dossier.named(IntellectualProperty, tie.right_id)
        if project is None or right is None or right.acquired_by != "own_rd":
            continue
        if project.starts_on and right.granted_on and right.granted_on < project.starts_on:
            says = _("%(right)s was granted on %(granted)s, before the project began on %(began)s.")
            told = {"right": right.number, "granted": right.granted_on, "began": project.starts_on}
            yield _doubt(project, says % told, _("Tie the right to the project it came from, or correct the days."))


def conversions_too_early(dossier: Dossier) -> Iterator[Doubt]:
    """A result was put to use in a year before its project began or its right was granted."""
    for each in dossier.conversions:
        project = dossier.named(RdProject, each.project_id)
        right = dossier.named(IntellectualProperty, each.right_id)
        if project is not None and _year(project.starts_on, 0) > each.year:
            says = _("Converted in %(year)s, but project %(code)s began on %(day)s.")
            told = says % {"year": each.year, "code": project.code, "day": project.starts_on}
        elif right is not None and _year(right.granted_on, 0) > each.year:
            says = _("Converted in %(year)s, but the right %(number)s was granted on %(day)s.")
            told = says % {"year": each.year, "number": right.number, "day": right.granted_on}
        else:
            continue
        yield Doubt(f"conversion.{each.pk}", each.result, told, _("Correct the year or what the result came from."))


def booked_outside(dossier: Dossier) -> Iterator[Doubt]:
    """Vouchers are booked on a project before it began or after it ended."""
    for project in dossier.projects:
        lines = [each for each in dossier.booked if each.project == project.pk and each.hte_category]
        if not lines:
            continue
        first, last = min(each.first for each in lines), max(each.last for each in lines)
        outside = [day for day in (first, last) if not _within(day, project)]
        if outside:
            says = _("Vouchers of %(days)s are booked on it, outside of its time from %(first)s to %(last)s.")
            told = {
                "days": "、".join(map(str, outside)),
                "first": project.starts_on or "—",
                "last": project.ends_on or "—",
            }
            yield _doubt(project, says % told, _("Correct the days of the project, or book the vouchers elsewhere."))


def ends_untold(dossier: Dossier) -> Iterator[Doubt]:
    """A project is finished without a day, or goes on although its day has passed, or has no result to show."""
    for project in dossier.projects:
        if project.stage == "finished" and (project.ends_on is None or project.ends_on > dossier.day):
            yield _doubt(
                project, _("It is finished, but its last day is missing or still to come."), _("Enter the day.")
            )
        elif project.stage == "running" and project.ends_on is not None and project.ends_on < dossier.day:
            says = _("It goes on, although it was to end on %(day)s.") % {"day": project.ends_on}
            yield _doubt(project, says, _("Say that it is finished, or give it a new day."))
        elif project.stage == "finished" and not project.result:
            yield _doubt(project, _("It is finished and tells no result."), _("Say in a sentence what came of it."))


def _within(day: date, project: RdProject) -> bool:
    begun = project.starts_on is None or day >= project.starts_on
    return begun and (project.ends_on is None or day <= project.ends_on)


def _year(day: date | None, unknown: int) -> int:
    return day.year if day else unknown


def _doubt(project: RdProject, says: str, remedy: str) -> Doubt:
    return Doubt(f"project.{project.code}", f"{project.code} {project.title}", says, remedy)
