"""Conditions that many lists have: the firm's county and name, and days from and until."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils.translation import get_language, gettext_lazy

from pipeline.acts.listings.listing import Asker, Condition, Rows, Sort
from pipeline.models import Division, FirmMove
from pipeline.models.commonness import VERY_COMMON, held_by_many
from pipeline.models.text_search import called, plain
from pipeline.rules.labels import Label
from pipeline.stages import Language, Stage


def of_county(rows: Any, code: str, asker: Asker) -> Rows:
    """Rows that belong to a firm, by the county it belongs to today."""
    now = FirmMove.objects.filter(firm=OuterRef("firm"), during__upper_inf=True, division__code=code)
    found: Rows = rows.filter(Exists(now))
    return found


def placed_in(rows: Any, code: str, asker: Asker) -> Rows:
    """Rows that carry their county themselves."""
    newest = Division.objects.filter(code=code).order_by("-during").values("pk")[:1]
    found: Rows = rows.filter(county=Subquery(newest))
    return found


def of_firm_called(rows: Any, text: str, asker: Asker) -> Rows:
    words = plain(text)
    found: Rows = rows
    return found.filter(called(words, "firm__", one_by_one=held_by_many(words, VERY_COMMON))) if words else found


COUNTY = Condition(gettext_lazy("County"), gettext_lazy("county is"), of_county, choices=lambda asker: asker.counties)
PLACE = Condition(gettext_lazy("County"), gettext_lazy("county is"), placed_in, choices=lambda asker: asker.counties)
TEXT = Condition(gettext_lazy("Name, any two characters"), gettext_lazy("firm's name holds"), of_firm_called)
BY_FIRM = Sort(lambda rows: rows.annotate(turn=F("firm__pinyin")), str)


def since(column: str, label: Any, says: Any) -> Condition:
    return Condition(label, says, lambda rows, value, asker: rows.filter(_from(column, value)), day=True)


def until(column: str, label: Any, says: Any) -> Condition:
    return Condition(label, says, lambda rows, value, asker: rows.filter(_upto(column, value)), day=True)


def _from(column: str, value: str) -> Q:
    return Q((f"{column}__gte", date.fromisoformat(value)))


def _upto(column: str, value: str) -> Q:
    return Q((f"{column}__lte", date.fromisoformat(value)))


def equals(column: str) -> Callable[[Any, str, Asker], Rows]:
    return lambda rows, value, asker: rows.filter(**{column: value})


def in_words(label: Label) -> str:
    return label.in_language(get_language() or "")


def stage_of(stage: Stage) -> str:
    language: Language = "en" if get_language() == "en" else "zh"
    return str(stage.label(language))
