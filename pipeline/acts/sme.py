"""Registration as a technology SME: what the firm chooses and hands in, what the bureau does about it, its renewal.

From the hand-in on: the form is looked at, a visit made where the year's notice asks for one, the firm put on public
notice, its number recorded; afterwards a spot check may be drawn, after which the registration stands or is cancelled.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from math import ceil
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts import notice
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.acts.result import lines_of
from pipeline.models import Firm, MoveRefused, SmeCheck, SmeEvent, SmePublicity, SmeRegistration
from pipeline.models.in_force import book_in_force, calendar_in_force
from pipeline.models.record import facts_of
from pipeline.models.sme import ROUTES, SmeRegistrationQuerySet, barred_until
from pipeline.outside.result_list import ResultLine
from pipeline.rules import assess
from pipeline.rules.codes.identifiers import IdentifierRefused, sme_number
from pipeline.rules.labels import Label
from pipeline.rules.law.sme_year import evaluation_year
from pipeline.rules.periods import months_later

BOOK = "sme"
POINTS = "points"
DRAFT, RETURNED, LISTED = SmeRegistration.DRAFT, SmeRegistration.RETURNED, SmeRegistration.LISTED
# what comes of looking at a form, or of a visit -> where the registration goes
OUTCOMES = {"pass": SmeRegistration.FORM_OK, "visit": SmeRegistration.SITE_CHECK, "return": RETURNED}
VISITED = Label("现场核查", "visited on site")
FIRST_TIME = Label(
    "首次参加评价，列入当年现场核查范围。", "It takes part for the first time: to be visited on site this year."
)
NOT_HANDED_IN = Label("这家企业当年没有在本系统提交评价", "the firm has handed in no evaluation of the year here")
NUMBERED = Label(
    "这家企业当年已有另一个编号，或还没有提交", "the firm has another number of the year, or has not handed in yet"
)


@dataclass(frozen=True)
class NumberTold:
    """What came of one line of a list of numbers; `why` is None where it was put on record."""

    line: ResultLine
    why: Label | str | None


@transaction.atomic
def choose(firm: Firm, *, route: str, why: str, by: Actor, on: date, version: int | None) -> SmeRegistration:
    """By which alternative the firm registers this year, and why; `version` is what was seen, None for a new one."""
    access.require(by, "sme.choose", Firm.objects.filter(pk=firm.pk))
    demand(route in ROUTES, "route", _("Choose the points or one of the four grounds."))
    until = barred_until(firm.pk, on)
    demand(
        until is None,
        "route",
        _("After a cancelled registration the firm may take part again from %(day)s.") % {"day": until},
    )
    demand(route == POINTS or bool(why.strip()), "why", _("Say which certificate, award, institute or standard it is."))
    told = {"route": route, "why": why.strip(), "by_id": by.pk}
    if version is None:
        kept, created = SmeRegistration.objects.get_or_create(firm=firm, year=on.year, defaults=told)
        if not created:
            raise MoveRefused("sme.choose", {str(on.year): (kept.state, kept.version)})
        return kept
    rows = SmeRegistration.objects.filter(firm=firm, year=on.year)
    _change(rows, "sme.choose", version, (DRAFT, RETURNED), **told)
    return rows.get()


@transaction.atomic
def hand_in(registrations: SmeRegistrationQuerySet, *, by: Actor, on: date, version: int) -> None:
    """Note that it was handed in at the state's platform, with what the firm reckons of itself that day."""
    access.require(by, "sme.hand_in", registrations)
    registration = registrations.select_related("firm").get()
    year = evaluation_year(registration.year)
    opened = year.opens_on is None or on >= year.opens_on
    demand(opened, "year", _("The evaluation opens on %(day)s.") % {"day": year.opens_on})
    demand(
        year.closes_on is None or on <= year.closes_on,
        "year",
        _("The evaluation closed on %(day)s. The next one opens next year.") % {"day": year.closes_on},
    )
    facts = facts_of([registration.firm], on)[registration.firm_id]
    reckoned = assess(facts, book=book_in_force(BOOK, on), day=on).to_json()
    handed_in = {"state": SmeRegistration.HANDED_IN, "handed_in_on": on, "reckoned": reckoned}
    _change(registrations, "sme.hand_in", version, (DRAFT, RETURNED), **handed_in)


@transaction.atomic
def check(
    registrations: SmeRegistrationQuerySet, *, outcome: str, says: str, by: Actor, on: date, version: int
) -> None:
    """Look at the form: it is complete, the firm is to be visited, or it goes back with what is wrong.

    Where the year's notice asks for a visit the form does not pass without one.
    """
    access.require(by, "sme.check", registrations)
    one = registrations.select_related("firm").get()
    demand(outcome in OUTCOMES, "outcome", _("Choose what comes of it."))
    asked = outcome == "pass" and visit_reasons(one)
    demand(not asked, "outcome", _("The year's notice asks for a visit of this firm; the reasons are listed."))
    _decide(one, "check", SmeRegistration.HANDED_IN, outcome, says, by, on, version)


@transaction.atomic
def visit(
    registrations: SmeRegistrationQuerySet,
    *,
    visited_on: date,
    outcome: str,
    says: str,
    by: Actor,
    on: date,
    version: int,
) -> None:
    """Note what was seen at the firm, and whether its form passes."""
    access.require(by, "sme.visit", registrations)
    one = registrations.select_related("firm").get()
    demand(outcome in ("pass", "return"), "outcome", _("Choose what comes of it."))
    demand(bool(says.strip()), "says", _("Write what was seen on site."))
    since = one.handed_in_on or on
    demand(since <= visited_on <= on, "visited_on", _("The day lies between handing in and today."))
    seen = _("Visited on %(day)s: %(says)s") % {"day": visited_on, "says": says.strip()}
    _decide(one, "visit", SmeRegistration.SITE_CHECK, outcome, seen, by, on, version)


@transaction.atomic
def publish(registrations: SmeRegistrationQuerySet, *, by: Any, on: date) -> SmePublicity:
    """Put those whose form is complete on public notice together, for the working days that the book tells."""
    access.require(by, "sme.publish", registrations)
    ready = registrations.filter(state=SmeRegistration.FORM_OK).select_for_update(of=("self",))
    rows = list(ready.select_related("firm").order_by("pk"))
    demand(bool(rows), "registrations", _("None of these has a form that was found complete."))
    years = {each.year for each in rows}
    demand(len(years) == 1, "registrations", _("A batch is of one year."))
    (year,) = years
    until = calendar_in_force().add(on, evaluation_year(year).publicity_workdays).due
    last = SmePublicity.objects.filter(year=year).aggregate(last=Max("batch"))["last"] or 0
    batch = SmePublicity.objects.create(year=year, batch=last + 1, opened_on=on, until=until, by=by)
    moved = {"state": SmeRegistration.PUBLICITY, "publicity": batch, "version": F("version") + 1}
    SmeRegistration.objects.filter(pk__in=[each.pk for each in rows]).update(**moved)
    _note(rows, "publish", by, on)
    notice.tell_firms([each.firm for each in rows], kind="sme.publish", due=until, note=year)
    return batch


@transaction.atomic
def stop(registrations: SmeRegistrationQuerySet, *, says: str, by: Actor, on: date, version: int) -> None:
    """Take a firm off the public notice, because somebody objects or something came to light; it is visited."""
    access.require(by, "sme.stop", registrations)
    demand(bool(says.strip()), "says", _("Say what was objected to, and by whom."))
    one = registrations.select_related("firm").get()
    _decide(one, "stop", SmeRegistration.PUBLICITY, "visit", says, by, on, version, publicity=None)


@transaction.atomic
def record(
    registrations: SmeRegistrationQuerySet, *, number: str, listed_on: date, by: Actor, on: date, version: int
) -> None:
    """Record the number that the firm was given, of the year it was given in."""
    access.require(by, "sme.record", registrations)
    registration = registrations.select_related("firm", "publicity").get()
    number = _checked(number, registration.year)
    within = registration.handed_in_on is None or listed_on >= registration.handed_in_on
    demand(within and listed_on <= on, "listed_on", _("The day lies between handing in and today."))
    batch = registration.publicity
    ended = batch is None or listed_on > batch.until
    demand(ended, "listed_on", _("It is on public notice until the end of %(day)s.") % {"day": batch and batch.until})
    try:
        with transaction.atomic():
            listed = {"state": LISTED, "number": number, "listed_on": listed_on}
            _change(registrations, "sme.record", version, SmeRegistration.OPEN, **listed)
    except IntegrityError:
        taken = _("This number is on record for another firm or another year. Compare it with the notice.")
        raise ConditionUnmet([Missing("number", taken)]) from None
    Firm.objects.filter(pk=registration.firm_id).update(diagnosis_due=True)


def record_numbers(
    content: Any, text: str, *, name: str = "", year: int, listed_on: date, by: Actor, on: date
) -> list[NumberTold]:
    """Record the numbers of a list, from a file or pasted, a firm a line by its code or its name. What is refused is
    told, the rest goes on. Raises ConditionUnmet where it is no list.

    `listed_on` is the day of lines that name none. A line that is on record already changes nothing.
    """
    access.require(by, "sme.record")
    here = SmeRegistration.objects.of_year(year).within(by.reach(access.OFFICE)).select_related("firm")
    told = lines_of(content, name, text, on)
    codes, names = {each.uscc for each in told if each.uscc}, {each.name for each in told if not each.uscc}
    held = list(here.filter(firm__uscc__in=codes) | here.filter(firm__name__in=names))
    known = {each.firm.uscc: each for each in held} | {each.firm.name: each for each in held}
    return [NumberTold(line, _recorded(line, known, year, listed_on, by, on)) for line in told]


@transaction.atomic
def draw(year: int, *, share: Decimal, seed: str, by: Any, on: date) -> SmeCheck:
    """Draw a spot check by lot: listed firms in the order of SHA-256 of `<seed>:<credit code>`, the share rounded up.

    Certified firms, which register directly, are left out (SME-Y21). The share is at least the book's, if it has one.
    """
    access.require(by, "sme.draw")
    least = evaluation_year(year).spot_check_share
    demand(0 < share <= 1, "share", _("A share between 0 and 100 %."))
    demand(least is None or Fraction(share) >= least, "share", _("The year's notice asks for a larger share."))
    demand(bool(seed.strip()), "seed", _("Give the number the lot was drawn by, so that anybody can repeat it."))
    from_ = SmeRegistration.objects.of_year(year).drawable().select_for_update(of=("self",)).select_related("firm")
    rows = sorted(from_, key=lambda each: sha256(f"{seed.strip()}:{each.firm.uscc}".encode()).digest())
    demand(bool(rows), "share", _("No firm is listed this year of which one could be drawn."))
    drawn = rows[: ceil(len(rows) * share)]
    kept = {"year": year, "drawn_on": on, "share": share, "seed": seed.strip()[:40], "by": by}
    lot = SmeCheck.objects.create(**kept, of=len(rows), drawn=len(drawn))
    moved = {"state": SmeRegistration.SPOT_CHECK, "check_drawn": lot, "version": F("version") + 1}
    SmeRegistration.objects.filter(pk__in=[each.pk for each in drawn]).update(**moved)
    _note(drawn, "draw", by, on)
    due = evaluation_year(year).spot_check_by or "—"
    notice.tell_firms([each.firm for each in drawn], kind="sme.draw", due=due, note=year)
    return lot


@transaction.atomic
def examine(registrations: SmeRegistrationQuerySet, *, finding: str, by: Any, on: date, version: int) -> None:
    """Note what a spot check found; a head decides on it. It may be examined anew until then."""
    access.require(by, "sme.examine", registrations)
    demand(bool(finding.strip()), "finding", _("Write what was looked into and what was found."))
    one = registrations.get()
    found = {"examined_by": by, "examined_on": on}
    _change(registrations, "sme.examine", version, (SmeRegistration.SPOT_CHECK,), **found)
    _note([one], "examine", by, on, says=finding.strip(), internal=True)


@transaction.atomic
def settle(registrations: SmeRegistrationQuerySet, *, result: str, says: str, by: Any, on: date, version: int) -> None:
    """Let a checked registration stand, or cancel it; after fraud the firm is barred for the years the notice tells."""
    access.require(by, "sme.settle", registrations)
    one = registrations.select_related("firm").get()
    demand(result in ("stands", "cancelled", "fraud"), "result", _("Choose what comes of it."))
    demand(one.examined_by_id is not None, "result", _("It must be examined first."))
    demand(one.examined_by_id != by.pk, "result", _("You examined it yourself: another person must decide."))
    demand(result == "stands" or bool(says.strip()), "says", _("Give the reasons of the decision."))
    ends = {"state": SmeRegistration.CANCELLED, "cancelled_on": on, "cancelled_by": by}
    if result == "fraud":
        years = evaluation_year(one.year).fraud_ban_years
        demand(years is not None, "result", _("The notice of that year knows no bar after fraud."))
        ends["barred_until"] = months_later(on, 12 * (years or 0))
    how = {"state": LISTED} if result == "stands" else ends
    _change(registrations, "sme.settle", version, (SmeRegistration.SPOT_CHECK,), **how)
    _note([one], "settle" if result == "stands" else "cancel", by, on, says=says.strip())
    kind = "sme.settle" if result == "stands" else "sme.cancel"
    notice.tell_firm(one.firm, kind=kind, note=says.strip() or one.year)
    Firm.objects.filter(pk=one.firm_id).update(diagnosis_due=True)


def visit_reasons(registration: SmeRegistration) -> list[dict[str, str]]:
    """Why the year's notice sends a visit to the firm (they are no veto), as {zh, en}: by what it reckoned of itself,
    and because it takes part for the first time.
    """
    reckoned: Mapping[str, Any] = registration.reckoned or {}
    found = [each["review"] for each in (reckoned.get("score") or {}).get("items", ()) if each["review"]]
    risks = [each["says"] for each in reckoned.get("findings", ()) if each["rule"] == "clean"]
    found += [each for each in risks if VISITED.zh in each["zh"]]
    earlier = SmeRegistration.objects.filter(firm=registration.firm_id, year__lt=registration.year)
    if evaluation_year(registration.year).sends_visits and not earlier.exclude(handed_in_on=None).exists():
        found.append(FIRST_TIME.to_json())
    return found


@transaction.atomic
def remind(registrations: SmeRegistrationQuerySet, *, by: Actor, on: date) -> int:
    """Once: who is listed for last year must update it this year, or it ends. How many were told."""
    access.require(by, "sme.remind", registrations)
    renewed = SmeRegistration.objects.filter(year=on.year).exclude(state=SmeRegistration.DRAFT).values("firm")
    last = registrations.filter(year=on.year - 1, state=LISTED, reminded_on=None)
    due = list(last.exclude(firm__in=renewed).select_related("firm").order_by("pk"))
    for each in due:
        day = evaluation_year(each.year).update_by
        notice.tell_firm(each.firm, kind="sme.remind", note=each.year, due=day)
    return SmeRegistration.objects.filter(pk__in=[each.pk for each in due]).update(reminded_on=on)


def _checked(number: str, year: int) -> str:
    try:
        number = sme_number(number)
    except IdentifierRefused as refused:
        raise ConditionUnmet([Missing("number", refused.says.in_language(get_language() or "zh"))]) from None
    demand(number.startswith(str(year)), "number", _("A number of %(year)s begins with the year.") % {"year": year})
    return number


def _decide(
    one: SmeRegistration,
    act: str,
    before: str,
    outcome: str,
    says: str,
    by: Actor,
    on: date,
    version: int,
    **also: object,
) -> None:
    demand(outcome == "pass" or bool(says.strip()), "says", _("Say what is wrong or what is to be looked at."))
    rows = SmeRegistration.objects.filter(pk=one.pk)
    _change(rows, f"sme.{act}", version, (before,), state=OUTCOMES[outcome], **also)
    _note([one], act, by, on, says=says.strip(), internal=outcome != "return")
    if outcome == "return":
        notice.tell_firm(one.firm, kind="sme.return", note=says.strip())


def _recorded(
    line: ResultLine, known: Mapping[str, SmeRegistration], year: int, listed_on: date, by: Actor, on: date
) -> Label | str | None:
    if line.wrong:
        return next(f"{each.cell}: {each.says.in_language(get_language() or 'zh')}" for each in line.wrong.values())
    one = known.get(line.uscc or line.name)
    if one is None:
        return NOT_HANDED_IN
    if one.number == line.number:
        return None
    try:
        rows = SmeRegistration.objects.filter(pk=one.pk)
        record(rows, number=line.number, listed_on=line.issued_on or listed_on, by=by, on=on, version=one.version)
    except ConditionUnmet as unmet:
        return "; ".join(each.says for each in unmet.missing)
    except MoveRefused:
        return NUMBERED
    return None


def _note(
    rows: Iterable[SmeRegistration], act: str, by: Actor, on: date, *, says: str = "", internal: bool = False
) -> None:
    told: dict[str, Any] = {"act": act, "on": on, "by_id": by.pk, "says": says, "internal": internal}
    SmeEvent.objects.bulk_create(SmeEvent(firm_id=each.firm_id, registration=each, **told) for each in rows)


def _change(rows: SmeRegistrationQuerySet, act: str, version: int, before: Iterable[str], **values: object) -> None:
    if not rows.filter(version=version, state__in=before).update(version=F("version") + 1, **values):
        raise MoveRefused(act, {str(each.year): (each.state, each.version) for each in rows})
