"""What stands on paper, one piece after the other, whatever it is set with."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Heading:
    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """`quiet` is said smaller, as remarks are."""

    text: str
    quiet: bool = False


@dataclass(frozen=True)
class Table:
    """Cells as text, all rows as long as `head`; `widths` are shares of the whole; columns in `right` hold numbers."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]
    right: frozenset[int] = field(default_factory=frozenset)


type Block = Heading | Paragraph | Table
