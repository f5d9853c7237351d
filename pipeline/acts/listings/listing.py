"""A long list of the desk, declared once: what narrows, groups and sorts it, what it shows, what a file has."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Self

from django.db.models import QuerySet
from django.utils.functional import Promise

from pipeline.access import OFFICE
from pipeline.models import Division, User
from pipeline.outside.sheet_writer import Form
from pipeline.outside.table_writer import Value

type Rows = QuerySet[Any]
Choices = list[tuple[str, str]]


@dataclass
class Asker:
    """Who looks at a list, on which day, and what of the city the conditions offer them."""

    person: User
    today: date
    kept: dict[Any, Any] = field(default_factory=dict)

    @cached_property
    def counties(self) -> Choices:
        reach = self.person.reach(OFFICE | {"leader"})
        everything = reach.everything or reach.leads_city
        found = Division.objects.counties().filter(during__contains=self.today).order_by("code")
        if not everything:
            found = found.filter(pk__in=reach.counties | reach.led_counties)
        return list(found.values_list("code", "name"))

    def once[Found](self, ask: "Callable[[Asker], Found]") -> Found:
        """What several conditions are offered from is asked for one time."""
        if ask not in self.kept:
            self.kept[ask] = ask(self)
        found: Found = self.kept[ask]
        return found


@dataclass(frozen=True)
class Condition:
    """A part of the sentence by which a list is narrowed. Without `choices` it is a text, or a `day`."""

    label: Promise
    says: Promise
    narrow: Callable[[Any, str, Asker], Rows]
    choices: Callable[[Asker], Iterable[tuple[str, Any]]] | None = None
    day: bool = False


@dataclass(frozen=True)
class Column:
    """`cell` is what a file has; a `personal` one is masked there and goes out after a second look only."""

    label: Promise
    cell: Callable[[Any], Value]
    wide: bool = False  # left out on a narrow screen
    form: Form = "text"
    width: int = 14
    personal: bool = False


@dataclass(frozen=True)
class Sort:
    """`turn` puts a column `turn` beside each row that is never null and of this form."""

    turn: Callable[[Any], Rows]
    form: type = date
    newest_first: bool = False


@dataclass(frozen=True)
class Asked:
    """What the address of a list asks for, every value known to be one of those offered."""

    view: str = ""
    sort: str = ""
    conditions: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"view": self.view, "sort": self.sort, "conditions": dict(self.conditions)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        return cls(kept["view"], kept["sort"], kept["conditions"])

    def without(self, name: str) -> "Asked":
        return Asked(self.view, self.sort, {each: value for each, value in self.conditions.items() if each != name})


@dataclass(frozen=True)
class Listing:
    """One list. `rows` are all of a group within reach; `shown` adds what its columns read of the rows' own tables,
    `dressed` what they read of other ones; the first sort and the first group are those it comes with.
    """

    name: str
    title: Promise
    rows: Callable[[Asker, Asked], Rows]
    sorts: Mapping[str, Sort]
    conditions: Mapping[str, Condition]
    columns: Mapping[str, Column]
    at_first: Sequence[str]
    shown: Callable[[Any, Asker], Rows]
    dressed: Callable[[list[Any], Asker], list[Any]] = lambda rows, _asker: rows
    groups: Mapping[str, Any] = field(default_factory=dict)
    group_param: str = "view"
    firm: Callable[[Any], str] = lambda row: str(row.firm.name)

    @property
    def personal(self) -> list[str]:
        return [name for name, column in self.columns.items() if column.personal]

    def narrowed(self, asked: Asked, asker: Asker) -> Rows:
        found = self.rows(asker, asked)
        for name, value in asked.conditions.items():
            found = self.conditions[name].narrow(found, value, asker)
        return found

    def in_order(self, asked: Asked, asker: Asker) -> Rows:
        sort = self.sorts[asked.sort]
        sign = "-" if sort.newest_first else ""
        return sort.turn(self.narrowed(asked, asker)).order_by(f"{sign}turn", f"{sign}pk")

    def drawn(self, asked: Asked, keys: Sequence[int], asker: Asker) -> list[Any]:
        """The rows of these keys, in their order, with all that is shown of them."""
        wanted = self.shown(self.rows(asker, asked), asker).filter(pk__in=keys).order_by()
        found = {row.pk: row for row in self.dressed(list(wanted), asker)}
        return [found[key] for key in keys if key in found]
