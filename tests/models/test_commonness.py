"""Words that very many names hold are looked for another way, and found all the same."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import firm
from pipeline.models import Diagnosis, Firm, commonness
from pipeline.models.commonness import ASKED, ENOUGH, Sample
from tests.cast import DAY, Cast


def names(*held: int) -> Iterator[str]:
    for place, count in enumerate(held):
        yield from (f"杭州{'甲乙'[place]}{number}有限公司" for number in range(count))


def test_a_share_is_told_of_enough_names_and_read_now_and_then() -> None:
    read: list[int] = []

    def some() -> Iterator[str]:
        read.append(1)
        return names(900, 100)

    sample = Sample()
    shares = [sample.share("州乙", some) for _ in range(ASKED)]
    assert set(shares) == {0.1}
    assert len(read) == 1
    sample.share("州乙", some)
    assert len(read) == 2


def test_of_few_names_nothing_is_told() -> None:
    assert Sample().share("杭州", lambda: names(ENOUGH - 1)) == 0.0


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """A city in which very many firms are called so."""
    sample = Sample()
    sample.names, sample.asked = tuple(names(ENOUGH)), 1
    monkeypatch.setattr(commonness, "NAMES", sample)


def found(cast: Cast, words: str) -> list[str]:
    with acting(cast.chen), transaction.atomic():
        one, two = Firm.objects.matching(words), Diagnosis.objects.matching(words)
        assert not two.exists()
        return sorted(one.values_list("name", flat=True))


def test_both_ways_find_the_same(cast: Cast, request: pytest.FixtureRequest) -> None:
    with acting(cast.chen), transaction.atomic():
        firm.rename(cast.qinghe, "临安青禾智控有限公司", by=cast.chen, on=DAY)  # was of Hangzhou
    words = ("杭州", "有限公司", "限公", "有", "州甲")
    by_index = [found(cast, each) for each in words]
    request.getfixturevalue("many")
    with acting(cast.chen), transaction.atomic():
        assert '"search"' not in str(Firm.objects.matching("杭州").values("pk").query)
    assert [found(cast, each) for each in words] == by_index
    assert [len(each) for each in by_index] == [1, 2, 2, 2, 0]
