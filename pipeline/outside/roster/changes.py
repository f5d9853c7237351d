"""A row of a roster beside what is on record of its firm."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pipeline.outside.roster.columns import FIRM_COLUMNS, YEAR_COLUMNS
from pipeline.outside.roster.faults import Fault
from pipeline.outside.roster.rows import CONFIRM, RosterRow, Values, is_ten_thousandfold, shown, unit_remedy
from pipeline.rules.labels import Label

IN_HAND = "county"  # a roster gives a firm its first county; moving it is an act of its own


@dataclass(frozen=True, slots=True)
class Change:
    """What a row would put in place of what is on record. Both are texts as they are kept; old None was unknown."""

    key: str
    year: int | None
    old: str | None
    new: str

    def to_json(self) -> dict[str, Any]:
        return {"field": self.key, "year": self.year, "old": self.old, "new": self.new}


def changes(said: Values, held: Values) -> list[Change]:
    """In the order of the columns. What a row leaves empty is not touched, nor is a county once there is one."""
    found = [change for column in FIRM_COLUMNS if (change := _firm_change(column.key, said, held))]
    for year, figures in sorted(said.years.items()):
        had = held.years.get(year, {})
        for column in YEAR_COLUMNS:
            new, old = figures.get(column.key), had.get(column.key)
            if new is not None and new != old:
                found.append(Change(column.key, year, None if old is None else f"{old:f}", f"{new:f}"))
    return found


def _firm_change(key: str, said: Values, held: Values) -> Change | None:
    new, old = getattr(said, key), getattr(held, key)
    if new is None or new == old or (key == IN_HAND and old is not None):
        return None
    return Change(key, None, None if old is None else str(old), str(new))


def doubts(row: RosterRow, held: Values, *, county_names: dict[str, str]) -> Iterator[Fault]:
    """What is odd about a row only because of what is on record."""
    if row.values.name and row.values.name != held.name:
        says = Label("库中为“{name}”，是改名吗", "on record as “{name}”: was it renamed?").filled(name=held.name)
        yield Fault("renamed", row.place_of("name"), says, CONFIRM)
    if row.values.county and held.county and row.values.county != held.county:
        says = Label("库中属于{name}", "on record in {name}").filled(name=county_names.get(held.county, held.county))
        remedy = Label(
            "县区不随名册改变，请另办县区变更。", "A roster does not move a firm; change its county on its own page."
        )
        yield Fault("moved", row.place_of("county"), says, remedy)
    yield from _odd_magnitudes(row, held)


def _odd_magnitudes(row: RosterRow, held: Values) -> Iterator[Fault]:
    for year, figures in row.values.years.items():
        for key in ("sales", "total_income", "rd_total", "net_assets"):
            new, old = figures.get(key, Decimal(0)), held.years.get(year, {}).get(key, Decimal(0))
            if new > 0 and old > 0 and (is_ten_thousandfold(new, old) or is_ten_thousandfold(old, new)):
                says = Label("库中为 {old}，相差约一万倍", "{old} on record: about ten thousand times apart").filled(
                    old=shown(key, old)
                )
                yield Fault("magnitude", row.place_of(key, year), says, unit_remedy(row, key, year))
