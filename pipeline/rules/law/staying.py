"""How long a firm stays in the cultivation pool: the yearly update, who is proposed to leave and why, when it may
come back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from pipeline.rules.labels import Label
from pipeline.rules.law.obligations import day_of
from pipeline.rules.periods import months_later
from pipeline.rules.shelf.dated import Book

# What shuts a firm out at any time. The other conditions of entry are what coaching is for.
EXCLUSIONS = ("region", "never_certified", "no_incident", "credit_clean")
REMIND_BEFORE = (30, 7, 0)  # days before an update is due
WARN_MONTHS = (6, 3, 1)  # months before a term ends
NEVER_AGAIN = {"certified": "re_entry_after_certification", "expired": "re_entry_after_expiry"}
WAITS = {
    "withdrawn": "re_entry_after_withdrawal_months",
    "inactive": "re_entry_after_inactivity_months",
    "became_ineligible": "re_entry_after_ineligibility_months",
    "cancelled_fraud": "re_entry_after_fraud_months",
}
"""Reason of closing -> the months before the firm may apply again. After any other reason it need not wait."""


@dataclass(frozen=True, slots=True)
class Stay:
    """What decides whether a firm stays: the first day after its term, the updates it missed in a row, the last one
    first, and what the book finds unmet of the exclusions.
    """

    ends: date | None = None
    missed: tuple[int, ...] = ()
    unmet: Mapping[str, Label] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Leaving:
    """`reason` is one that a case may be closed for."""

    reason: str
    says: Label


def leaving(stay: Stay, book: Book, day: date) -> Leaving | None:
    """Why the firm is proposed to leave on that day; of several grounds the gravest. None: it stays."""
    if stay.unmet:
        return Leaving("became_ineligible", _joined(stay.unmet))
    if stay.ends is not None and stay.ends <= day:
        last = stay.ends - timedelta(days=1)
        return Leaving("expired", Label(f"培育期至 {last} 届满。", f"The term ended on {last}."))
    most = int(book.number("annual_update_misses"))
    if len(stay.missed) >= most:
        years = sorted(stay.missed[:most])
        zh, en = "、".join(map(str, years)), ", ".join(map(str, years))
        return Leaving("inactive", Label(f"{zh} 年度信息未更新。", f"The annual updates of {en} are missing."))
    return None


def update_due(book: Book, year: int) -> date:
    """The last day on which a firm of the pool confirms its record of the year."""
    return day_of(book.choice("annual_update_due"), year)


def update_missed_from(book: Book, due_on: date) -> date:
    """The first day on which an update that was due counts as missed."""
    return due_on + timedelta(days=int(book.number("annual_update_grace_days")) + 1)


def missed_in_a_row(missed: Mapping[int, bool]) -> tuple[int, ...]:
    """The years up to the last one asked that were missed without a break; `missed` tells it of each year asked."""
    found = []
    for year in sorted(missed, reverse=True):
        if not missed[year]:
            break
        found.append(year)
    return tuple(found)


def may_enter_from(reason: str, closed_on: date, book: Book) -> date | None:
    """The day from which a firm whose stay ended for this reason may apply again; None where the book never lets it."""
    if reason in NEVER_AGAIN and book.choice(NEVER_AGAIN[reason]) != "yes":
        return None
    return months_later(closed_on, int(book.number(WAITS[reason]))) if reason in WAITS else closed_on


def extended(term: tuple[date, date], book: Book) -> date | None:
    """The first day after a term that is extended; None where the book knows no extension, or it was extended once."""
    first, end = term
    months = int(book.number("term_extension_months"))
    once = end > months_later(first, int(book.number("term_months")))
    return None if not months or once else months_later(end, months)


def _joined(says: Mapping[str, Label]) -> Label:
    found = [says[rule] for rule in EXCLUSIONS if rule in says]
    return Label("".join(each.zh for each in found), " ".join(each.en for each in found))
