"""When the super deduction can be claimed next: at a prepayment that allows it, or at the annual settlement."""

from __future__ import annotations

from datetime import date

from pipeline.rules.amount import Made, Plan, always, sources_of
from pipeline.rules.formula import lifted
from pipeline.rules.labels import Label
from pipeline.rules.shelf.dated import Book


def settlement(day: date, book: Book) -> date:
    """The last day of the settlement that comes next, that day included."""
    month, last = (int(part) for part in book.choice("settlement_day").split("-"))
    days = (date(year, month, last) for year in (day.year, day.year + 1))
    return next(each for each in days if each >= day)


def prepayment(day: date, book: Book) -> date:
    """The first day of the next month of prepayment in which this year's expense may be claimed, or of this one."""
    months = [int(month) for month in book.choice("prepayment_months").split()]
    windows = (date(year, month, 1) for year in (day.year, day.year + 1) for month in months)
    return next(each for each in windows if each >= day.replace(day=1))


def until_settlement(book: Book) -> Made:
    due = settlement(book.day, book)
    remark = always(
        f"{due.year - 1} 年度在 {due} 前汇算清缴时享受，遇法定休假日顺延；自行判别，资料留存备查。",
        f"Expense of {due.year - 1} is claimed at the settlement by {due}, later if that is a holiday.",
    )
    return Made(lifted((due - book.day).days), sources_of(book, "settlement_day"), (remark,))


def until_prepayment(book: Book) -> Made:
    opens = prepayment(book.day, book)
    last = opens.month - 1
    remark = always(
        f"{opens.year} 年 {opens.month} 月预缴申报可享受当年 1–{last} 月的加计扣除，也可留待汇算清缴。",
        f"The prepayment of {opens:%Y-%m} may claim expense of that year's first {last} months; so may the settlement.",
    )
    return Made(lifted(max(0, (opens - book.day).days)), sources_of(book, "prepayment_months"), (remark,))


CALENDAR = {
    "days_to_settlement": Plan(
        Label("距汇算清缴截止", "Time until the last day of the settlement"), "days", until_settlement
    ),
    "days_to_prepayment": Plan(
        Label("距可享受加计扣除的预缴申报", "Time until a prepayment with super deduction"), "days", until_prepayment
    ),
}
