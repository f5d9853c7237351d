"""A list as a file: asked for by a person, looked at by a second one where it tells much, written by a job in parts."""

from array import array
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import batched
from typing import Any, BinaryIO, cast

from django.db import transaction
from django.db.models.functions import Now
from django.utils import translation
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.acts.export_source import AnyAsked, source_of
from pipeline.models import Claim, DocumentVersion, Export, Import, User
from pipeline.models.export import CANCELLED, HELD, KEPT_FOR
from pipeline.models.trial import DONE, FAILED, RUNNING, WAITING
from pipeline.outside import storage
from pipeline.outside.table_writer import table

PART = 1_000
MOST_AN_HOUR = 10
SECOND_LOOK_ABOVE = 2_000  # rows; columns that tell of persons want one at any length


@transaction.atomic
def ask(
    *,
    listing: str,
    asked: AnyAsked,
    says: str,
    columns: Sequence[str],
    form: str,
    language: str,
    by: User,
    on: date,
) -> Export:
    """A file that waits to be written, or to be approved first."""
    access.require(by, "export.ask")
    if by.office is None:
        raise ConditionUnmet([Missing("", _("Only people of an office take lists out as files."))])
    lately = Export.objects.filter(by=by, asked_at__gt=Now() - timedelta(hours=1)).count()
    demand(lately < MOST_AN_HOUR, "", _("At most %(n)s files an hour: please wait.") % {"n": MOST_AN_HOUR})
    source = source_of(listing)
    rows = source.rows(asked.to_json(), by, on).order_by().count()
    demand(rows > 0, "", _("The list is empty: there is nothing to take out."))
    held = rows > SECOND_LOOK_ABOVE or not set(source.personal).isdisjoint(columns)
    return Export.objects.create(
        office=by.office,
        by=by,
        listing=listing,
        asked=asked.to_json(),
        says=says[:400],
        columns=[each for each in columns if each not in source.kept_back],
        form=form,
        language=language,
        day=on,
        rows_total=rows,
        state=HELD if held else WAITING,
    )


@transaction.atomic
def approve(export: Export, *, by: User) -> None:
    """A head of the office, and never who asked, lets the file be written."""
    access.require(by, "export.approve")
    demand(export.by_id != by.pk, "", _("Who asked for a file does not approve it."))
    ours = Export.objects.visible_to(by).filter(pk=export.pk, state=HELD)
    demand(bool(ours.update(state=WAITING, approved_by=by)), "", _("This file does not wait for approval any more."))


@transaction.atomic
def cancel(export: Export, *, by: User) -> None:
    """Who asked gives it up; a head of the office refuses it."""
    access.require(by, "export.cancel" if export.by_id == by.pk else "export.approve")
    ours = Export.objects.visible_to(by).filter(pk=export.pk, state__in=[HELD, WAITING, RUNNING])
    demand(bool(ours.update(state=CANCELLED)), "", _("This file is finished or given up already."))


@transaction.atomic
def again(export: Export, *, by: User) -> None:
    """Once more, after it failed."""
    access.require(by, "export.ask")
    ours = Export.objects.filter(pk=export.pk, by=by, state=FAILED)
    demand(bool(ours.update(state=WAITING, worked_at=None)), "", _("There is nothing of yours here to take up again."))


def write(key: int, *, by: User) -> None:
    """Write a file that waits, from its beginning. A second call while the first one works does nothing."""
    export = Export.objects.claim(key, by, rows_done=0)
    if export is None:
        return
    access.require(by, "export.ask")
    try:
        with translation.override(export.language):
            content = _written(export, by)
        if content is not None:
            Export.objects.tell(export, state=DONE, kept=storage.keep(content))
    except Exception:
        Export.objects.tell(export, state=FAILED)
        raise


def _written(export: Export, by: User) -> BinaryIO | None:
    """The file; none where it was given up meanwhile."""
    form = cast(Any, export.form)
    source = source_of(export.listing)
    rows = table(form, source.headings(export.columns), str(source.title))
    done = 0
    for keys in batched(_keys(export, by), PART):
        rows.add(_part(export, keys, by))
        done += len(keys)
        if not Export.objects.tell(export, rows_done=done):
            return None
    return rows.close()


@transaction.atomic
def _keys(export: Export, by: User) -> Iterator[int]:
    """Which rows there are, all at one moment, in the order of the list: a number each is all that is held of them."""
    rows = source_of(export.listing).rows(export.asked, by, export.day)
    return iter(array("q", rows.values_list("pk", flat=True).iterator(chunk_size=10_000)))


@transaction.atomic
def _part(export: Export, keys: Sequence[int], by: User) -> list[list[Any]]:
    return source_of(export.listing).lines(export.asked, keys, export.columns, by, export.day)


def content(export: Export) -> BinaryIO:
    return storage.fetch(export.kept)


@transaction.atomic
def clear(*, by: access.Actor) -> int:
    """Take away the files whose week is over; how many. One that somebody brought in again as a paper stays."""
    access.require(by, "export.clear")
    over = list(Export.objects.to_clear().values_list("pk", "kept"))
    Export.objects.filter(pk__in=[key for key, _kept in over]).update(kept="")
    for kept in {kept for _key, kept in over}:
        elsewhere = [
            Export.objects.filter(kept=kept),
            DocumentVersion.objects.filter(sha256=kept),
            Import.objects.filter(sha256=kept),
            Claim.objects.filter(sha256=kept),
        ]
        if not any(rows.exists() for rows in elsewhere):
            storage.drop(kept)
    return len(over)


def expires(export: Export) -> date:
    return (export.asked_at + KEPT_FOR).date()
