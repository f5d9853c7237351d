"""Panels of experts: who is drawn, whether a panel is legal, what its sheets come to.

The draw is a lot that anybody can repeat: candidates in the order of SHA-256 of `<seed>:<number of the expert>`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from math import ceil
from statistics import median

from pipeline.rules.labels import Label
from pipeline.rules.law.score import IP_BLOCK
from pipeline.rules.shelf.dated import Book

TECHNICAL, FINANCIAL = "technical", "financial"
KINDS = {TECHNICAL: Label("技术专家", "Technical expert"), FINANCIAL: Label("财务专家", "Financial expert")}
ITEMS = {
    TECHNICAL: (*IP_BLOCK, "conversion", "rd_system", "rd_institute", "incentives", "talent"),
    FINANCIAL: ("growth_net_assets", "growth_sales"),
}
OUTLYING = Fraction(1, 5)  # of the points that all sheets of the kind could give; our own line, no law's

Points = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Demands:
    """What a legal panel has at least: members, the share of technical ones, financial ones."""

    members: int
    technical_share: Fraction
    financial: int

    @classmethod
    def of(cls, book: Book) -> Demands:
        return cls(
            int(book.number("panel_members")), book.number("panel_technical_share"), int(book.number("panel_financial"))
        )

    def lacks(self, kinds: Sequence[str]) -> list[Label]:
        """What keeps a panel of experts of these kinds from being legal."""
        technical, financial = kinds.count(TECHNICAL), kinds.count(FINANCIAL)
        found = []
        if len(kinds) < self.members:
            text = Label("专家只有 {n} 名，至少 {least} 名。", "{n} experts, at least {least} are demanded.")
            found.append(text.filled(n=len(kinds), least=self.members))
        if technical < self.technical_share * len(kinds):
            text = Label(
                "技术专家 {n} 名，至少 {least} 名（60%）。",
                "{n} technical experts, at least {least} (60%) are demanded.",
            )
            found.append(text.filled(n=technical, least=ceil(self.technical_share * len(kinds))))
        if financial < self.financial:
            text = Label("财务专家 {n} 名，至少 {least} 名。", "{n} financial experts, at least {least} are demanded.")
            found.append(text.filled(n=financial, least=self.financial))
        return found


@dataclass(frozen=True, slots=True)
class Candidate:
    """An expert who may be drawn; `fits` where their field is one of the firms'."""

    key: int
    kind: str
    fits: bool = True


@dataclass(frozen=True, slots=True)
class Drawn:
    """Those drawn, and the others in the order in which they stand in, each kind for its own."""

    members: tuple[int, ...]
    reserve: tuple[int, ...]


class TooFew(Exception):
    """There are fewer experts of a kind than seats for it."""

    def __init__(self, kind: str, there: int, wanted: int) -> None:
        super().__init__(f"{there} experts of kind {kind} for {wanted} seats")
        self.kind, self.there, self.wanted = kind, there, wanted


def drawn(seed: str, candidates: Iterable[Candidate], *, technical: int, financial: int) -> Drawn:
    """Draw so many of each kind; those whose field fits come first. The same seed and candidates give the same draw."""
    turn = sorted(candidates, key=lambda each: (not each.fits, _lot(seed, each.key)))
    members: list[int] = []
    for kind, seats in ((TECHNICAL, technical), (FINANCIAL, financial)):
        of_kind = [each.key for each in turn if each.kind == kind]
        if len(of_kind) < seats:
            raise TooFew(kind, len(of_kind), seats)
        members += of_kind[:seats]
    return Drawn(tuple(members), tuple(each.key for each in turn if each.key not in members))


def _lot(seed: str, key: int) -> str:
    return sha256(f"{seed}:{key}".encode()).hexdigest()


# --------------------------------------------------------------------------------------------- sheets


def total(points: Points, block: Fraction) -> Fraction:
    """The points of one sheet, those for intellectual property up to `block`."""
    rights = sum((Fraction(points.get(item, 0)) for item in IP_BLOCK), Fraction(0))
    return min(rights, block) + sum((Fraction(given) for item, given in points.items() if item not in IP_BLOCK))


def result(sheets: Sequence[tuple[str, Points]], block: Fraction) -> Fraction | None:
    """The mean of the technical sheets and the mean of the financial ones, together; the law rounds neither."""
    means = []
    for kind in (TECHNICAL, FINANCIAL):
        totals = [total(points, block) for each, points in sheets if each == kind]
        if not totals:
            return None
        means.append(sum(totals, Fraction(0)) / len(totals))
    return sum(means, Fraction(0))


@dataclass(frozen=True, slots=True)
class Spread:
    """Of one item: what was given, least, most, in the middle, on average."""

    item: str
    given: tuple[int, ...]

    @property
    def low(self) -> int:
        return min(self.given)

    @property
    def high(self) -> int:
        return max(self.given)

    @property
    def middle(self) -> float:
        return median(self.given)

    @property
    def mean(self) -> Fraction:
        return Fraction(sum(self.given), len(self.given))


def spreads(sheets: Sequence[tuple[str, Points]]) -> list[Spread]:
    found = []
    for kind, items in ITEMS.items():
        of_kind = [points for each, points in sheets if each == kind]
        for item in items:
            given = tuple(points[item] for points in of_kind if item in points)
            if given:
                found.append(Spread(item, given))
    return found


def outliers(
    sheets: Sequence[tuple[int, str, Points]], most: Mapping[str, Fraction], block: Fraction
) -> frozenset[int]:
    """The numbers of the sheets whose sum lies further from the middle of the other sheets of its kind than a fifth of
    the most points of the kind. One of two sheets is no outlier: nobody could say which.
    """
    found = set()
    for kind in (TECHNICAL, FINANCIAL):
        totals = {key: total(points, block) for key, each, points in sheets if each == kind}
        for key, own in totals.items():
            others = [each for other, each in totals.items() if other != key]
            if len(others) > 1 and abs(own - median(others)) > OUTLYING * most[kind]:
                found.add(key)
    return frozenset(found)
