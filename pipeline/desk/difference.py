"""Two books side by side: the numbers in which they differ, each line old beside new."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from pipeline.acts.trial import Side
from pipeline.rules import Book, Label
from pipeline.rules.shelf.dated import Source, Value
from pipeline.rules.shelf.parameters import PARAMETERS
from pipeline.rules.shelf.revision import differences
from pipeline.rules.shelf.volumes import TITLES as BOOKS
from pipeline.rules.shelf.wording import Line, heading, lines_of
from pipeline.templatetags.look import spoken


@dataclass(frozen=True)
class Pair:
    """One line of a value before and after; the words where it holds are the same, or one of the two is not there."""

    where: Label | None
    old: Label | None
    new: Label | None


@dataclass(frozen=True)
class Change:
    """A number that differs, the lines of it that do, and those that stay; the article is the old one's."""

    rule: str
    title: Label
    pairs: Sequence[Pair]
    same: Sequence[Line]
    source: Source | None

    @property
    def only(self) -> Pair | None:
        """Its one line that differs, where there is one."""
        return self.pairs[0] if len(self.pairs) == 1 else None


def changes(before: Book, after: Book) -> list[Change]:
    """What of the second book is not as in the first, of all that its code asks for."""
    asked = PARAMETERS.get(after.name, frozenset(after.entries))
    return [
        _change(each.rule, each.before, each.after, before, after)
        for each in differences(before, after)
        if each.rule in asked
    ]


def _change(rule: str, old: Value | None, new: Value | None, before: Book, after: Book) -> Change:
    entry = after.entries.get(rule) or before.entries[rule]
    ours, theirs = (() if value is None else lines_of(entry, value) for value in (old, new))
    was = {line.where: line.value for line in ours}
    becomes = {line.where: line.value for line in theirs}
    wheres = [*dict.fromkeys([*becomes, *was])]
    return Change(
        rule=rule,
        title=heading(entry),
        pairs=[Pair(each, was.get(each), becomes.get(each)) for each in wheres if was.get(each) != becomes.get(each)],
        same=[line for line in theirs if was.get(line.where) == line.value],
        source=before.source(rule) if old is not None else None,
    )


def title_of(before: Side, after: Side) -> str:
    """What was tried, in a line: the two schemes, books or days; the number that was changed, or how many were."""
    sides = _names_of_sides(before, after)
    if sides is not None:
        return _("%(two)s against %(one)s") % {"one": sides[0], "two": sides[1]}
    changed = changes(before.supposed, after.supposed)
    only = changed[0].only if len(changed) == 1 else None
    if only is None or only.old is None or only.new is None:
        return _("%(n)s numbers of “%(book)s” changed") % {"n": len(changed), "book": spoken(BOOKS[after.book])}
    told = {"name": spoken(changed[0].title), "old": spoken(only.old), "new": spoken(only.new)}
    return _("%(name)s from %(old)s to %(new)s") % told


def _names_of_sides(before: Side, after: Side) -> tuple[str, str] | None:
    """What sets the sides apart, where that is more than numbers changed by hand."""
    if before.name or after.name:
        in_force = _("the book in force")
        return (before.name and f"“{before.name}”") or in_force, (after.name and f"“{after.name}”") or in_force
    if before.book != after.book:
        return spoken(BOOKS[before.book]), spoken(BOOKS[after.book])
    if before.day != after.day:
        return before.day.isoformat(), after.day.isoformat()
    return None
