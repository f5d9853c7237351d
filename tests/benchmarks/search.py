"""Search of firms' names by any characters, against LIKE over the same column, both as role web under the policies."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import LiteralString

import polars as pl
from django.db import connection

from pipeline.models import Firm
from pipeline.models.commonness import COMMON
from tests.benchmarks import kept_city
from tests.benchmarks.comparison import Benchmark
from tests.benchmarks.comparison_of_many import Pair, Worst
from tests.benchmarks.watching import at_work, watched

FIRMS = 1_000_000
MOST_OF_RARE, RARE_TERMS = 100, 8
COMMON_WORDS = ("科技", "有限", "杭州", "智能", "公司", "信息", "制造", "新")
KNIT = ("信息技术", "智能科技", "有限公司", "环保科技")  # whose parts stand together more often than by chance
COMMON_TERMS = (*COMMON_WORDS, *KNIT)
RANDOM_TERMS, SAMPLED, SEED = 500, 40_000, 11
SHOWN, EACH_PUT_TO_LIKE = 50, 25
LIKE: LiteralString = "select id from pipeline_firm where plain_name like %s"
LIKE_SORTED: LiteralString = LIKE + " order by pinyin, id limit 50"


def seconds(run: Callable[[], object]) -> float:
    """What the database took for it."""
    with watched() as watch:
        run()
    return watch.seconds


def ours(term: str) -> list[int]:
    return list(Firm.objects.matching(term).values_list("pk", flat=True))


def ours_shown(term: str) -> list[int]:
    return list(
        Firm.objects.matching(term, common=COMMON).order_by("pinyin", "pk").values_list("pk", flat=True)[:SHOWN]
    )


def theirs(term: str, statement: LiteralString = LIKE) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [f"%{term}%"])
        return [key for (key,) in cursor.fetchall()]


def as_officer(run: Callable[[], object]) -> float:
    """As an officer of the city, for whom every firm exists; the policies are asked all the same."""
    with at_work("chen"):
        return seconds(run)


def rare(firms: int) -> tuple[dict[str, Pair], tuple[str, ...]]:
    kept_city.stand_on(firms)
    with at_work("chen"):
        terms = rare_terms(names())
        wrong = differing(random_terms(names()))
        wrong += [term for term in terms if sorted(ours(term)) != sorted(theirs(term))]
        hits = [len(ours(term)) for term in terms]
    if wrong:
        raise AssertionError(f"other firms are found for {wrong}")
    told = f"the same firms for {RANDOM_TERMS} random terms; hits of the rare ones: {', '.join(map(str, hits))}"
    ways = {term: (partial(ours, term), partial(theirs, term)) for term in terms}
    return {term: Pair(*(partial(as_officer, way) for way in both)) for term, both in ways.items()}, (told,)


def common(firms: int) -> tuple[dict[str, Pair], tuple[str, ...]]:
    kept_city.stand_on(firms)
    pairs: dict[str, Pair] = {}
    for term in COMMON_TERMS:
        with at_work("chen"):
            if sorted(ours(term)) != sorted(theirs(term)) or ours_shown(term) != theirs(term, LIKE_SORTED):
                raise AssertionError(f"other firms are found for {term}")
        whole, shown = partial(theirs, term), partial(theirs, term, LIKE_SORTED)
        pairs[f"{term}, all"] = Pair(partial(as_officer, partial(ours, term)), partial(as_officer, whole))
        pairs[f"{term}, a page"] = Pair(partial(as_officer, partial(ours_shown, term)), partial(as_officer, shown))
    return pairs, ()


def names() -> list[str]:
    """As many names as suffice to draw terms from; the same ones every time."""
    return list(Firm.objects.order_by("pk").values_list("plain_name", flat=True)[:SAMPLED])


def pieces(name: str, length: int) -> Iterable[str]:
    return (name[place : place + length] for place in range(len(name) - length + 1))


def rare_terms(known: list[str]) -> list[str]:
    """Two characters each that stand in some names and in at most a hundred, the commonest first."""
    counted = Counter(piece for name in known for piece in set(pieces(name, 2)))
    share = len(known) / max(Firm.objects.count(), 1)
    few = [piece for piece, times in counted.items() if times <= max(MOST_OF_RARE * share, 1)]
    drawn = random.Random(SEED).sample(sorted(few), min(12 * RARE_TERMS, len(few)))
    hits = {term: Firm.objects.matching(term).count() for term in drawn}
    rare = sorted((term for term in drawn if 0 < hits[term] <= MOST_OF_RARE), key=lambda term: hits[term])
    return rare[:: -max(len(rare) // RARE_TERMS, 1)][:RARE_TERMS]


def random_terms(known: list[str]) -> list[str]:
    """Of one to six characters, cut from names at random; some put together, which hardly any name holds."""
    draw = random.Random(SEED)
    terms: set[str] = set()
    while len(terms) < RANDOM_TERMS:
        piece = draw.choice(list(pieces(draw.choice(known), draw.choice((1, 2, 2, 2, 3, 4, 6)))))
        terms.add(piece if draw.random() < 0.9 else piece[0] + draw.choice(known)[2])
    return sorted(terms)


def differing(terms: list[str]) -> list[str]:
    """Terms for which not the firms are found whose names hold them, or the letters these begin with; some are put to
    LIKE itself besides.
    """
    with connection.cursor() as cursor:
        cursor.execute("select id, plain_name, also from pipeline_firm order by id")
        known = pl.DataFrame(cursor.fetchall(), schema=["id", "name", "also"], orient="row")
    wrong = []
    for turn, term in enumerate(terms):
        found = sorted(ours(term))
        held = [pl.col(column).str.contains(term, literal=True) for column in ("name", "also")]
        holding = known.filter(pl.any_horizontal(held))["id"].to_list()
        put_to_like = turn % EACH_PUT_TO_LIKE == 0 and not term.isascii()  # letters are found as initials, too
        if found != holding or (put_to_like and found != sorted(theirs(term))):
            wrong.append(term)
    return wrong


BENCHMARKS: tuple[Benchmark, ...] = (
    Worst(
        "search.rare_vs_like",
        0.02,
        FIRMS,
        f"two characters that at most {MOST_OF_RARE} names hold, all of them fetched; and that the same firms are"
        f" found for {RANDOM_TERMS} random terms",
        rare,
    ),
    Worst(
        "search.common_vs_like",
        2.0,
        FIRMS,
        f"characters that very many names hold: all fetched, and the first {SHOWN} in the order of their names",
        common,
    ),
)
