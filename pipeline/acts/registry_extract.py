"""An extract of the market's registry on its way in: taken in by a person, read in parts, by a job where it is long."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import batched, islice
from typing import Any, BinaryIO

from django.db import OperationalError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.acts.roster import on_disk
from pipeline.models import Firm, RegistryEvent, RegistryExtract, User
from pipeline.models.registry import RENAMED
from pipeline.models.trial import DONE, FAILED, RUNNING, WAITING
from pipeline.outside import sheets, storage
from pipeline.outside.registry_extract import Told, Unread, read_extract
from pipeline.outside.sheets import Sheet, SheetRefused
from pipeline.rules.labels import Label

LIMITS = replace(sheets.FIRM_BOOK, rows=20_000, seconds=30)
AT_ONCE = 300
"""As many lines are read within the request, and between two signs of life; what is longer goes on by a job."""
MOST_NAMED = 50
COUNTS = ("kept", "known", "strangers", "unreadable")
GIVEN_UP = Label("已放弃。", "Given up.")
NOT_READ = Label(
    "读取时出错，已读入 {done} 行；情况已记录。可以重试，会从断处接着读；再出错时请联系系统管理员。",
    "Reading broke off after {done} lines; it has been logged. Try again and it goes on from there; if it fails once "
    "more, ask your administrator.",
)
COLUMNS = ("line", "uscc", "kind", "day", "old_name", "new_name", "other_uscc", "other_name")


@dataclass(frozen=True)
class Taken:
    """What came of an extract: lines kept, lines known before or as they are on record, firms not on record, and lines
    that cannot be read, the first of them with the reason.
    """

    kept: int = 0
    known: int = 0
    strangers: int = 0
    unreadable: int = 0
    unread: tuple[Unread, ...] = ()

    @classmethod
    def of(cls, extract: RegistryExtract) -> "Taken":
        told = dict(extract.answer)
        unread = tuple(Unread(line, Label(**says)) for line, says in told.pop("unread", []))
        return cls(**told, unread=unread)

    def and_then(self, more: "Taken") -> dict[str, Any]:
        counts = {
            name: getattr(self, name) + getattr(more, name) for name in ("kept", "known", "strangers", "unreadable")
        }
        named = (*self.unread, *more.unread)[:MOST_NAMED]
        return counts | {"unread": [[each.line, each.says.to_json()] for each in named]}


@transaction.atomic
def take_in(content: BinaryIO, *, name: str, by: User, on: date) -> RegistryExtract:
    """Keep the file, to be read. What can be seen from outside is refused at once. Raises ConditionUnmet."""
    access.require(by, "registry.take_in")
    office = by.office
    if office is None:
        raise ConditionUnmet([Missing("file", _("Only an office takes in an extract."))])
    try:
        with on_disk(content) as path:
            sheets.examine(path, name=name, limits=LIMITS)
    except SheetRefused as refused:
        raise ConditionUnmet([Missing("file", refused.says.in_language(get_language() or ""))]) from None
    kept = storage.keep(content)
    named = storage.plain_name(name)[:200]
    return RegistryExtract.objects.create(office=office, by=by, name=named, sha256=kept, day=on)


@transaction.atomic
def again(extract: RegistryExtract, *, by: User) -> None:
    """Once more, after it broke off: from there on."""
    access.require(by, "registry.take_in")
    ours = RegistryExtract.objects.filter(pk=extract.pk, by=by, state=FAILED)
    fresh = {"state": WAITING, "worked_at": None, "problem": None}
    demand(bool(ours.update(**fresh)), "", _("There is nothing of yours here to take up again."))


@transaction.atomic
def cancel(extract: RegistryExtract, *, by: User) -> None:
    """Give it up. The lines that were kept by then stay."""
    access.require(by, "registry.take_in")
    ours = RegistryExtract.objects.filter(pk=extract.pk, by=by, state__in=[WAITING, RUNNING])
    demand(bool(ours.update(state=FAILED, problem=GIVEN_UP.to_json())), "", _("This is finished or given up already."))


def read(key: int, *, by: User, at_once: int | None = None) -> None:
    """Keep what an extract tells of firms within reach, part by part; read again, a line adds nothing. After the lines
    that may be read `at_once` it waits for a job.
    """
    extract = RegistryExtract.objects.claim(key, by)
    if extract is None:
        return
    access.require(by, "registry.take_in")
    try:
        with on_disk(storage.fetch(extract.sha256)) as path:
            _read(extract, sheets.read(path, name=extract.name, limits=LIMITS), by, at_once)
    except SheetRefused as refused:
        RegistryExtract.objects.tell(extract, state=RegistryExtract.REFUSED, problem=refused.says.to_json())
    except OperationalError:
        raise  # the database is away: the sweep takes it up again
    except Exception:
        problem = NOT_READ.filled(done=str(extract.lines_done)).to_json()
        RegistryExtract.objects.tell(extract, state=FAILED, problem=problem)
        raise


def _read(extract: RegistryExtract, pages: Iterable[Sheet], by: User, at_once: int | None) -> None:
    lines = read_extract(_counted(extract, pages), today=extract.day)
    rest = islice(lines, extract.lines_done, None)
    for part in batched(rest, AT_ONCE):
        if not _keep(extract, part, by):
            return  # given up meanwhile
        if at_once is not None and extract.lines_done >= at_once and len(part) == AT_ONCE:
            RegistryExtract.objects.tell(extract, state=WAITING)
            return
    RegistryExtract.objects.tell(extract, state=DONE, lines_total=extract.lines_done)


def _counted(extract: RegistryExtract, pages: Iterable[Sheet]) -> Iterator[Sheet]:
    """The sheets, all of them together no longer than one may be."""
    height = 0
    for page in pages:
        height += page.height
        if height > LIMITS.rows:
            raise sheets.refusal("too_many_rows", sheet=page.name, rows=f"{height:,}", limit=f"{LIMITS.rows:,}")
        extract.lines_total = height
        yield page


@transaction.atomic
def _keep(extract: RegistryExtract, part: tuple[Told | Unread, ...], by: User) -> bool:
    told = [each for each in part if isinstance(each, Told)]
    unread = tuple(each for each in part if isinstance(each, Unread))
    reach = by.reach(access.GRANTS["registry.take_in"])
    names = dict(Firm.objects.within(reach).filter(uscc__in={each.uscc for each in told}).values_list("uscc", "name"))
    here = [each for each in told if each.uscc in names]
    new = [each for each in here if each.kind != RENAMED or names[each.uscc] != each.new_name]
    of_these = RegistryEvent.objects.filter(office=extract.office_id, uscc__in=names)
    before = of_these.count()
    RegistryEvent.objects.bulk_create((_event(each, extract) for each in new), ignore_conflicts=True)
    kept = of_these.count() - before
    found = Taken(kept, len(here) - kept, len(told) - len(here), len(unread), unread)
    extract.answer = Taken.of(extract).and_then(found)
    extract.lines_done += len(part)
    far = {name: getattr(extract, name) for name in ("answer", "lines_done", "lines_total")}
    return RegistryExtract.objects.tell(extract, **far)


def _event(told: Told, extract: RegistryExtract) -> RegistryEvent:
    said = {each: getattr(told, each) for each in COLUMNS}
    return RegistryEvent(office_id=extract.office_id, file=extract.name, by_id=extract.by_id, **said)
