"""The chain over the trail: each seal covers a batch of entries and the seal before it, so that a change shows."""

import hashlib
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from pipeline import access
from pipeline.access import Actor
from pipeline.models import TrailSeal

BATCH = 5_000
PATIENCE, PAUSE = 25, 0.2  # how often, and after how many seconds, running transactions are looked at again


@dataclass(frozen=True)
class Horizon:
    """The last entry that could be seen at a moment, and a transaction number above all that had been given by then."""

    last: int
    newest: int


def seal(*, by: Actor) -> int:
    """Seal what the trail has gathered, in batches; how many entries.

    An entry gets its key before it is committed, so that one with a smaller key may come into sight later. Nothing is
    sealed until every transaction that was running when the last entry was seen has ended; where one outlives our
    patience, the next call seals.
    """
    access.require(by, "trail.seal")
    horizon = _horizon()
    if not _settles(horizon):
        return 0
    sealed = 0
    while made := _seal_batch(horizon.last):
        sealed += made.entries
    return sealed


def broken_seals(newest: int | None = None) -> Iterator[TrailSeal]:
    """The seals that no longer fit what stands in the trail since the seal before; of all, or of the newest few."""
    seals = list(TrailSeal.objects.order_by("-last")[: newest + 1 if newest else None])[::-1]
    previous, below = "", 0
    if newest and len(seals) > newest:
        previous, below = seals[0].digest, seals[0].last
        seals = seals[1:]
    for each in seals:
        entries = _entries(below, each.last)
        if each.previous != previous or len(entries) != each.entries or _digest(previous, entries) != each.digest:
            yield each
        previous, below = each.digest, each.last


@transaction.atomic
def _seal_batch(until: int) -> TrailSeal | None:
    last = TrailSeal.objects.order_by("-last").first()
    entries = _entries(last.last if last else 0, until, limit=BATCH)
    if not entries:
        return None
    previous = last.digest if last else ""
    return TrailSeal.objects.create(
        first=entries[0][0],
        last=entries[-1][0],
        entries=len(entries),
        digest=_digest(previous, entries),
        previous=previous,
    )


def _entries(above: int, until: int, limit: int | None = None) -> list[tuple[int, str]]:
    """Key and whole text of each entry, as the database writes it: a figure keeps its last digit, a time its last."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select id, to_jsonb(t)::text from trail_entry t where id > %s and id <= %s order by id limit %s",
            [above, until, limit],
        )
        return list(cursor.fetchall())


def _digest(previous: str, entries: Iterable[tuple[int, str]]) -> str:
    """SHA-256 over the seal before and the entries in order."""
    chain = hashlib.sha256(previous.encode())
    for _, text in entries:
        chain.update(text.encode() + b"\n")
    return chain.hexdigest()


@transaction.atomic(durable=True)
def _horizon() -> Horizon:
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(max(id), 0), pg_current_xact_id()::text::bigint from trail_entry")
        return Horizon(*cursor.fetchone())


def _settles(horizon: Horizon) -> bool:
    for _ in range(PATIENCE):
        if _oldest_running() > horizon.newest:
            return True
        time.sleep(PAUSE)
    return False


@transaction.atomic(durable=True)
def _oldest_running() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])
