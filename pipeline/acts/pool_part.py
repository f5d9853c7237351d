"""The figures of an office's pool on a day: from what is kept where it holds, else from the record, and then kept."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q
from django.db.models.functions import Now

from pipeline.models import PoolPart
from pipeline.models.firm import FirmQuerySet
from pipeline.models.pool import apart, as_stream, chosen, from_stream, pool_figures, together
from pipeline.models.pool_versions import SPAN, Versions, versions

KEPT_FOR = timedelta(days=1)


def pool_in_parts(
    firms: FirmQuerySet, day: date, *, office: int, size: int, only: Collection[str] | None = None
) -> Iterator[Any]:
    """The figures of about `size` firms at a time, as `models.pool.pool_figures` has them; of no firm one empty part.

    Each part belongs into a transaction. `only` are the figures that are wanted, all of them where nothing is said.
    """
    parts = versions(firms)
    if not parts:
        yield chosen(pool_figures(firms.none(), day), only)
    for spans in _grouped(parts, size):
        yield _figures(firms, day, office, {span: parts[span].digest for span in spans}, only)


def _grouped(parts: Mapping[int, Versions], size: int) -> Iterator[list[int]]:
    """Neighbouring parts that have about so many firms together, at least one."""
    group: list[int] = []
    firms = 0
    for span, part in parts.items():
        if group and firms + part.firms > size:
            yield group
            group, firms = [], 0
        group.append(span)
        firms += part.firms
    if group:
        yield group


def _figures(
    firms: FirmQuerySet, day: date, office: int, wanted: Mapping[int, str], only: Collection[str] | None
) -> Any:
    rows = PoolPart.objects.filter(office=office, day=day, span__in=wanted)
    kept = {
        span: chosen(from_stream(figures), only)
        for span, digest, figures in rows.values_list("span", "versions", "figures")
        if digest == wanted[span]
    }
    stale = [span for span in wanted if span not in kept]
    if not stale:
        return together(kept.values())
    read = pool_figures(firms.filter(reduce(or_, map(_keys, stale))), day)
    _keep(office, day, {span: (wanted[span], as_stream(part)) for span, part in apart(read, SPAN).items()})
    return together([*kept.values(), chosen(read, only)])


def _keys(span: int) -> Q:
    return Q(pk__gte=span * SPAN, pk__lt=(span + 1) * SPAN)


def _keep(office: int, day: date, parts: Mapping[int, tuple[str, bytes]]) -> None:
    """In place of what was kept of these; what nobody has read anew for a day goes."""
    PoolPart.objects.filter(office=office, kept_at__lt=Now() - KEPT_FOR).delete()
    PoolPart.objects.bulk_create(
        [
            PoolPart(office_id=office, day=day, span=span, versions=digest, figures=figures, kept_at=Now())
            for span, (digest, figures) in sorted(parts.items())
        ],
        update_conflicts=True,
        unique_fields=["office", "day", "span"],
        update_fields=["versions", "figures", "kept_at"],
    )
