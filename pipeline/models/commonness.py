"""Words that very many firms' names hold. Of these an index finds so many rows that it is quicker to look through the
names one by one, in the order they are shown in, until a page is full; of three characters and more the database cannot
tell which they are, since it takes the characters for independent of each other.
"""

from collections.abc import Callable, Iterable

from django.apps import apps

SAMPLE, ENOUGH = 4_000, 1_000  # names looked at; in a city of fewer an index is always quick
ASKED = 500  # questions that one sample answers
VERY_COMMON, COMMON = 0.1, 0.005  # of all names: to fetch or count them at once, to show a page of them in order


class Sample:
    """Some names as the process read them last. They decide which way is taken, never what is found."""

    def __init__(self) -> None:
        self.names: tuple[str, ...] = ()
        self.asked = 0

    def share(self, words: str, read: Callable[[], Iterable[str]]) -> float:
        """Which part of the names holds the words; 0 where too few are known to tell."""
        if self.asked % ASKED == 0:
            self.names = tuple(read())
        self.asked += 1
        return self.known(words)

    def known(self, words: str) -> float:
        """The same of the names as they were read last, if they were."""
        if len(self.names) < ENOUGH:
            return 0.0
        return sum(words in name for name in self.names) / len(self.names)


NAMES = Sample()


def held_by_many(words: str, common: float) -> bool:
    """Whether at least this part of all firms' names holds the words, as far as a sample can tell. A statement now and
    then.
    """
    return not words.isascii() and NAMES.share(words, _newest) >= common


def _newest() -> Iterable[str]:
    firms = apps.get_model("pipeline", "Firm")._default_manager
    return firms.order_by("-pk").values_list("plain_name", flat=True)[:SAMPLE]
