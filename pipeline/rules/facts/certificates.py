"""A firm's newest certificate as figures of the day: how long it has been held, which reports came when, what changed.

A *clock* is a day counted from the year of issue, as a whole number that keeps the order of days: years times
MONTHDAYS plus month times 100 plus day. 05-31 of the third year after is thus 30531 for every certificate.
"""

from __future__ import annotations

from datetime import date, timedelta

from pipeline.rules.facts.figures import LATER, NAMES, Figures, Missing
from pipeline.rules.facts.firm import CHANGE_KINDS, AnnualReport, Certificate, Change, FirmFacts
from pipeline.rules.formula import Number
from pipeline.rules.periods import months_begun, whole_months

MONTHDAYS = 10_000
REPORTS = (1, 2, 3, 4, 5)
"""Reports are told apart by the year in which they are due: the first, second … year after the year of issue."""
DATED = ("certificate_months", "certificate_years", "certificate_clock", "issued_clock", "certificate_revoked")
UNDECIDED = tuple(f"undecided_{kind}" for kind in CHANGE_KINDS)
CHANGED = ("change_months", "changes_lost", *UNDECIDED)


def monthday(day: date) -> int:
    return day.month * 100 + day.day


def clock(day: date, issued_on: date) -> int:
    return (day.year - issued_on.year) * MONTHDAYS + monthday(day)


def report_clock(back: int) -> str:
    return f"report_clock_{back}"


def newest(facts: FirmFacts) -> Certificate | None:
    """The certificate that was issued last; one without a day of issue is none of them."""
    dated = [each for each in facts.certificates or () if each.issued_on]
    return max(dated, key=lambda each: each.issued_on or date.min, default=None)


def fold_certificate(facts: FirmFacts, figures: Figures) -> None:
    """A firm that holds none has none of these figures, and nothing is missing for that."""
    figures.put_plain(
        "renewal_applied", None if facts.renewal_applied is None else int(facts.renewal_applied), "renewal_applied"
    )
    wanting = missing_certificate(facts, figures)
    held = newest(facts)
    if wanting or held is None or held.issued_on is None:
        for name in (*DATED, *CHANGED, *map(report_clock, REPORTS)):
            figures.put(name, None, *wanting)
        return
    fold_dates(held, held.issued_on, figures)
    fold_reports(facts.annual_reports, held.issued_on, figures)
    fold_changes(facts.changes, held.issued_on, figures)


def missing_certificate(facts: FirmFacts, figures: Figures) -> list[Missing]:
    if facts.certificates is None:
        return [] if facts.never_certified else [Missing("certificates", NAMES["certificates"])]
    wanting = []
    for n, each in enumerate(facts.certificates):
        place = f"certificates[{n}].issued_on"
        if each.issued_on is None or each.issued_on > figures.day:
            wanting.append(Missing(place, NAMES["issued_on"]))
        if each.issued_on and each.issued_on > figures.day:
            figures.strike(place, LATER)
    return wanting


def fold_dates(held: Certificate, issued_on: date, figures: Figures) -> None:
    day = figures.day
    values: dict[str, Number] = {
        "certificate_months": whole_months(issued_on, day),
        "certificate_years": day.year - (issued_on - timedelta(days=1)).year,
        "certificate_clock": clock(day, issued_on),
        "issued_clock": clock(issued_on, issued_on),
        "certificate_revoked": int(held.revoked_on is not None and held.revoked_on <= day),
    }
    figures.values.update(values)


def fold_reports(reports: tuple[AnnualReport, ...] | None, issued_on: date, figures: Figures) -> None:
    """When each report was accepted; one that was not may be tomorrow at the earliest."""
    tomorrow = clock(figures.day + timedelta(days=1), issued_on)
    for back in REPORTS:
        year = issued_on.year + back - 1
        place = f"annual_reports[{year}].accepted_on"
        row = next((each for each in reports or () if each.year == year), None)
        accepted = row.accepted_on if row else None
        if accepted and accepted > figures.day:
            figures.strike(place, LATER, report_clock(back))
        elif reports is None:
            figures.put(report_clock(back), None, Missing(place, NAMES["annual_reports"], year))
        else:
            figures.put(report_clock(back), clock(accepted, issued_on) if accepted else tomorrow)


def fold_changes(changes: tuple[Change, ...] | None, issued_on: date, figures: Figures) -> None:
    """The longest that a change took or is taking to be reported, and the changes whose outcome is open or bad."""
    if changes is None:
        for name in CHANGED:
            figures.put(name, None, Missing("changes", NAMES["changes"]))
        return
    since = [each for each in changes if each.on is None or each.on >= issued_on]
    took = [0, *(months_begun(each.on, each.reported_on or figures.day) for each in since if each.on)]
    figures.put("change_months", max(took))
    figures.put("changes_lost", sum(each.kept is False for each in since))
    for kind, name in zip(CHANGE_KINDS, UNDECIDED, strict=True):
        figures.put(name, sum(each.kind == kind and each.kept is None for each in since))
    for n, each in enumerate(changes):
        if each.on is None:
            figures.put("change_months", None, Missing(f"changes[{n}].on", NAMES["change_on"]))
        for name in ("on", "reported_on"):
            told = getattr(each, name)
            if told and told > figures.day:
                figures.strike(f"changes[{n}].{name}", LATER, "change_months")
