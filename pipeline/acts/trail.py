"""The chain over the trail: each seal covers a batch of entries and the seal before it, so that a change shows."""

import hashlib
import json
from collections.abc import Iterator

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from pipeline.access import Actor
from pipeline.models import TrailEntry, TrailSeal

BATCH = 5_000


@transaction.atomic
def seal(*, by: Actor) -> TrailSeal | None:
    """Seal the next batch of committed entries; None where there is nothing new.

    Only entries of transactions that ended before every running one are taken, so that none can slip in below a seal.
    """
    last = TrailSeal.objects.order_by("-last").first()
    entries = list(
        TrailEntry.objects.filter(pk__gt=last.last if last else 0, xid__lt=_oldest_running()).order_by("pk")[:BATCH]
    )
    if not entries:
        return None
    previous = last.digest if last else ""
    return TrailSeal.objects.create(
        first=entries[0].pk,
        last=entries[-1].pk,
        entries=len(entries),
        digest=digest(previous, entries),
        previous=previous,
    )


def broken_seals() -> Iterator[TrailSeal]:
    """The seals that no longer fit what stands in the trail."""
    previous = ""
    for each in TrailSeal.objects.order_by("last").iterator():
        entries = list(TrailEntry.objects.filter(pk__gte=each.first, pk__lte=each.last).order_by("pk"))
        if each.previous != previous or len(entries) != each.entries or digest(previous, entries) != each.digest:
            yield each
        previous = each.digest


def digest(previous: str, entries: list[TrailEntry]) -> str:
    """SHA-256 over the seal before and every column of the entries, in order."""
    chain = hashlib.sha256(previous.encode())
    for entry in entries:
        columns = {field.attname: getattr(entry, field.attname) for field in TrailEntry._meta.concrete_fields}
        chain.update(json.dumps(columns, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=False).encode())
    return chain.hexdigest()


def _oldest_running() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])
