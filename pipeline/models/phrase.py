import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from django.db import models
from django.db.models import Q

from pipeline.access import Actor
from pipeline.models.people import of_offices
from pipeline.models.record import ENTRY_FIGURES
from pipeline.rules.codes.phrases import carried_phrases

PLACES = ("firm", "contact", "property", "document", "figures", *(f"figures.{name}" for name in ENTRY_FIGURES))
BLANK = re.compile("〔[^〕]*〕")


class PhraseQuerySet(models.QuerySet["Phrase"]):
    def visible_to(self, actor: Actor) -> Self:
        return of_offices(self, actor)

    def of_office(self, office: int | None) -> Self:
        return self.filter(office=office).select_related("by").order_by("position", "pk")


class Phrase(models.Model):
    """A sentence an office uses in its lists of faults. With `carried` it stands in place of the carried phrase of that
    key; `withdrawn` means that the office does not use it.

    `place` is the kind of place it is for, as faults name places, without the year: figures.rd_total, firm, document.
    """

    office = models.ForeignKey("pipeline.Office", on_delete=models.PROTECT, related_name="phrases")
    place = models.CharField(max_length=40)
    text = models.TextField()
    carried = models.CharField(max_length=40, blank=True)
    withdrawn = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)
    by = models.ForeignKey("pipeline.User", on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    recorded_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    objects = PhraseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text="") & ~Q(place=""), name="a_phrase_says_what_of_what"),
            models.UniqueConstraint(
                fields=["office", "carried"], condition=~Q(carried=""), name="a_carried_phrase_is_replaced_once"
            ),
        ]

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Entry:
    """One line of an office's library: a carried phrase, or the office's `row` beside or in place of one."""

    place: str
    text: str
    source: str
    carried: str = ""
    row: Phrase | None = None

    @property
    def withdrawn(self) -> bool:
        return self.row is not None and self.row.withdrawn

    @property
    def key(self) -> str:
        """What a form sends back for it."""
        return f"own-{self.row.pk}" if self.row is not None else self.carried


def library(office: int | None) -> list[Entry]:
    """All phrases of an office by their kind of place, also those it does not use. One statement."""
    own = list(Phrase.objects.of_office(office))
    carried = carried_phrases()
    replaced = {row.carried for row in own}
    found = [Entry(row.place, row.text, _source(row.carried), row.carried, row) for row in own]
    found += [
        Entry(each.place, each.text, each.source, each.key) for each in carried.values() if each.key not in replaced
    ]
    order = {place: at for at, place in enumerate(PLACES)}
    return sorted(found, key=lambda entry: order.get(entry.place, len(order)))


def _source(carried: str) -> str:
    """The instrument of a carried phrase; empty for one of the office's own."""
    phrase = carried_phrases().get(carried)
    return phrase.source if phrase else ""


def usable(entries: Iterable[Entry]) -> list[Entry]:
    return [entry for entry in entries if not entry.withdrawn]


def kind_of(place: str) -> str:
    """The kind of place a fault's place is: figures.2025.rd_total is of figures.rd_total."""
    page, _dot, rest = place.partition(".")
    _year, _dot, figure = rest.partition(".")
    return f"{page}.{figure}" if page == "figures" and figure else page


def fits(entry: Entry, place: str) -> bool:
    """Whether the phrase is for this place: for its very kind, or for all of its page."""
    kind = kind_of(place)
    return kind == entry.place or kind.partition(".")[0] == entry.place


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with what is known in place of {…}; what is not known becomes a blank 〔…〕."""
    return re.sub(r"\{([^{}]+)\}", lambda found: values.get(found[1]) or f"〔{found[1]}〕", text)


def blanks(text: str) -> list[str]:
    """What is still to be filled in, as it stands in the text."""
    return BLANK.findall(text)
