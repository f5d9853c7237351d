"""Every check of an application, by its name, in the order in which a reader meets them. None of them blocks."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pipeline.models.dossier import auditing, dates, figures, rights, texts, triangle
from pipeline.models.dossier.doubt import Doubt
from pipeline.models.dossier.gathering import Dossier

type Check = Callable[[Dossier], Iterator[Doubt]]

CHECKS: Mapping[str, tuple[Promise, Check]] = {
    "books_differ": (_("The books differ"), figures.books_differ),
    "books_silent": (_("Not compared yet"), figures.books_silent),
    "beyond_caps": (_("More than the caps allow"), figures.beyond_caps),
    "split_alike": (_("Expense divided by a key"), figures.split_alike),
    "holes": (_("Holes between projects, rights and products"), triangle.holes),
    "expired": (_("Rights not in force"), rights.expired),
    "used_before": (_("Rights used before"), rights.used_before),
    "of_another": (_("Another owner's name"), rights.of_another),
    "licensed": (_("Rights not owned"), rights.licensed),
    "shared": (_("Rights of several owners"), rights.shared),
    "rights_too_early": (_("Granted before the work"), dates.rights_too_early),
    "conversions_too_early": (_("Used before it was there"), dates.conversions_too_early),
    "booked_outside": (_("Booked outside of the project's time"), dates.booked_outside),
    "ends_untold": (_("How projects end"), dates.ends_untold),
    "projects_alike": (_("Projects that are like each other"), texts.projects_alike),
    "others_named": (_("Another firm's name"), texts.others_named),
    "texts_short": (_("Texts that say little"), texts.texts_short),
    "auditor_unfit": (_("Audit agency without the qualification"), auditing.auditor_unfit),
    "auditor_unknown": (_("Audit agency not known"), auditing.auditor_unknown),
}


@dataclass(frozen=True)
class Checked:
    """One check and what it found; nothing where all is well."""

    name: str
    title: Promise
    doubts: list[Doubt]


def checked(dossier: Dossier) -> list[Checked]:
    return [Checked(name, title, list(check(dossier))) for name, (title, check) in CHECKS.items()]
