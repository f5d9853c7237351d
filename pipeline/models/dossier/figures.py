"""Whether the three books agree, and whether the ledger stays within the caps of its categories."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pipeline.models.dossier.doubt import Doubt
from pipeline.models.dossier.gathering import Booked, Dossier
from pipeline.models.figures import ANNUAL_AUDIT, DIFFERENCE, SPECIAL_AUDIT, TAX_RETURN, Explanation, SourcedFigure
from pipeline.models.ledger import RdProject
from pipeline.models.record import reckoned
from pipeline.rules.facts.figures import NAMES
from pipeline.templatetags.figures import fraction, wan

# the figures of which each book must say the same, and the books that say them
TOLD_BY = {
    "sales": (ANNUAL_AUDIT, TAX_RETURN),
    "net_assets": (ANNUAL_AUDIT,),
    "total_income": (TAX_RETURN,),
    "hitech_income": (SPECIAL_AUDIT,),
    "rd_total": (SPECIAL_AUDIT,),
}
ONLY_LAST_YEAR = frozenset({"hitech_income", "total_income"})
FEWEST_CATEGORIES = 3  # two projects that spent on one thing alone are alike by nature
SHARE = Decimal("0.001")


def books_differ(dossier: Dossier) -> Iterator[Doubt]:
    """The record, the annual audit, the special audit and the tax return have one figure differently, unexplained."""
    explained = {(each.year, each.figure) for each in dossier.all(Explanation) if each.kind == DIFFERENCE}
    for (year, figure), amounts in sorted(_told(dossier).items()):
        told = [*amounts.values(), *_recorded(dossier, year, figure)]
        if max(told) - min(told) > settings.RECONCILIATION_TOLERANCE and (year, figure) not in explained:
            yield Doubt(
                f"figures.{year}.{figure}",
                _("%(year)s %(figure)s") % {"year": year, "figure": _name(figure)},
                _("It stands between %(least)s and %(most)s ten thousand yuan, depending on the paper.")
                % {"least": wan(min(told)), "most": wan(max(told))},
                _("Find which paper is wrong and have it corrected, or say in the reconciliation why they differ."),
            )


def books_silent(dossier: Dossier) -> Iterator[Doubt]:
    """A figure that the experts will compare stands on record, and no paper's amount was set beside it."""
    told = _told(dossier)
    for year in dossier.years:
        silent = [
            _("%(figure)s (%(papers)s)") % {"figure": _name(figure), "papers": _papers(missing)}
            for figure, papers in TOLD_BY.items()
            if (year == dossier.years[-1] or figure not in ONLY_LAST_YEAR) and _recorded(dossier, year, figure)
            if (missing := set(papers) - set(told.get((year, figure), {})))
        ]
        if silent:
            yield Doubt(
                f"reconciliation.{year}",
                _("Figures of %(year)s") % {"year": year},
                _("Nobody has entered what the papers say of %(figures)s.") % {"figures": _(", ").join(silent)},
                _("Enter the amounts from the papers in the reconciliation of the year."),
            )


def beyond_caps(dossier: Dossier) -> Iterator[Doubt]:
    """More is booked or declared than certification counts: other expenses and outsourcing have their caps."""
    for year in dossier.years:
        sums = dossier.sums(year)
        if sums:
            found = {name: _amount(each.found) for name, each in reckoned(year, sums).items()}
            yield from _other_beyond(year, sums, found["certification_other"])
            yield from _declared_beyond(dossier, year, found["certification_scope"])


def _other_beyond(year: int, sums: Mapping[tuple[str, str], Decimal], counted: Decimal | None) -> Iterator[Doubt]:
    booked = sum((amount for (category, _tax), amount in sums.items() if category == "other"), Decimal(0))
    if counted is not None and booked > counted:
        yield Doubt(
            f"ledger.{year}",
            _("%(year)s other expenses") % {"year": year},
            _("Of %(booked)s ten thousand yuan booked only %(counted)s count: other expenses have a cap.")
            % {"booked": wan(booked), "counted": wan(counted)},
            _("Check what was booked as other expenses; declare no more than counts."),
        )


def _declared_beyond(dossier: Dossier, year: int, counted: Decimal | None) -> Iterator[Doubt]:
    row = dossier.figures.get(year)
    if row is None or row.rd_total is None or row.rd_from != "declared" or counted is None:
        return
    if row.rd_total - counted > settings.RECONCILIATION_TOLERANCE:
        yield Doubt(
            f"figures.{year}.rd_total",
            _("%(year)s %(figure)s") % {"year": year, "figure": _name("rd_total")},
            _("Declared are %(declared)s ten thousand yuan; by the caps the ledger gives %(counted)s.")
            % {"declared": wan(row.rd_total), "counted": wan(counted)},
            _("Declare what the ledger gives, or book what is missing in it."),
        )


def split_alike(dossier: Dossier) -> Iterator[Doubt]:
    """Projects of one year whose expense is divided over the categories in the very same shares."""
    by_share: dict[tuple[object, ...], list[str]] = defaultdict(list)
    codes = {each.pk: each.code for each in dossier.all(RdProject)}
    for (year, project), lines in sorted(_by_project(dossier).items()):
        shares = _shares(lines)
        if len(shares) >= FEWEST_CATEGORIES:
            by_share[year, *shares].append(codes.get(project, ""))
    for key, alike in by_share.items():
        if len(alike) > 1:
            yield Doubt(
                f"ledger.{key[0]}",
                _("%(year)s %(projects)s") % {"year": key[0], "projects": "、".join(sorted(alike))},
                _("Their expense is divided over the categories in the same shares, as if a key had divided it."),
                _("Book by vouchers and time sheets of each project, or keep the basis of the division at hand."),
            )


def _told(dossier: Dossier) -> dict[tuple[int, str], dict[str, Decimal]]:
    told: dict[tuple[int, str], dict[str, Decimal]] = defaultdict(dict)
    for each in dossier.all(SourcedFigure):
        if each.year in dossier.years:
            told[each.year, each.figure][each.source] = each.amount
    return told


def _recorded(dossier: Dossier, year: int, figure: str) -> list[Decimal]:
    amount = getattr(dossier.figures.get(year), figure, None)
    return [] if amount is None else [amount]


def _by_project(dossier: Dossier) -> dict[tuple[int, int], list[Booked]]:
    found: dict[tuple[int, int], list[Booked]] = defaultdict(list)
    for each in dossier.booked:
        if each.hte_category and each.year in dossier.years:
            found[each.year, each.project].append(each)
    return found


def _shares(lines: list[Booked]) -> list[tuple[str, Decimal]]:
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for each in lines:
        amounts[each.hte_category] += each.amount
    whole = sum(amounts.values(), Decimal(0))
    if whole <= 0:
        return []
    return [(name, (amount / whole).quantize(SHARE, ROUND_HALF_UP)) for name, amount in sorted(amounts.items())]


def _amount(found: str | None) -> Decimal | None:
    exact = fraction(found)
    return None if exact is None else Decimal(exact.numerator) / exact.denominator


def _name(figure: str) -> str:
    return NAMES[figure].in_language(get_language() or "zh")


def _papers(sources: set[str]) -> str:
    names = {ANNUAL_AUDIT: _("annual audit"), SPECIAL_AUDIT: _("special audit"), TAX_RETURN: _("tax return")}
    return _(", ").join(name for source, name in names.items() if source in sources)
