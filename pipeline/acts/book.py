"""Books the bureau writes itself: supposed by one person, proposed, and published by another. A draft is a queryset
of one.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, cast

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from config.postgres.scope import forget
from pipeline import access
from pipeline.access import Actor, Refused
from pipeline.acts import notice
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import BookDraft, BookEdition, MoveRefused, Office, User
from pipeline.models.book import POOL, BookDraftQuerySet, document
from pipeline.models.in_force import CHANGES, book_in_force
from pipeline.rules import Book, NoBook, NoValue
from pipeline.rules.shelf.dated import Source
from pipeline.rules.shelf.revision import SUPPOSED, revised
from pipeline.rules.shelf.volumes import BookRefused

LONGEST = 100


@transaction.atomic
def save(*, name: str, book: str, changes: Mapping[str, Any], by: User, on: date) -> BookDraft:
    """Keep a supposition under a name: {rule: the value as a file of the book has it}."""
    access.require(by, "book.save")
    base = _in_force(book, on)
    _demand_name(name)
    _supposed(base, changes)
    return BookDraft.objects.create(
        name=name.strip(),
        book=book,
        base_version=base.version,
        changes=dict(changes),
        saved_on=on,
        author=by,
        office=_office(by, "book.save"),
    )


@transaction.atomic
def change(
    drafts: BookDraftQuerySet, *, name: str, changes: Mapping[str, Any], by: Actor, on: date, version: int
) -> None:
    """Write a draft of one's own anew."""
    draft = _own(drafts, "book.change", by)
    base = _in_force(draft.book, on)
    _demand_name(name)
    _supposed(base, changes)
    also = {"name": name.strip(), "changes": dict(changes), "base_version": base.version, "saved_on": on}
    _turn(draft, "book.change", {BookDraft.DRAFT}, version, **also)


@transaction.atomic
def propose(
    drafts: BookDraftQuerySet,
    *,
    effective_from: date,
    instrument: str,
    article: str,
    note: str = "",
    by: Actor,
    on: date,
    version: int,
) -> None:
    """Put a draft of the pool book before the head: from which day, and by which document of the bureau."""
    draft = _own(drafts, "book.propose", by)
    demand(draft.book == POOL, "book", _("Only the pool book is the bureau's own: the others are set by the state."))
    for place, text in (("instrument", instrument), ("article", article)):
        demand(bool(text.strip()), place, _("Name the document and the article that set the new values."))
        demand(len(text.strip()) <= LONGEST, place, _("At most %(n)s characters.") % {"n": LONGEST})
    _as_of(draft, effective_from, instrument.strip(), article.strip(), on)
    _turn(
        draft,
        "book.propose",
        {BookDraft.DRAFT},
        version,
        state=BookDraft.PROPOSED,
        effective_from=effective_from,
        instrument=instrument.strip(),
        article=article.strip(),
        note=note,
        proposed_on=on,
    )
    notice.tell_city(kind="book.propose", name=draft.name, day=effective_from)


@transaction.atomic
def publish(drafts: BookDraftQuerySet, *, by: Actor, on: date, version: int) -> BookEdition:
    """Sign a proposed book as the second person: from its day on it is the book in force, and never changes again."""
    draft = _decide(drafts, "book.publish", BookDraft.PUBLISHED, by=by, on=on, version=version)
    day = cast("date", draft.effective_from)  # a constraint of the table
    book = _as_of(draft, day, draft.instrument, draft.article, on)
    last = BookEdition.objects.filter(book=draft.book).aggregate(number=Max("number"))["number"]
    edition = BookEdition.objects.create(
        number=(last or 0) + 1,
        book=draft.book,
        effective_from=day,
        changes=draft.changes,
        instrument=draft.instrument,
        article=draft.article,
        book_version=book.version,
        draft=draft,
        proposed_by_id=draft.author_id,
        published_by_id=by.pk,
        published_on=on,
    )
    forget(CHANGES)
    notice.tell_city(kind="book.publish", name=draft.name, day=day, edition=edition.number)
    return edition


@transaction.atomic
def reject(drafts: BookDraftQuerySet, *, reason: str, by: Actor, on: date, version: int) -> None:
    demand(bool(reason.strip()), "reason", _("Say why the book is not published."))
    draft = _decide(drafts, "book.reject", BookDraft.REJECTED, by=by, on=on, version=version, reason=reason)
    notice.tell_city(kind="book.reject", name=draft.name, note=reason)


@transaction.atomic
def withdraw(drafts: BookDraftQuerySet, *, by: Actor, on: date, version: int) -> None:
    """Take back a draft of one's own, proposed or not. It stays to be read."""
    draft = _own(drafts, "book.withdraw", by)
    _turn(draft, "book.withdraw", {BookDraft.DRAFT, BookDraft.PROPOSED}, version, state=BookDraft.WITHDRAWN)


def _own(drafts: BookDraftQuerySet, act: str, by: Actor) -> BookDraft:
    access.require(by, act, drafts)
    draft = drafts.get()
    if draft.author_id != by.pk:
        raise Refused(act, by)
    return draft


def _decide(
    drafts: BookDraftQuerySet, act: str, state: str, *, by: Actor, on: date, version: int, **also: Any
) -> BookDraft:
    """The draft, decided by somebody else than who wrote it. Whoever decides on another one waits until this is done,
    because each edition has a number and a day of its own.
    """
    access.require(by, act, drafts)
    proposed = BookDraft.objects.filter(state=BookDraft.PROPOSED).order_by("pk").select_for_update()
    list(proposed.values_list("pk", flat=True))
    draft = drafts.get()
    own = draft.author_id == by.pk
    demand(not own, "proposal", _("Nobody decides their own proposal: another head must do it."))
    _turn(draft, act, {BookDraft.PROPOSED}, version, state=state, decided_by=by.pk, decided_on=on, **also)
    return draft


def _turn(draft: BookDraft, act: str, states: set[str], version: int, **also: Any) -> None:
    """Write the draft if it stands where the act begins and is as it was seen. Raises MoveRefused."""
    seen = BookDraft.objects.filter(pk=draft.pk, state__in=states, version=version)
    if not seen.update(version=F("version") + 1, **also):
        raise MoveRefused(act, {str(draft.pk): (draft.state, draft.version)})


def _as_of(draft: BookDraft, day: date, instrument: str, article: str, on: date) -> Book:
    """The book as it would be in force on its first day. It must say something new, on a day that is free."""
    demand(day >= on, "effective_from", _("A book takes effect on the day it is published at the earliest."))
    taken = BookEdition.objects.filter(book=draft.book, effective_from=day).first()
    number = taken.number if taken else 0
    demand(
        taken is None, "effective_from", _("Edition %(n)s begins on that day already: choose another.") % {"n": number}
    )
    base = _in_force(draft.book, day)
    book = _supposed(base, draft.changes, document(instrument, article))
    demand(book.version != base.version, "changes", _("Nothing is different from the book in force on that day."))
    return book


def _in_force(name: str, day: date) -> Book:
    try:
        return book_in_force(name, day)
    except NoBook:
        raise ConditionUnmet([Missing("book", _("There is no book %(name)s.") % {"name": name})]) from None
    except NoValue:
        raise ConditionUnmet([Missing("book", _("The book does not reach back to %(day)s.") % {"day": day})]) from None


def _supposed(base: Book, changes: Mapping[str, Any], source: Source = SUPPOSED) -> Book:
    """The book with the changes; every fault of them is told at once, at the rule it is in."""
    try:
        return revised(base, changes, source=source)
    except BookRefused as refused:
        raise ConditionUnmet(list(_faults(refused, base))) from None


def _faults(refused: BookRefused, base: Book) -> Iterator[Missing]:
    language = get_language() or ""
    for fault in refused.faults:
        rule = re.split(r"[\[:]", fault.place)[0]
        entry = base.entries.get(rule)
        title = entry.title.in_language(language) if entry else rule
        yield Missing(rule, f"{title}: {fault.says.in_language(language)}")


def _demand_name(name: str) -> None:
    demand(bool(name.strip()), "name", _("Give it a name."))
    demand(len(name.strip()) <= LONGEST, "name", _("At most %(n)s characters.") % {"n": LONGEST})


def _office(by: User, act: str) -> Office:
    if by.office is None:
        raise Refused(act, by)
    return by.office
