"""The conditions for entering the cultivation pool: the law's own where it has them, with the bureau's numbers."""

from __future__ import annotations

from pipeline.rules.condition import MET, NOT_APPLICABLE, UNMET, Condition, Judged, at_least
from pipeline.rules.formula import Formula, both, choose, either, fact, lifted
from pipeline.rules.labels import Label
from pipeline.rules.law import hte
from pipeline.rules.law.score import score_of
from pipeline.rules.sentences import plainly
from pipeline.rules.shelf.dated import Book

DIVISION_DIGITS = 6


def conditions(book: Book) -> tuple[Condition, ...]:
    return (
        region(book),
        hte.registered_days(book),
        never_certified(book),
        hte.field(book),
        owns_ip(book),
        hte.tech_staff_ratio(book),
        hte.rd_intensity(book),
        hte.rd_domestic(book),
        hte.hitech_income(book),
        entry_score(book),
        rd_ledger(book),
        hte.no_incident(book),
        credit_clean(book),
        sme_listed(book),
        earlier_entries(book),
    )


def yes_or_no(rule: str, holds: Formula, subject: Label, *, asked: bool = True) -> Condition:
    """A condition without a number: met or not, and not applicable where the book does not ask for it."""
    verdict = choose((holds, MET), otherwise=UNMET) if asked else lifted(NOT_APPLICABLE)
    return Condition(rule, "flag", holds, "is", lifted(1), verdict, subject, says=say_yes_or_no)


def say_yes_or_no(judged: Judged) -> Label:
    words = {
        "met": Label("{subject}：符合。", "{subject}: yes."),
        "unmet": Label("{subject}：不符合。", "{subject}: no."),
    }
    text = words.get(judged.verdict)
    return text.filled(subject=judged.condition.subject) if text else plainly(judged)


def asks_for(book: Book, rule: str) -> bool:
    return book.choice(rule) == "required"


def region(book: Book) -> Condition:
    """Registered in the region: by the leading digits of the division code."""
    prefix, code = book.choice("region"), fact("division")
    first, last = int(prefix.ljust(DIVISION_DIGITS, "0")), int(prefix.ljust(DIVISION_DIGITS, "9"))
    return yes_or_no("region", both(code >= first, code <= last), Label("注册地在本市", "Registered in the region"))


def never_certified(book: Book) -> Condition:
    subject = Label("从未获高新技术企业认定", "Never certified as a high-tech enterprise")
    return yes_or_no(
        "never_certified", fact("certificates").equals(0), subject, asked=asks_for(book, rule="never_certified")
    )


def owns_ip(book: Book) -> Condition:
    """Enough usable rights of class I or of class II."""
    one, two = book.number("owns_ip"), book.number("owns_ip_class_2")
    enough = either(
        at_least(fact("class_1_rights"), fact("class_1_rights_most"), one, open_question=fact("rights")),
        at_least(fact("class_2_rights"), fact("class_2_rights_most"), two, open_question=fact("rights")),
    )
    subject = Label(
        f"有效知识产权Ⅰ类 {one} 件或Ⅱ类 {two} 件以上", f"{one} usable right(s) of class I or {two} of class II"
    )
    return yes_or_no("owns_ip", enough, subject)


def entry_score(book: Book) -> Condition:
    """The firm's own estimate on the hundred points; here the line itself is enough."""
    return hte.score_condition("entry_score", score_of(book), ">=", lifted(book.number("entry_score")))


def rd_ledger(book: Book) -> Condition:
    subject = Label("设置研发费用辅助账", "Keeps an R&D ledger")
    return yes_or_no("rd_ledger", fact("rd_ledger").equals(1), subject, asked=asks_for(book, "rd_ledger"))


def credit_clean(book: Book) -> Condition:
    subject = Label("信用记录良好", "Clean credit record")
    return yes_or_no("credit_clean", fact("credit_clean").equals(1), subject, asked=asks_for(book, "credit_clean"))


def sme_listed(book: Book) -> Condition:
    subject = Label("已入库科技型中小企业", "Registered as a technology SME")
    return yes_or_no("sme_listed", fact("sme_listed").equals(1), subject, asked=asks_for(book, "sme_listed"))


def earlier_entries(book: Book) -> Condition:
    """How often the firm was in the pool before; a limit of 0 means none."""
    most = book.number("earlier_entries")
    subject = Label("以往入库次数", "Earlier stays in the pool")
    return yes_or_no("earlier_entries", fact("pool_entries") < most, subject, asked=most > 0)
