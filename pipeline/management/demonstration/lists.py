"""How people of the demonstration city keep their lists: views, tags, an act on many, a file that waits for a look."""

from datetime import date

from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import bulk, export, saved_view
from pipeline.management.demonstration.cast import Cast
from pipeline.models import Bulk, Case, SavedView, User
from pipeline.models.case_list import Asked

VIEWS = (
    ("培育中缺研发费", "view=all&stage=coaching&lacking=rd_intensity", True),
    ("市级审核先到期", "view=all&stage=city_review", True),
    ("本周要看", "view=soon", False),
)
LANGUAGE = "zh-hans"


def keep(cast: Cast, *, on: date) -> None:
    """Once: a house in which a view is kept has been told already."""
    with acting(cast["chen"]), transaction.atomic():
        chen = User.objects.get(pk=cast["chen"].pk)
        if SavedView.objects.filter(person=chen).exists():
            return
        for name, query, shared in VIEWS:
            saved_view.keep(listing="queue", name=name, query=query, shared=shared, by=chen)
        _tagged(chen, on)
        _rehearsed(chen, on)
        asked = Asked("all", "due", {"stage": "coaching"})
        said = {"says": "全部在办 阶段为 在库培育", "form": "xlsx", "language": LANGUAGE}
        export.ask(listing="queue", asked=asked, columns=["number", "county", "contact"], by=chen, on=on, **said)


def _tagged(chen: User, on: date) -> None:
    """Firms to be watched; the act was done, and its result can be looked at."""
    found = Case.objects.filter(stage__in=["coaching", "ready"]).order_by("pk").values("pk")[:8]
    asked = _ask(chen, "tag", {"name": "重点跟踪"}, found, on)
    bulk.work(asked.pk, by=chen)
    bulk.confirm(Bulk.objects.get(pk=asked.pk), by=chen, on=on)
    bulk.work(asked.pk, by=chen)


def _rehearsed(chen: User, on: date) -> None:
    """Publication proposed for all in city review: rehearsed, and not done."""
    found = Case.objects.filter(stage__in=["city_review", "publicity"]).values("pk")
    bulk.work(_ask(chen, "propose-publication", {"note": "材料齐全，建议公示"}, found, on).pk, by=chen)


def _ask(chen: User, kind: str, said: dict[str, str], found: object, on: date) -> Bulk:
    cases = Case.objects.filter(pk__in=found)  # type: ignore[misc]  # a query of keys
    return bulk.ask(cases, kind=kind, said=said, query="view=all", language=LANGUAGE, by=chen, on=on)
