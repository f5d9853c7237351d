"""What is alike in two firms, told by both sides."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from itertools import batched, pairwise
from typing import Any, NamedTuple

from django.db.models import Count
from django.db.models.expressions import RawSQL

from pipeline.models.firm import Firm
from pipeline.models.ledger import RdProject
from pipeline.models.merging import MergedRecord
from pipeline.models.quality import NEAR_CODE, SAME_NAME, SAME_STAFF, SAME_TEXT, Trait
from pipeline.models.traits import plain
from pipeline.rules.codes.identifiers import CREDIT_CODE_LETTERS

MOST_ALIKE = 10  # firms: what more of them share, an agency's telephone, says nothing of two
FEWEST_STAFF = 3
STAFF_SHARE = 5  # at least one in so many of the shorter list
MOST_SHOWN = 12
CODES_AT_ONCE = 20_000
BODY = 17  # signs before the check digit
VALUES = {sign: value for value, sign in enumerate(CREDIT_CODE_LETTERS)}
WEIGHTS = [pow(3, place, len(VALUES)) for place in range(BODY)]


class Pair(NamedTuple):
    """Two firms, the smaller key first, and in what they are alike."""

    firm: int
    other: int
    kind: str


Shared = dict[str, tuple[str, str]]  # by what is compared: as the first firm has it, as the second


def alike(firms: Collection[int]) -> dict[Pair, dict[str, Any]]:
    """Of each pair with one of these firms in it what both share: {"shared": [[first, second], …], "count": n}."""
    shared: dict[Pair, Shared] = defaultdict(dict)
    for mine, theirs in _meeting(firms):
        first, second = sorted((mine, theirs), key=lambda each: each.firm_id)
        shared[Pair(first.firm_id, second.firm_id, mine.kind)][mine.key] = (first.shown, second.shown)
    for pair, both in _near_codes(firms):
        shared[pair][""] = both
    told = {pair: _told(pair, each) for pair, each in shared.items()}
    for pair, ratio in _likeness(told).items():
        told[pair]["ratio"] = ratio
    sizes = _staff_sizes(told)
    return {pair: facts for pair, facts in told.items() if _says_something(pair, facts, sizes)}


def _meeting(firms: Collection[int]) -> Iterator[tuple[Trait, Trait]]:
    """Each trait of these firms beside the same of another."""
    own = defaultdict(list)
    for trait in Trait.objects.filter(firm__in=firms):
        own[trait.key].append(trait)
    borne = Trait.objects.filter(key__in=own).order_by().values("key").annotate(firms=Count("pk"))
    met = [key for key, count in borne.values_list("key", "firms") if 1 < count <= MOST_ALIKE]
    for theirs in Trait.objects.filter(key__in=met).order_by("firm", "pk"):
        for mine in own[theirs.key]:
            if mine.firm_id != theirs.firm_id:
                yield mine, theirs


def _told(pair: Pair, shared: Shared) -> dict[str, Any]:
    """Of two people masked alike both count; a name is the same in full and in short, and counts once."""
    rows = sorted(set(shared.values()) if pair.kind == SAME_NAME else shared.values())
    return {"shared": [list(each) for each in rows[:MOST_SHOWN]], "count": len(rows)}


def _likeness(told: Mapping[Pair, Mapping[str, Any]]) -> dict[Pair, int]:
    """How much of two projects that share a sentence is the same, in percent; of several pairs, of the most alike."""
    pairs = [pair for pair in told if pair.kind == SAME_TEXT]
    firms = {key for pair in pairs for key in (pair.firm, pair.other)}
    texts = {
        (each.firm_id, each.code): plain(each.title + each.result) for each in RdProject.objects.filter(firm__in=firms)
    }
    ratios: dict[Pair, int] = {}
    for pair in pairs:
        codes = [[shown.partition(" ")[0] for shown in both] for both in told[pair]["shared"]]
        both = [(texts.get((pair.firm, first), ""), texts.get((pair.other, second), "")) for first, second in codes]
        ratios[pair] = max(round(100 * SequenceMatcher(None, *each, autojunk=False).ratio()) for each in both)
    return ratios


def _staff_sizes(pairs: Iterable[Pair]) -> Mapping[int, int]:
    firms = {key for pair in pairs if pair.kind == SAME_STAFF for key in (pair.firm, pair.other)}
    rows = Trait.objects.filter(firm__in=firms, kind=SAME_STAFF).order_by().values("firm").annotate(size=Count("pk"))
    return dict(rows.values_list("firm_id", "size"))


def _says_something(pair: Pair, facts: Mapping[str, Any], sizes: Mapping[int, int]) -> bool:
    """Two lists of staff share names by chance; few of many say nothing. One sentence that two projects share is
    enough: it was cut at twelve signs.
    """
    if pair.kind != SAME_STAFF:
        return True
    count: int = facts["count"]
    return count >= FEWEST_STAFF and count * STAFF_SHARE >= min(sizes[pair.firm], sizes[pair.other])


def _near_codes(firms: Collection[int]) -> Iterator[tuple[Pair, tuple[str, str]]]:
    """Codes that one sign, or two in each other's place, keep apart; the check digit follows from the rest."""
    merged = set(MergedRecord.objects.standing().values_list("firm_id", flat=True))
    codes = dict(Firm.objects.filter(pk__in=set(firms) - merged).values_list("pk", "uscc"))
    near: dict[str, list[int]] = defaultdict(list)
    for key, code in codes.items():
        for each in neighbours(code):
            near[each].append(key)
    for some in batched(near, CODES_AT_ONCE):
        asked = RawSQL("select unnest(%s::text[])", [list(some)])  # one value to be parsed, not twenty thousand
        for key, code in Firm.objects.filter(uscc__in=asked).exclude(pk__in=merged).values_list("pk", "uscc"):
            for mine in near[code]:
                both = sorted([(mine, codes[mine]), (key, code)])
                yield Pair(both[0][0], both[1][0], NEAR_CODE), (both[0][1], both[1][1])


def neighbours(code: str) -> set[str]:
    """The valid codes of which one sign of the first seventeen differs, or two neighbouring ones are swapped."""
    values = [VALUES.get(sign, -1) for sign in code[:BODY].upper()]
    if -1 in values or len(values) < BODY:
        return set()
    total = sum(value * weight for value, weight in zip(values, WEIGHTS, strict=True))
    changed = [(at, (value,)) for at in range(BODY) for value in range(len(VALUES)) if value != values[at]]
    swapped = [(at, (b, a)) for at, (a, b) in enumerate(pairwise(values)) if a != b]
    return {_coded(values, total, at, new) for at, new in (*changed, *swapped)}


def _coded(values: list[int], total: int, at: int, new: tuple[int, ...]) -> str:
    """The code with other signs from a place on, and the check digit that goes with them (GB 32100-2015)."""
    for place, value in enumerate(new, start=at):
        total += (value - values[place]) * WEIGHTS[place]
    body = [*values[:at], *new, *values[at + len(new) :]]
    return "".join(CREDIT_CODE_LETTERS[value] for value in (*body, -total % len(VALUES)))
