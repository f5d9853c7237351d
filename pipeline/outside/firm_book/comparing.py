"""Three ways of one cell: as it was downloaded, as it is on record now, as the file says."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pipeline.outside.firm_book.lines import line_of, name_of, shown
from pipeline.outside.firm_book.reading import Written
from pipeline.outside.firm_book.writing import WAN, Values
from pipeline.outside.roster.cells import AS_SHOWN
from pipeline.outside.roster.faults import Place

FAR_OFF = Decimal(1_000)  # a figure that many times another is probably in the wrong unit


@dataclass(frozen=True, slots=True)
class Difference:
    """A cell that was changed in the file. In a `conflict` somebody changed the record meanwhile, to something else."""

    key: str
    base: str | None
    now: str | None
    theirs: str | None
    place: Place

    @property
    def kind(self) -> Literal["change", "conflict"]:
        return "change" if self.now == self.base else "conflict"

    @property
    def name(self) -> str:
        return name_of(self.key)

    @property
    def far_off(self) -> bool:
        """Whether the figure is so far from the one on record that its unit should be looked at."""
        if line_of(self.key).form != "money" or not self.now or not self.theirs:
            return False
        now, theirs = abs(Decimal(self.now)), abs(Decimal(self.theirs))
        return bool(now and theirs) and not now / FAR_OFF < theirs < now * FAR_OFF

    def told(self, which: Literal["base", "now", "theirs"]) -> str:
        """One of the three as the workbook writes it; money in yuan."""
        value = getattr(self, which)
        if value is not None and line_of(self.key).form == "money":
            return f"{Decimal(value):,.2f}"
        return shown(self.key, value)


def differences(base: Values, now: Values, cells: Mapping[str, Written]) -> Iterator[Difference]:
    """What the file changes. A cell that says what it said when it was downloaded changes nothing, whatever the record
    says now; nor does one that says what is on record already.
    """
    for key, written in cells.items():
        before, held = base.get(key), now.get(key)
        theirs = written.value
        if not (alike(key, theirs, before) or alike(key, theirs, held)):
            yield Difference(key, before, held, theirs, written.place)


def alike(key: str, one: str | None, other: str | None) -> bool:
    """Whether a cell would show both alike: a spreadsheet keeps fifteen digits of a number."""
    if one is None or other is None or line_of(key).form != "money":
        return one == other
    return AS_SHOWN.plus(Decimal(one) / WAN) == AS_SHOWN.plus(Decimal(other) / WAN)
