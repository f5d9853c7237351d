"""Ctrl-K: firms by whatever is known of them, cases and certificates by number, people by name, acts and pages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, F, OuterRef, Q, QuerySet, StringAgg, Subquery, Value
from django.db.models.functions import Cast, Coalesce
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.desk import ways
from pipeline.desk.ways import AtHand, Way
from pipeline.models import Case, Certificate, Firm, Flag, Seat, User
from pipeline.models.firm_search import is_phone, sought
from pipeline.models.people import TODAY, own_offices
from pipeline.models.spelling import BETWEEN
from pipeline.models.text_search import begins, plain
from pipeline.request import StaffRequest
from pipeline.stages import CASE_STAGES
from pipeline.templatetags.look import language, spoken

MOST, SHORTEST, LONGEST = 8, 2, 40
YEARS_BACK = 5  # a case whose number is typed without its year is looked for in these and this one
CERTIFICATES = ("GR", "GS", "GF")
CASELOADS = access.OFFICE | {"coach"}
COLUMNS = ("sort", "key", "says", "hint", "more")


@dataclass(frozen=True)
class Found:
    """A row of another kind than a firm: of which kind, what stands for it in an address, what is told of it."""

    sort: str
    key: str
    says: str
    hint: str
    more: str


def palette(request: StaffRequest) -> HttpResponse:
    """A fragment for the dialog, a page of its own without a script. At most two statements of its own."""
    text, number = request.GET.get("q", "").strip()[:LONGEST], request.GET.get("case", "")
    firm = ways.firm_sent(request.GET.get("firm", ""))
    words = plain(text)
    short = 0 < len(words) < SHORTEST
    firms = [] if short else _firms(words, request.user)
    rows = _rows(request, "" if short else words, number)
    groups = [(_("Firms"), firms), *_groups(rows, request.user), *_ways(request.user, words, firm, rows)]
    context = {
        "text": text,
        "number": number,
        "firm_code": firm,
        "short": short,
        "groups": [(label, hits) for label, hits in groups if hits],
    }
    whole = not getattr(request, "htmx", False)
    return render(request, "desk/search/palette.html" if whole else "desk/search/found.html", context)


def _firms(words: str, user: User) -> list[Way]:
    if not words:
        return []
    firms = sought(Firm.objects.visible_to(user), words, user).with_county().defer("search", "also_search")[:MOST]
    return [Way(reverse("desk:firm", args=[firm.uscc]), firm.name, _hint(firm, words)) for firm in firms]


def _hint(firm: Any, words: str) -> str:
    """Where the firm is, its code, and why it was found where its name does not say it. Of a telephone number no more
    is told than was typed.
    """
    told = [firm.county_name or _("county to be assigned"), firm.uscc]
    if firm.merged_into:
        told.insert(0, _("merged into %(name)s") % {"name": firm.merged_into})
    if words in firm.plain_name or words.upper() in firm.uscc:
        return "·".join(told)
    if former := next((name for name in firm.former_names.split(BETWEEN) if words in name), ""):
        told.insert(0, _("formerly %(name)s") % {"name": former})
    elif words in plain(firm.short_name):
        told.insert(0, firm.short_name)
    elif is_phone(words):
        told.insert(0, _("telephone …%(tail)s") % {"tail": words})
    return "·".join(told)


def _rows(request: StaffRequest, words: str, number: str) -> list[Found]:
    """Cases, certificates and people that were asked for, and the case at hand. One statement, or none."""
    arms = list(_arms(request, words, number))
    if not arms:
        return []
    rows = arms[0].union(*arms[1:], all=True) if len(arms) > 1 else arms[0]
    return [Found(*row) for row in rows]


def _arms(request: StaffRequest, words: str, number: str) -> Iterator[QuerySet[Any, Any]]:
    user, year = request.user, request.today.year
    if number:
        yield _at_hand(user, number)
    cases, certificates = _case_numbers(words, year), _certificate_numbers(words)
    if cases:
        rows = Case.objects.visible_to(user).filter(cases).order_by("-pk")
        yield _told(rows, "case", F("number"), F("firm__name"), F("stage"))
    if certificates:
        held = Certificate.objects.visible_to(user).filter(certificates).order_by("-pk")
        yield _told(held, "certificate", F("number"), F("firm__name"), F("firm__uscc"))
    if words and not cases and not certificates:
        yield _told(_people(user, words), "person", Cast("user_id", CharField()), F("user__name"), F("kind"), _house())


def _told(rows: Any, sort: str, key: Any, says: Any, hint: Any, more: Any = None) -> QuerySet[Any, Any]:
    text = {"key": key, "says": says, "hint": hint, "more": Value("") if more is None else more}
    columns = {name: Cast(value, CharField()) for name, value in text.items()}
    named: QuerySet[Any, Any] = rows.annotate(sort=Value(sort, CharField()), **columns).values_list(*COLUMNS)[:MOST]
    return named


def _at_hand(user: User, number: str) -> QuerySet[Any, Any]:
    """The open case of this number, if the person's office may act on its firm today."""
    flags = Flag.objects.filter(firm=OuterRef("firm"), cleared_on=None).order_by().values("firm")
    kinds = Subquery(flags.annotate(kinds=StringAgg("kind", Value(","), distinct=True)).values("kinds"))
    cases = Case.objects.within(user.reach(access.OFFICE)).with_dossier().filter(number=number)
    stage = Coalesce(F("dossier_stage"), Value(""))
    return _told(cases, "here", F("number"), F("stage"), stage, Coalesce(kinds, Value("")))


def _house() -> Coalesce:
    return Coalesce(F("office__name"), F("agency"))


def _people(user: User, words: str) -> QuerySet[Seat]:
    """Who sits in the person's offices (for the city in all), coaches and experts, by name or account."""
    reach = user.reach(access.OFFICE)
    colleagues = Q(kind__in=access.OFFICE)
    if not reach.everything:
        colleagues &= Q(office__in=own_offices(user))
    named = Q(user__name__icontains=words) | Q(user__username__istartswith=words)
    sits = Seat.objects.filter(colleagues | Q(kind__in=["coach", "expert"]), named, user__is_active=True)
    return sits.filter(during__contains=TODAY).order_by("user__name", "pk")


def _case_numbers(words: str, year: int) -> Q | None:
    code = words.upper()
    if code.startswith("GP"):
        return begins("number", code)
    if re.fullmatch(r"20\d\d-\d{0,6}", code):
        return begins("number", f"GP{code}")
    if re.fullmatch(r"[0-9]{3,6}", code):
        return Q(number__in=[f"GP{each}-{int(code):04d}" for each in range(year - YEARS_BACK, year + 1)])
    return None


def _certificate_numbers(words: str) -> Q | None:
    code = words.upper()
    if code.startswith(CERTIFICATES):
        return begins("number", code)
    return Q(number__in=[kind + code for kind in CERTIFICATES]) if re.fullmatch(r"20[0-9]{10}", code) else None


def _groups(rows: list[Found], user: User) -> list[tuple[str, list[Way]]]:
    cases = [
        Way(reverse("desk:case", args=[row.key]), row.key, f"{row.says}·{CASE_STAGES[row.hint].label(language())}")
        for row in rows
        if row.sort == "case"
    ]
    certificates = [
        Way(reverse("desk:firm", args=[row.hint]), row.key, row.says) for row in rows if row.sort == "certificate"
    ]
    people = {(row.key, row.hint): _person(row) for row in rows if row.sort == "person"}
    return [(_("Cases"), cases), (_("Certificates"), certificates), (_("People"), list(people.values()))]


def _person(row: Found) -> Way:
    """Who has cases leads to them; of an expert there is only what they are."""
    narrow = "coach" if row.hint == "coach" else "officer"
    url = reverse("desk:queue") + f"?view=all&{narrow}={row.key}" if row.hint in CASELOADS else ""
    return Way(url, row.says, "·".join(filter(None, [spoken(access.SEAT_NAMES[row.hint]), row.more])))


def _ways(user: User, words: str, firm: str, rows: list[Found]) -> list[tuple[str, list[Way]]]:
    here = [AtHand(r.key, r.says, r.hint, frozenset(filter(None, r.more.split(",")))) for r in rows if r.sort == "here"]
    on_case = [way for case in here for way in ways.of_case(user, case)] + list(ways.of_firm(user, firm))
    elsewhere = list(ways.general(user, firm))
    if words:
        on_case, elsewhere = ways.called_so(on_case, words)[:MOST], ways.called_so(elsewhere, words)[:MOST]
    return [(_("Here"), on_case), (_("Acts"), elsewhere)]
