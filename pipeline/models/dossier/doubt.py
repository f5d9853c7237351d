"""What a check found in an application before an expert does: where, what, and what to do about it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Doubt:
    """`place` names what it is about as faults and papers do: figures.2025.sales, property.<number>, project.RD01,
    product.PS01, conversion.<key>, paper.<key>, or a page: triangle, ledger.2025, texts, papers. It blocks nothing.
    """

    place: str
    about: str
    says: str
    remedy: str
