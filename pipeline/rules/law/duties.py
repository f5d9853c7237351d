"""What a certificate asks of its holder and by when, as days; no holiday moves a statutory day.

The conditions of `obligations.py` decide what counts; here each of their lines becomes a day with its derivation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.rules.facts.certificates import clock
from pipeline.rules.facts.firm import AnnualReport, Certificate, Change
from pipeline.rules.formula import exact
from pipeline.rules.labels import Label
from pipeline.rules.law.obligations import (
    CHANGES,
    day_of,
    due_within_validity,
    end_of,
    months_valid,
    repayment_day,
    report_by,
    report_years,
    status_after,
)
from pipeline.rules.periods import months_later
from pipeline.rules.shelf.dated import Book
from pipeline.rules.shelf.readings import STATUS

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing owed by the end of a day: what, of which year, where it is written and how the day was found.

    `reminders` are the days on which it is called to mind, `done_on` is None while it is not done.
    """

    kind: str
    year: int
    due_on: date
    article: str
    source: str
    says: Label
    reminders: tuple[date, ...] = ()
    done_on: date | None = None

    def state(self, day: date) -> str:
        """done, late (done after its day), missed, or due."""
        if self.done_on is not None:
            return "done" if self.done_on <= self.due_on else "late"
        return "missed" if day > self.due_on else "due"


def duties_of(
    certificate: Certificate,
    book: Book,
    day: date,
    *,
    reports: tuple[AnnualReport, ...] = (),
    changes: tuple[Change, ...] = (),
) -> list[Duty]:
    """Every duty of the certificate by its day, as far as `day` can tell; none without a day of issue.

    A revocation by that day ends what is due later, but for the change reports that it may rest on.
    """
    if certificate.issued_on is None:
        return []
    revoked_on = certificate.revoked_on if certificate.revoked_on and certificate.revoked_on <= day else None
    owed = [
        *annual_reports(certificate.issued_on, book, reports),
        recertification(certificate.issued_on, book),
        repayment(certificate.issued_on, book),
    ]
    kept = [each for each in owed if revoked_on is None or each.due_on < revoked_on]
    reported = [change_report(each, each.on, book) for each in changes if each.on and certificate.issued_on <= each.on]
    return sorted([*kept, *reported], key=lambda each: each.due_on)


def duty(rule: str, book: Book, **details: object) -> Duty:
    source = book.source(rule)
    return Duty(article=source.article, source=source.in_words(), **details)  # type: ignore[arg-type]


def annual_reports(issued_on: date, book: Book, reports: tuple[AnnualReport, ...]) -> Iterator[Duty]:
    """Article 13: by the end of May of every year within validity, on the year before."""
    accepted = {each.year: each.accepted_on for each in reports}
    for back in report_years(book):
        if exact(due_within_validity(book, back), {"issued_clock": clock(issued_on, issued_on)}):
            due, about = day_of(book.choice("annual_report_due"), issued_on.year + back), issued_on.year + back - 1
            says = Label(
                f"证书 {issued_on} 发证，{due} 在有效期内，应填报 {about} 年度年报。",
                f"Issued on {issued_on}, the certificate is valid on {due}: the report on {about} is due.",
            )
            yield duty(
                "annual_report_due",
                book,
                kind="annual_report",
                year=about,
                due_on=due,
                says=says,
                reminders=tuple(day_of(each, due.year) for each in book.choice("annual_report_reminders").split("_")),
                done_on=accepted.get(about),
            )


def recertification(issued_on: date, book: Book) -> Duty:
    """Article 9: the status ends with the last day of validity unless a new certificate is there."""
    valid, last = months_valid(book), end_of(issued_on, book) - ONE_DAY
    runway = map(int, book.choice("renewal_runway").split("-"))
    says = Label(
        f"证书自 {issued_on} 起 {valid // 12} 年有效，最后一日为 {last}；期满前应通过重新认定。",
        f"The certificate is valid for {valid // 12} years from {issued_on}, through {last}: renew it before.",
    )
    return duty(
        "certificate_years",
        book,
        kind="recertification",
        year=last.year,
        due_on=last,
        says=says,
        reminders=tuple(months_later(issued_on, valid - months) for months in runway),
    )


def repayment(issued_on: date, book: Book) -> Duty:
    """The income tax of the year of expiry is prepaid at the lower rate, and repaid without a new certificate."""
    last = end_of(issued_on, book) - ONE_DAY
    due = repayment_day(last, book)
    says = Label(
        f"{last.year} 年期满当年可暂按优惠税率预缴；{due} 仍未通过重新认定的，应补缴。",
        f"In {last.year}, the year of expiry, tax is prepaid at the lower rate; the rest is owed after {due} "
        "without a new certificate.",
    )
    return duty("repayment_day", book, kind="repayment", year=last.year, due_on=due, says=says)


def change_report(change: Change, on: date, book: Book) -> Duty:
    """Article 17: within three months of the change, and what then becomes of the status."""
    due, months = report_by(on, book), book.number("changes")
    text = Label(
        "{what}发生于 {on}，{months} 个月内（至 {due}）报告；{status}。",
        "{what} on {on}, reported within {months} months, by {due}; {status}.",
    )
    says = text.filled(
        what=CHANGES[change.kind], on=on, months=months, due=due, status=STATUS[status_after(book, change.kind)]
    )
    return duty("changes", book, kind="change_report", year=on.year, due_on=due, says=says, done_on=change.reported_on)
