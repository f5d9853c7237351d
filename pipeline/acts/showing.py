"""What banks that a firm let in are shown of it. It follows from other acts: a mandate, a new diagnosis."""

from collections.abc import Iterator, Sequence
from datetime import date

from pipeline.models import Diagnosis, Firm, Mandate, Showing
from pipeline.models.one_page import one_page_of, verdict_of


def refresh(firms: Sequence[Firm], *, on: date) -> None:
    """Write anew what the banks of these firms are shown. A firm without a diagnosis has nothing to show yet."""
    let_in = Mandate.objects.filter(firm__in=firms, kind=Mandate.BANK, during__endswith__gt=on)
    parts: dict[int, set[str]] = {}
    for firm, some in let_in.values_list("firm", "parts"):
        parts.setdefault(firm, set()).update(some)
    judged = [(firm, firm.latest_diagnosis, parts[firm.pk]) for firm in firms if firm.pk in parts]
    Showing.objects.bulk_create(
        [row for firm, kept, some in judged if kept for row in _shown(firm, kept, some, on)],
        update_conflicts=True,
        unique_fields=["firm", "part"],
        update_fields=["day", "content"],
    )


def _shown(firm: Firm, kept: Diagnosis, parts: set[str], on: date) -> Iterator[Showing]:
    if Showing.VERDICT in parts:
        yield Showing(firm=firm, part=Showing.VERDICT, day=on, content=verdict_of(kept))
    if Showing.ONE_PAGE in parts:
        yield Showing(firm=firm, part=Showing.ONE_PAGE, day=on, content=one_page_of(firm, kept, on))
