"""What the law asks of a certificate's holder: articles 9, 10, 13 and 16 to 19 of 国科发火〔2016〕32号.

The newest certificate is judged. A firm without one is told so once; the rest then does not apply.
`duties.py` turns the same formulas into days.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

from pipeline.rules.condition import (
    MANUAL_REVIEW,
    MET,
    NOT_APPLICABLE,
    UNMET,
    Condition,
    Judged,
)
from pipeline.rules.facts.certificates import MONTHDAYS, UNDECIDED, monthday, newest, report_clock
from pipeline.rules.facts.firm import CHANGE_KINDS, Change
from pipeline.rules.formula import UNKNOWN, Formula, Operand, both, choose, either, exact, fact, given, lifted, total
from pipeline.rules.labels import Label, listed
from pipeline.rules.periods import months_later
from pipeline.rules.sentences import not_known
from pipeline.rules.shelf.dated import Book

MONTHS = 12
NO_CERTIFICATE = Label("没有高新技术企业证书。", "The firm holds no certificate.")
NOT_ASKED = Label("没有有效证书，不作要求。", "Without a valid certificate nothing is asked.")
CHANGES = {
    "renamed": Label("更名", "change of name"),
    "business": Label("经营业务重大变化", "change of business"),
    "split": Label("分立", "split"),
    "merger": Label("合并", "merger"),
    "restructuring": Label("重组", "restructuring"),
    "moved_whole": Label("跨区域整体迁移", "move of the whole firm to another region"),
    "moved_part": Label("跨区域部分搬迁", "move of a part of the firm to another region"),
}
STATUS_RULES = {
    "renamed": "status_renamed",
    "moved_whole": "status_moved_whole",
    "moved_part": "status_moved_part",
}
"""Which entry of the book says what a change does to the status; all other kinds are those of article 17."""


def conditions(book: Book) -> tuple[Condition, ...]:
    return (
        certificate_valid(book),
        annual_reports(book),
        changes(book),
        status_kept(book),
        renewal(book),
    )


# ----------------------------------------------------------------------------------------------------- the certificate


def months_valid(book: Book) -> int:
    return MONTHS * int(book.number("certificate_years"))


def end_of(issued_on: date, book: Book) -> date:
    """The first day on which a certificate is no longer valid."""
    return months_later(issued_on, months_valid(book))


def months_left(book: Book) -> Formula:
    """Months to the end, the one that runs included: 0 or less once it has come."""
    return lifted(months_valid(book)) - fact("certificate_months")


def holds_none() -> Formula:
    return fact("certificates").equals(0)


def has_ended(book: Book) -> Formula:
    over = months_left(book) <= -book.number("certificate_valid")
    return either(fact("certificate_revoked").equals(1), over)


def while_valid(book: Book, verdict: tuple[tuple[Formula, Operand], ...], otherwise: Operand) -> Formula:
    return choose((holds_none(), NOT_APPLICABLE), (has_ended(book), NOT_APPLICABLE), *verdict, otherwise=otherwise)


def certificate_valid(book: Book) -> Condition:
    """Article 9: valid for three years from the day of issue, unless it was taken away."""
    return Condition(
        "certificate_valid",
        "months",
        found=choose((fact("certificate_revoked").equals(1), 0), otherwise=months_left(book)),
        op=">",
        needed=lifted(-book.number("certificate_valid")),
        verdict=choose((holds_none(), UNMET), (has_ended(book), UNMET), otherwise=MET),
        subject=Label("高新技术企业证书有效", "A valid certificate"),
        says=partial(say_valid, book),
    )


def say_valid(book: Book, judged: Judged) -> Label:
    held = newest(judged.facts)
    if judged.verdict == "unknown":
        return not_known(judged)
    if held is None or held.issued_on is None:
        return NO_CERTIFICATE
    last = end_of(held.issued_on, book) - timedelta(days=1)
    if judged.values.get("certificate_revoked"):
        text = Label("证书已于 {day} 被取消。", "The certificate was revoked on {day}.")
        return text.filled(day=held.revoked_on)
    if judged.verdict == "met":
        text = Label(
            "证书有效至 {last}，已进入最后 {n} 个月；自 {year} 年度起享受税收优惠。",
            "The certificate is valid through {last} and in its last {n} month(s); it lowers the tax from {year} on.",
        )
        return text.filled(last=last, n=judged.found, year=first_benefit_year(held.issued_on, book))
    return Label("证书有效期已于 {last} 届满。", "The certificate ended with {last}.").filled(last=last)


def first_benefit_year(issued_on: date, book: Book) -> int:
    """Article 10: the tax benefit begins with the year of the day of issue that the certificate states."""
    return issued_on.year + {"issue_year": 0, "next_year": 1}[book.choice("tax_benefit_from")]


# ------------------------------------------------------------------------------------------------------ annual reports


def due_monthday(book: Book) -> int:
    return monthday(day_of(book.choice("annual_report_due"), 2000))


def day_of(text: str, year: int) -> date:
    """The day 05-31 of a year."""
    month, day = map(int, text.split("-"))
    return date(year, month, day)


def report_years(book: Book) -> range:
    """The years after the one of issue in which a report may be due."""
    return range(1, int(book.number("certificate_years")) + 1)


def due_clock(book: Book, back: int) -> Formula:
    return lifted(back * MONTHDAYS + due_monthday(book))


def due_within_validity(book: Book, back: int) -> Formula:
    """Whether the statutory day of that year falls before the certificate's end."""
    end = fact("issued_clock") + int(book.number("certificate_years")) * MONTHDAYS
    return due_clock(book, back) < end


def missed(book: Book, back: int) -> Formula:
    """Due within validity, the day is past, and the report was not accepted by then."""
    past = fact("certificate_clock") > due_clock(book, back)
    late = fact(report_clock(back)) > due_clock(book, back)
    return both(both(due_within_validity(book, back), past), late)


def annual_reports(book: Book) -> Condition:
    """Article 19(3): reports of two years missed or late within one validity cost the status."""
    each = [choose((missed(book, back), 1), otherwise=0) for back in report_years(book)]
    line = book.number("annual_reports")
    certain, possible = total(given(count, 0) for count in each), total(given(count, 1) for count in each)
    return Condition(
        "annual_reports",
        "count",
        found=total(each),
        op="<",
        needed=lifted(line),
        verdict=while_valid(book, ((certain >= line, UNMET), (possible < line, MET)), UNKNOWN),
        subject=Label("年报累计未按期填报", "Annual reports missed or late"),
        says=partial(say_reports, book),
    )


def say_reports(book: Book, judged: Judged) -> Label:
    held = newest(judged.facts)
    if judged.verdict == "unknown":
        return not_known(judged)
    if judged.verdict == "not_applicable" or held is None or held.issued_on is None:
        return NOT_ASKED
    missed_backs = [back for back in report_years(book) if exact(missed(book, back), judged.values)]
    years = [str(held.issued_on.year + back - 1) for back in missed_backs]
    line, names = int(book.number("annual_reports")), ("、".join(years), ", ".join(years))
    if not years:
        return Label("到期的年报均已按期填报。", "Every annual report that was due came in time.")
    if judged.verdict == "met":
        return Label(
            f"{names[0]} 年度年报未按期填报；同一有效期内累计 {line} 年即取消资格。",
            f"The annual report on {names[1]} was missed or late; {line} within one validity cost the status.",
        )
    return Label(
        f"{names[0]} 年度年报未按期填报，累计已达 {line} 年，属于取消资格的情形。",
        f"The annual reports on {names[1]} were missed or late: {line} within one validity cost the status.",
    )


# ------------------------------------------------------------------------------------------------------------- changes


def changes(book: Book) -> Condition:
    """Article 17: a change is reported within three months, to the end of a shorter month."""
    line = book.number("changes")
    return Condition(
        "changes",
        "months",
        found=fact("change_months"),
        op="<=",
        needed=lifted(line),
        verdict=while_valid(book, ((fact("change_months") <= line, MET),), UNMET),
        subject=Label("重大变化的报告用时", "Time until a change was reported"),
        says=partial(say_changes, book),
    )


def report_by(change_on: date, book: Book) -> date:
    return months_later(change_on, int(book.number("changes")))


def say_changes(book: Book, judged: Judged) -> Label:
    if judged.verdict == "unknown":
        return not_known(judged)
    if judged.verdict == "not_applicable":
        return NOT_ASKED
    told = since_issue(judged)
    late = [each for each in told if each.on and (each.reported_on or book.day) > report_by(each.on, book)]
    waiting = [each for each in told if each.on and each.reported_on is None]
    if late:
        return Label("{what}，未按期报告。", "Not reported in time: {what}.").filled(what=in_words(late, book))
    if waiting:
        return Label("{what}，尚未报告。", "Still to be reported: {what}.").filled(what=in_words(waiting, book))
    if not told:
        return Label("没有需要报告的重大变化。", "There is no change to report.")
    return Label("重大变化均已按期报告。", "Every change was reported in time.")


def since_issue(judged: Judged) -> list[Change]:
    held = newest(judged.facts)
    issued_on = held.issued_on if held and held.issued_on else date.min
    return [each for each in judged.facts.changes or () if each.on is None or each.on >= issued_on]


def in_words(told: list[Change], book: Book) -> Label:
    text = Label("{day} {kind}最迟应于 {due} 报告", "{kind} of {day}, due by {due}")
    dated = [(each, each.on) for each in told if each.on]
    return listed([text.filled(day=on, kind=CHANGES[each.kind], due=report_by(on, book)) for each, on in dated])


def status_after(book: Book, kind: str) -> str:
    """kept, decided (by the agency) or recertified (in the other region) after a change of that kind."""
    return book.choice(STATUS_RULES.get(kind, "status_kept"))


def status_kept(book: Book) -> Condition:
    """Articles 17 and 18: whether the status stays after a change; what the agency has to decide a person tells."""
    asked = [name for kind, name in zip(CHANGE_KINDS, UNDECIDED, strict=True) if status_after(book, kind) != "kept"]
    undecided = total(map(fact, asked)) if asked else lifted(0)
    return Condition(
        "status_kept",
        "count",
        found=undecided,
        op="<=",
        needed=lifted(0),
        verdict=while_valid(book, ((fact("changes_lost") > 0, UNMET), (undecided > 0, MANUAL_REVIEW)), MET),
        subject=Label("变化后资格存续", "The status after changes"),
        says=partial(say_status, book),
    )


def say_status(book: Book, judged: Judged) -> Label:
    told = since_issue(judged)
    match judged.verdict:
        case "unknown":
            return not_known(judged)
        case "not_applicable":
            return NOT_ASKED
        case "unmet":
            lost = listed([CHANGES[each.kind] for each in told if each.kept is False])
            return Label(
                "{what}后不再符合认定条件，自变化当年起失去资格。",
                "After the {what} the conditions no longer hold: the status is lost from that year on.",
            ).filled(what=lost)
        case "manual_review":
            return say_undecided(book, [each.kind for each in told if each.kept is None])
    return Label("资格存续，证书编号和有效期不变。", "The status stays; number and validity are unchanged.")


def say_undecided(book: Book, kinds: list[str]) -> Label:
    decided, elsewhere = (
        listed([CHANGES[kind] for kind in dict.fromkeys(kinds) if status_after(book, kind) == after])
        for after in ("decided", "recertified")
    )
    texts = []
    if decided.zh:
        text = Label("{what}后是否仍符合条件，由认定机构判定", "the agency decides on the status after the {what}")
        texts.append(text.filled(what=decided))
    if elsewhere.zh:
        text = Label("{what}须由迁入地认定机构重新认定", "the other region certifies anew after the {what}")
        texts.append(text.filled(what=elsewhere))
    return Label("{what}。", "To be decided: {what}.").filled(what=listed(texts))


# ------------------------------------------------------------------------------------------------------------- renewal


def renewal(book: Book) -> Condition:
    """Re-certification is applied for before the end, or by the end of the year in which the certificate ends."""
    left, line = months_left(book), book.number("renewal")
    over = fact("certificate_years") > book.number("certificate_years")
    done = either(left > line, fact("renewal_applied").equals(1))
    gone = either(fact("certificate_revoked").equals(1), over)
    return Condition(
        "renewal",
        "months",
        found=left,
        op=">",
        needed=lifted(line),
        verdict=choose((holds_none(), NOT_APPLICABLE), (gone, NOT_APPLICABLE), (done, MET), otherwise=UNMET),
        subject=Label("距证书期满", "Time to the certificate's end"),
        says=partial(say_renewal, book),
    )


def say_renewal(book: Book, judged: Judged) -> Label:
    held = newest(judged.facts)
    if judged.verdict == "unknown":
        return not_known(judged)
    if judged.verdict == "not_applicable" or held is None or held.issued_on is None:
        return Label("没有可以重新认定的证书。", "There is no certificate to be renewed.")
    last = end_of(held.issued_on, book) - timedelta(days=1)
    if judged.values.get("renewal_applied"):
        text = Label(
            "已提交重新认定申请，证书至 {last} 期满。",
            "Re-certification is applied for; the certificate ends with {last}.",
        )
    elif judged.verdict == "met":
        text = Label(
            "证书至 {last} 期满，最迟应于 {by} 提交重新认定申请。",
            "The certificate ends with {last}; apply for re-certification by {by}.",
        )
    else:
        text = Label(
            "证书至 {last} 期满，尚未提交重新认定申请；{repay} 仍未通过的，补缴税款。",
            "The certificate ends with {last}; re-certification is not applied for, "
            "and without it tax is owed in arrears after {repay}.",
        )
    return text.filled(last=last, by=renewal_by(held.issued_on, book), repay=repayment_day(last, book))


def renewal_by(issued_on: date, book: Book) -> date:
    """The last day on which more than the book's months are left."""
    return months_later(issued_on, months_valid(book) - int(book.number("renewal"))) - timedelta(days=1)


def repayment_day(last_day: date, book: Book) -> date:
    """The day of the year of expiry, or of the next, by which the new certificate is there or tax is repaid."""
    *later, text = book.choice("repayment_day").split("_")
    return day_of(text, last_day.year + len(later))
