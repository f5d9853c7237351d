"""Work that jobs do for people: what is under way, what stands still, what broke off."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.db.models import CharField, F, IntegerField, JSONField, Max, Min, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce

from pipeline.access import Actor
from pipeline.models.bulk import Bulk
from pipeline.models.export import Export
from pipeline.models.notice import Notice
from pipeline.models.registry import RegistryExtract
from pipeline.models.roster import Import
from pipeline.models.telling import Delivery
from pipeline.models.trial import FAILED, RUNNING, WAITING, Trial, TrialSheet

type Kind = Literal["roster", "extract", "export", "bulk", "trial", "sheet"]

STANDS_STILL_AFTER = timedelta(minutes=5)  # the sweep comes every fifteen seconds and gives the slowest two minutes
REMEMBERED, BROKEN_REMEMBERED = timedelta(days=7), timedelta(days=30)
MOST = 100
NOTHING = Value(None, output_field=JSONField())
FIRST_VERSION = Value(1, output_field=IntegerField())


@dataclass(frozen=True)
class Errand:
    """One piece of work. `problem` is {zh, en}: why it broke off, where that was written down."""

    kind: Kind
    public_id: UUID
    name: str
    office: str
    by_id: int
    by: str
    state: str
    since: datetime
    moved_at: datetime
    done: int
    total: int | None
    problem: Mapping[str, str] | None
    version: int

    @property
    def broke_off(self) -> bool:
        return self.state == FAILED

    def stands_still(self, now: datetime) -> bool:
        """Nobody got on with it for so long that no worker can have it in hand."""
        return not self.broke_off and self.moved_at < now - STANDS_STILL_AFTER


@dataclass(frozen=True)
class Waiting:
    """Messages of one channel (none: not yet spread to any) that wait longer than they should, or were given up."""

    channel: str
    late: int
    dead: int
    since: datetime | None
    why: str


def errands(actor: Actor, now: datetime) -> list[Errand]:
    """What is not finished and lies within reach, what needs a hand first. One statement."""
    told = F("problem")
    asked = [
        _rows("roster", Import.objects.visible_to(actor), now, name="name", since="received_at", problem=told,
              version=F("version"), states=(Import.RECEIVED, Import.READING, Import.CONFIRMED)),
        _rows("extract", RegistryExtract.objects.visible_to(actor), now, name="name", counts="lines", problem=told),
        _rows("export", Export.objects.visible_to(actor), now, name="says"),
        _rows("bulk", Bulk.objects.visible_to(actor), now, name="kind", states=(Bulk.ASKED, Bulk.CONFIRMED)),
        _rows("trial", Trial.objects.visible_to(actor), now, name="state", counts="firms", problem=told),
        _rows("sheet", TrialSheet.objects.visible_to(actor), now, name="rule", of="trial__"),
    ]  # fmt: skip
    found = [Errand(*row) for row in asked[0].union(*asked[1:], all=True)]
    return sorted(found, key=lambda each: (not each.broke_off, not each.stands_still(now), each.since))[:MOST]


def _rows(
    kind: Kind,
    rows: QuerySet[Any],
    now: datetime,
    *,
    name: str,
    states: tuple[str, ...] = (WAITING, RUNNING),
    of: str = "",
    since: str = "asked_at",
    counts: str = "rows",
    problem: Any = NOTHING,
    version: Any = FIRST_VERSION,
) -> QuerySet[Any, Any]:
    """The unfinished ones in the order of an Errand's fields; what broke off is remembered for a month."""
    at = f"{of}{since}"
    lately = Q(("state", FAILED), (f"{at}__gt", now - BROKEN_REMEMBERED))
    about = (Value(kind, output_field=CharField()), f"{of}public_id", Cast(name, CharField()))
    whose = ("office__name", "by", "by__name")
    far = ("state", F(at), Coalesce("worked_at", at), f"{counts}_done", f"{counts}_total", problem, version)
    return rows.filter(Q(state__in=states) | lately).order_by().values_list(*about, *whose, *far)


def unspread(actor: Actor, now: datetime) -> Waiting | None:
    """Notices within reach that nobody has spread to their people yet, though it should be a matter of seconds."""
    late = Notice.objects.visible_to(actor).unsent(now - STANDS_STILL_AFTER).order_by()
    found = late.aggregate(first=Min("next_try_at"), why=Max("last_error"))
    count = late.count() if found["first"] else 0
    return Waiting("", count, 0, found["first"], found["why"] or "") if count else None


def messages(now: datetime) -> list[Waiting]:
    """Messages to people, by channel; only the sender sees them all."""
    late = Delivery.objects.late(now - STANDS_STILL_AFTER)
    dead = Delivery.objects.filter(state=Delivery.DEAD, next_try_at__gt=now - REMEMBERED)
    rows = (late | dead).order_by("next_try_at").values_list("channel", "state", "next_try_at", "last_error")
    counts: dict[str, Counter[bool]] = {}
    first: dict[str, datetime] = {}
    why: dict[str, str] = {}
    for channel, state, at, error in rows.iterator():
        counts.setdefault(channel, Counter())[state == Delivery.DEAD] += 1
        first.setdefault(channel, at)
        why[channel] = error or why.get(channel, "")
    return [Waiting(name, each[False], each[True], first[name], why[name]) for name, each in sorted(counts.items())]
