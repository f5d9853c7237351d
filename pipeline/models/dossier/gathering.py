"""What a firm's record holds for an application on a day, read once for the checks, the list of papers and the file."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Func, Max, Min, Model, QuerySet, Sum, TextField, Value

from pipeline.models.evidence import Commitment, Document, DocumentVersion, Evidence
from pipeline.models.figures import Explanation, FinancialYear, SourcedFigure
from pipeline.models.filing import Auditor, Statement
from pipeline.models.firm import Firm
from pipeline.models.former_name import FormerName
from pipeline.models.ledger import ExpenseLine, RdProject
from pipeline.models.product import Conversion, ConversionProof, HitechProduct, ProductIncome, Tie
from pipeline.models.property import IntellectualProperty
from pipeline.models.record import YEARS_ASKED
from pipeline.models.staff import StaffMember, StaffMonth

# every table of which a dossier takes all rows of the firm, in the order in which its rows are read
WHOLE: tuple[type[Model], ...] = (
    FinancialYear,
    SourcedFigure,
    Explanation,
    IntellectualProperty,
    RdProject,
    HitechProduct,
    ProductIncome,
    Tie,
    Conversion,
    ConversionProof,
    StaffMonth,
    Document,
    DocumentVersion,
    Evidence,
    Commitment,
    Statement,
    Auditor,
    FormerName,
)


class Booked(NamedTuple):
    """What the ledger of a year has on a project in a pair of categories; yuan, and between which days."""

    year: int
    project: int
    hte_category: str
    tax_category: str
    amount: Decimal
    first: date
    last: date


class Listed(NamedTuple):
    """How many people of one kind the list of a year has."""

    year: int
    employed_as: str
    degree: str
    does_rd: bool
    people: int


@dataclass(frozen=True)
class Dossier:
    """A firm's application as its record has it on a day."""

    firm: Firm
    day: date
    rows: Mapping[type[Model], list[Any]] = field(default_factory=dict)
    booked: list[Booked] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)

    def all(self, model: type[Model]) -> list[Any]:
        return self.rows.get(model, [])

    @cached_property
    def years(self) -> list[int]:
        """The three closed years before the application; fewer of a young firm."""
        asked = [self.day.year - back for back in range(YEARS_ASKED, 0, -1)]
        since = self.firm.registered_on.year if self.firm.registered_on else asked[0]
        return [year for year in asked if year >= since] or asked[-1:]

    @cached_property
    def figures(self) -> dict[int, FinancialYear]:
        return {each.year: each for each in self.all(FinancialYear) if not each.estimate}

    @cached_property
    def projects(self) -> list[RdProject]:
        return sorted(self.all(RdProject), key=lambda each: each.code)

    @cached_property
    def rights(self) -> list[IntellectualProperty]:
        return sorted(self.all(IntellectualProperty), key=lambda each: (each.kind, each.number))

    @cached_property
    def products(self) -> list[HitechProduct]:
        return sorted(self.all(HitechProduct), key=lambda each: each.code)

    @cached_property
    def conversions(self) -> list[Conversion]:
        """The results that are scored: of the three years."""
        scored = [each for each in self.all(Conversion) if each.year in self.years]
        return sorted(scored, key=lambda each: (each.year, each.pk or 0))

    @property
    def whole(self) -> list[Any]:
        """Everything that may be secret by itself or by what it came from."""
        return [*self.projects, *self.rights, *self.products, *self.all(Conversion)]

    @cached_property
    def auditor(self) -> Auditor | None:
        return max(self.all(Auditor), key=lambda each: each.year, default=None)

    @cached_property
    def texts(self) -> dict[str, str]:
        """The texts of this year's application, by topic."""
        return {each.topic: each.says for each in self.all(Statement) if each.year == self.day.year}

    @cached_property
    def papers(self) -> dict[UUID, DocumentVersion]:
        """The newest version of each paper."""
        newest: dict[UUID, DocumentVersion] = {}
        for each in self.all(DocumentVersion):
            held = newest.get(each.document_id)
            if held is None or each.number > held.number:
                newest[each.document_id] = each
        return newest

    @cached_property
    def documents(self) -> dict[UUID, Document]:
        return {each.pk: each for each in self.all(Document)}

    def sums(self, year: int) -> dict[tuple[str, str], Decimal]:
        """The ledger of a year by its pairs of categories."""
        found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for each in self.booked:
            if each.year == year:
                found[each.hte_category, each.tax_category] += each.amount
        return dict(found)

    def is_secret(self, row: Any) -> bool:
        """Whether a row stays out of what a classified firm hands in: it is marked, a defence patent, a result of what
        is marked.
        """
        if not self.firm.classified:
            return False
        if isinstance(row, Conversion):
            ends = ((RdProject, row.project_id), (IntellectualProperty, row.right_id), (HitechProduct, row.product_id))
            return any(end is not None and self.is_secret(end) for end in (self.named(*each) for each in ends))
        return bool(row.secret) or getattr(row, "kind", "") == "defence_invention"

    def named(self, model: type[Model], key: int | None) -> Any:
        """The row of this key, none for none."""
        return next((each for each in self.all(model) if each.pk == key), None) if key else None


def dossier_of(firm: Firm, day: date) -> Dossier:
    """Three statements."""
    return Dossier(firm, day, rows_of(firm, WHOLE), _booked(firm), _listed(firm))


def rows_of(firm: Firm, models: Iterable[type[Model]]) -> dict[type[Model], list[Any]]:
    """All rows of a firm in these tables, in one statement: each comes as JSON and is made a row of its model again."""
    by_name = {model.__name__: model for model in models}
    first, *more = (_as_json(model._default_manager.filter(firm=firm), name) for name, model in by_name.items())
    found: dict[type[Model], list[Any]] = {model: [] for model in by_name.values()}
    for name, told in first.union(*more, all=True):
        found[by_name[name]].append(_row(by_name[name], json.loads(told, parse_float=Decimal)))
    for rows in found.values():
        rows.sort(key=lambda row: str(row.pk).zfill(20))
    return found


def _as_json(rows: QuerySet[Any], name: str) -> Any:
    whole = Func(template=f'to_jsonb("{rows.model._meta.db_table}")::text', output_field=TextField())
    return rows.order_by().annotate(whose=Value(name), told=whole).values_list("whose", "told")


def _row(model: type[Model], told: Mapping[str, Any]) -> Any:
    plain = [each for each in model._meta.concrete_fields if not getattr(each, "generated", False)]
    row = model(**{each.attname: each.to_python(told[str(each.column)]) for each in plain})
    row._state.adding = False
    return row


def _booked(firm: Firm) -> list[Booked]:
    lines = ExpenseLine.objects.filter(firm=firm).order_by()
    columns = ("day__year", "project_id", "hte_category", "tax_category")
    told = lines.values_list(*columns).annotate(sum=Sum("amount"), first=Min("day"), last=Max("day"))
    return [Booked(*row) for row in told]


def _listed(firm: Firm) -> list[Listed]:
    rows = StaffMember.objects.filter(firm=firm).order_by().values_list("year", "employed_as", "degree", "does_rd")
    return [Listed(*row) for row in rows.annotate(people=Count("pk"))]
