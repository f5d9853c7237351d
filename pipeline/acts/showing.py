"""What banks that a firm let in are shown of it. It follows from other acts: a mandate, a new diagnosis."""

from collections.abc import Iterator, Sequence
from datetime import date

from pipeline.models import Firm, Mandate, Showing
from pipeline.models.one_page import one_page_of, verdict_of


def refresh(firms: Sequence[Firm], *, on: date) -> None:
    """Write anew what the banks of these firms are shown. A firm without a diagnosis has nothing to show yet."""
    let_in = Mandate.objects.filter(firm__in=firms, kind=Mandate.BANK, during__endswith__gt=on)
    parts: dict[int, set[str]] = {}
    for firm, some in let_in.values_list("firm", "parts"):
        parts.setdefault(firm, set()).update(some)
    Showing.objects.bulk_create(
        [row for firm in firms if firm.latest_diagnosis for row in _shown(firm, parts.get(firm.pk, set()), on)],
        update_conflicts=True,
        unique_fields=["firm", "part"],
        update_fields=["day", "content"],
    )


def _shown(firm: Firm, parts: set[str], on: date) -> Iterator[Showing]:
    if Showing.VERDICT in parts and firm.latest_diagnosis:
        yield Showing(firm=firm, part=Showing.VERDICT, day=on, content=verdict_of(firm.latest_diagnosis))
    if Showing.ONE_PAGE in parts:
        yield Showing(firm=firm, part=Showing.ONE_PAGE, day=on, content=one_page_of(firm, on))
