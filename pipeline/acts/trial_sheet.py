"""A trial as a workbook: the numbers changed, the totals, the firms whose verdict on a rule changed."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from itertools import batched
from typing import Any, BinaryIO

from django.db import transaction
from django.utils import translation
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline import access
from pipeline.acts.conditions import demand
from pipeline.acts.trial import Side, comparison
from pipeline.models import Division, Firm, Trial, TrialSheet, User
from pipeline.models.trial import DONE, FAILED, WAITING
from pipeline.outside import storage
from pipeline.outside.sheet_writer import Heading, Page, written
from pipeline.outside.sheets import Cell
from pipeline.rules import Book, Label
from pipeline.rules.codes.fields import carried_fields
from pipeline.rules.columns.laboratory import Comparison, Group, Line
from pipeline.rules.condition import TITLES
from pipeline.rules.sentences import exact_text
from pipeline.rules.shelf.revision import differences, held
from pipeline.rules.shelf.volumes import TITLES as BOOKS
from pipeline.rules.shelf.wording import TEN_THOUSAND, heading, lines_of

AT_ONCE = 5_000  # as many rows are written within the request; more by a job
PART = 1_000
"""Rows between two signs of life."""
COUNTED = ("firms", "before", "after", "gained", "dropped", "unknown")
VERDICTS = {
    "met": gettext_lazy("Met"),
    "unmet": gettext_lazy("Not met"),
    "unknown": gettext_lazy("Not enough data"),
    "manual_review": gettext_lazy("A person must judge"),
    "not_applicable": gettext_lazy("Not asked for"),
}


@transaction.atomic
def ask(trial: Trial, *, rule: str, language: str, by: User) -> TrialSheet:
    """The sheet of a trial that is done, about one rule or else the verdict as a whole: made once, and kept."""
    access.require(by, "trial.sheet")
    demand(trial.state == DONE, "", _("The trial has no answer yet."))
    rows = len(changed(comparison(trial), rule or None))
    also = {"office": trial.office, "by": by, "rows_total": rows}
    sheet, _made = TrialSheet.objects.get_or_create(trial=trial, rule=rule, language=language, defaults=also)
    if sheet.state == FAILED:
        TrialSheet.objects.filter(pk=sheet.pk).update(state=WAITING, by=by)
    return sheet


def write(key: int, *, by: User) -> None:
    """Write a sheet that waits. A second call while the first one works does nothing."""
    asked = TrialSheet.objects.select_related("trial", "trial__office", "trial__by")
    sheet = asked.claim(key, by, rows_done=0)
    if sheet is None:
        return
    access.require(by, "trial.sheet")
    try:
        with translation.override(sheet.language):
            content = workbook(sheet)
        TrialSheet.objects.tell(sheet, state=DONE, kept=storage.keep(BytesIO(content)))
    except Exception:
        TrialSheet.objects.tell(sheet, state=FAILED)
        raise


def content(sheet: TrialSheet) -> BinaryIO:
    return storage.fetch(sheet.kept)


def changed(found: Comparison, rule: str | None) -> list[int]:
    """The firms whose verdict is another one, in the order of the record."""
    pairs = [(one, two) for one, two in found.crossed(rule) if one != two]
    return sorted(key for one, two in pairs for key in found.firms(rule, before={one}, after={two}))


def workbook(sheet: TrialSheet) -> bytes:
    found, rule = comparison(sheet.trial), sheet.rule or None
    return written([_numbers(sheet.trial), *_totals(found, rule), _firms(sheet, found, rule)])


def _numbers(trial: Trial) -> Page:
    """What was tried: both sides, and each line that differs."""
    before, after = (Side.from_json(each) for each in (trial.before, trial.after))
    above = [
        _("A supposition, not in force"),
        _("Before: %(side)s") % {"side": _side(before)},
        _("After: %(side)s") % {"side": _side(after)},
        _("Firms of %(office)s on record: %(n)s") % {"office": trial.office.name, "n": trial.firms_done},
        _("Figures as of %(at)s") % {"at": localtime(trial.worked_at).strftime("%Y-%m-%d %H:%M")},
    ]
    head = [Heading(_("Parameter"), 40), Heading(_("Before"), 50), Heading(_("After"), 50)]
    one, two = before.supposed, after.supposed
    rows = [[_name(one, two, rule), _values(one, rule), _values(two, rule)] for rule in _differing(one, two)]
    return Page(_("Numbers"), head, rows, above)


def _differing(before: Book, after: Book) -> list[str]:
    return [each.rule for each in differences(before, after)]


def _name(before: Book, after: Book, rule: str) -> str:
    return _say(heading(after.entries.get(rule) or before.entries[rule]))


def _side(side: Side) -> str:
    name = f" “{side.name}”" if side.name else ""
    return f"{_say(BOOKS[side.book])} {side.day.isoformat()}{name}"


def _values(book: Book, rule: str) -> str:
    value = held(book, rule)
    if value is None:
        return "—"
    lines = lines_of(book.entries[rule], value)
    return "; ".join(" ".join(_say(part) for part in (line.where, line.value) if part) for line in lines)


def _totals(found: Comparison, rule: str | None) -> Iterator[Page]:
    counties = dict(Division.objects.counties().order_by("during").values_list("code", "name"))
    yield _crossed(found, rule)
    yield _groups(_("By county"), _("County"), found.by_county(rule), counties)
    yield _groups(_("By field"), _("Field"), found.by_field(rule), carried_fields())


def _crossed(found: Comparison, rule: str | None) -> Page:
    crossed = found.crossed(rule)
    words = [word for word in VERDICTS if any(word in pair for pair in crossed)]
    head = [Heading(_("Before"), 24), *(Heading(str(VERDICTS[word]), 16, "number") for word in words)]
    rows: list[list[Cell]] = [[str(VERDICTS[one]), *(crossed.get((one, two), 0) for two in words)] for one in words]
    return Page(_("Verdicts"), head, rows, [_("Rule: %(rule)s") % {"rule": _rule(rule)}])


def _groups(title: str, what: str, groups: Sequence[Group], names: Mapping[str, str]) -> Page:
    heads = [_("Firms"), _("Met before"), _("Met after"), _("Newly met"), _("No longer met"), _("Not enough data")]
    rows: list[list[Cell]] = [
        [
            names.get(each.code or "", _("not told")),
            each.firms,
            each.before,
            each.after,
            each.gained,
            each.dropped,
            each.unknown,
        ]
        for each in groups
    ]
    return Page(title, [Heading(what, 24), *(Heading(head, 14, "number") for head in heads)], rows)


def _firms(sheet: TrialSheet, found: Comparison, rule: str | None) -> Page:
    """The firms whose verdict changed, those that are still within the office's sight."""
    year = found.after.day.year - 1
    head = [
        Heading(_("Firm"), 36),
        Heading(_("Credit code"), 22),
        Heading(_("County"), 14),
        Heading(_("Sales of %(year)s (10k yuan)") % {"year": year}, 18, "money"),
        *(
            Heading(each, 16, "number")
            for each in (_("Found before"), _("Standard before"), _("Found after"), _("Standard after"))
        ),
        Heading(_("Verdict before"), 16),
        Heading(_("Verdict after"), 16),
    ]
    rows: list[list[Cell]] = []
    for keys in batched(changed(found, rule), PART):
        rows += _rows(found, keys, rule)
        TrialSheet.objects.tell(sheet, rows_done=len(rows))
    return Page(_("Firms"), head, rows, [_("Rule: %(rule)s") % {"rule": _rule(rule)}])


@transaction.atomic
def _rows(found: Comparison, keys: Sequence[int], rule: str | None) -> list[list[Cell]]:
    firms = Firm.objects.with_county().defer("search").in_bulk(list(keys))
    return [_row(firms[line.firm], line) for line in found.lines(keys, rule) if line.firm in firms]


def _row(firm: Any, line: Line) -> list[Cell]:
    numbers = (line.found_before, line.needed_before, line.found_after, line.needed_after)
    return [
        firm.name,
        firm.uscc,
        firm.county_name or "",
        None if line.sales is None else line.sales / TEN_THOUSAND,
        *(None if each is None else Decimal(exact_text(Fraction(each))) for each in numbers),
        str(VERDICTS[line.before]),
        str(VERDICTS[line.after]),
    ]


def _rule(rule: str | None) -> str:
    return _say(TITLES[rule]) if rule else _("All conditions")


def _say(label: Label) -> str:
    return label.in_language(translation.get_language() or "")
