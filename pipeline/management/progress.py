"""How far a long command has come, told on standard error once a second."""

from collections.abc import Callable, Iterable, Iterator
from time import monotonic

from pipeline.rules import Label

EVERY = 1.0
SO_FAR = Label("已判定 {n} 家…", "{n} firms judged …")


def told[T](items: Iterable[T], tell: Callable[[Label], object], clock: Callable[[], float] = monotonic) -> Iterator[T]:
    """The items as they come; after each second that passes, how many there were so far."""
    last = clock()
    for n, item in enumerate(items, start=1):
        yield item
        if (now := clock()) - last >= EVERY:
            last = now
            tell(SO_FAR.filled(n=f"{n:,}"))
