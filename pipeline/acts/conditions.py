"""Why an act cannot be done yet, in words for the person who tried."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Missing:
    """`place` names the field, paper or page to go to (figures.2025.sales); `says` what is wrong and what to do."""

    place: str
    says: str


class ConditionUnmet(Exception):
    """A condition of the act does not hold; every reason is told at once."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        super().__init__("; ".join(each.says for each in missing))
        self.missing = list(missing)


def demand(holds: bool, place: str, says: str) -> None:
    if not holds:
        raise ConditionUnmet([Missing(place, says)])
