"""Whether every product rests on a project and a right, and whether anything stands there for nothing."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from pipeline.models.dossier.doubt import Doubt
from pipeline.models.dossier.gathering import Dossier
from pipeline.models.product import Tie


def holes(dossier: Dossier) -> Iterator[Doubt]:
    """A product without a project or without a right, a project that leads to no product, a right tied to nothing."""
    ties = dossier.all(Tie)
    researched = {each.product_id for each in ties if each.project_id}
    protected = {each.product_id for each in ties if each.right_id}
    sold = {each.project_id for each in ties if each.product_id}
    used = {each.right_id for each in ties}
    for product in dossier.products:
        missing = [_("no project")] * (product.pk not in researched) + [_("no right")] * (product.pk not in protected)
        if missing:
            says = _("It has %(missing)s.") % {"missing": _(", ").join(missing)}
            yield _doubt(f"{product.code} {product.title}", says)
    for project in dossier.projects:
        if project.pk not in sold:
            yield _doubt(f"{project.code} {project.title}", _("It leads to no product."))
    for right in dossier.rights:
        if right.pk not in used:
            yield _doubt(f"{right.number} {right.title}".strip(), _("It belongs to no project and no product."))


def _doubt(about: str, says: str) -> Doubt:
    return Doubt("triangle", about, says, _("Tick what belongs together, or take it off the list."))
