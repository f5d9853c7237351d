"""What the end of a certificate means for the income tax: articles 10, 16, 17 and 19 of HTE-M, TAX-24 article 1."""

from __future__ import annotations

from datetime import date, timedelta

from pipeline.rules.labels import Label
from pipeline.rules.law.obligations import end_of, first_benefit_year, repayment_day
from pipeline.rules.shelf.dated import Book

ONE_DAY = timedelta(days=1)
STANDS = Label(
    "自 {first} 年度起按优惠税率；{last} 年期满当年可暂按优惠税率预缴，{repay} 仍未取得新证书的，补缴。",
    "The lower rate from {first} on; in {last}, the year of its end, tax is prepaid at it and owed in arrears after "
    "{repay} without a new certificate.",
)
RENEWED = Label(
    "自 {first} 年度起按优惠税率，由后一证书延续。",
    "The lower rate from {first} on; the next certificate carries it on.",
)
REVOKED = Label(
    "自 {owed} 年度起追缴已享受的优惠；此前年度不受影响。",
    "What the lower rate saved is owed in arrears from {owed} on; the years before stay as they are.",
)


def arrears_from(issued_on: date, since: date, book: Book) -> int:
    """The first year whose benefit is owed: that of the deed or of the failed conditions, not before the benefit."""
    return max(first_benefit_year(issued_on, book), since.year)


def tax_says(issued_on: date, book: Book, *, since: date | None = None, renewed: bool = False) -> Label:
    """`since` is given of a revoked certificate: the day of the deed, or from which the conditions were not met."""
    first, last = first_benefit_year(issued_on, book), end_of(issued_on, book) - ONE_DAY
    if since is not None:
        return REVOKED.filled(owed=arrears_from(issued_on, since, book))
    if renewed:
        return RENEWED.filled(first=first)
    return STANDS.filled(first=first, last=last.year, repay=repayment_day(last, book))
