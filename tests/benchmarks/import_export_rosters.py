"""The roster's file by django-import-export, as its manual would have it: a resource a model, in the benchmark only.

The same tables, role and triggers; of each firm its place, itself, its contact and three years.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from tempfile import NamedTemporaryFile
from typing import Any

from django.db import transaction
from import_export import fields, resources, widgets
from import_export.instance_loaders import CachedInstanceLoader
from psycopg.types.range import DateRange
from python_calamine import CalamineWorkbook
from tablib import Dataset

from pipeline.models import Contact, Division, FinancialYear, Firm, FirmMove
from pipeline.models.spelling import initials, pinyin_key
from pipeline.outside.roster.columns import YEAR_COLUMNS
from tests.cast import DAY

FIGURES = tuple(column.key for column in YEAR_COLUMNS)
FIRM = ("uscc", "name", "pinyin", "initials", "registered_on", "field", "industry", "class_one", "class_two", "county")
BATCH = 1_000


class Resource(resources.ModelResource):  # type: ignore[misc]
    def after_import(self, *args: Any, **kwargs: Any) -> None:
        """Theirs sets the sequences, which role web may not."""


class FirmResource(Resource):
    """A firm must have its place first, or its row is not there for who writes it."""

    class Meta:
        model = Firm
        import_id_fields = ("uscc",)
        fields = FIRM[:-1]

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        self.counties = {division.name: division for division in Division.objects.counties()}
        self.places: list[FirmMove] = []

    def before_save_instance(self, instance: Firm, row: Any, **kwargs: Any) -> None:
        instance.resident = True
        if instance.pk is None:
            [instance.pk] = Firm.numbers(1)
            place = FirmMove(firm_id=instance.pk, division=self.counties[row["county"]], during=DateRange(DAY, None))
            self.placed(place)

    def placed(self, place: FirmMove) -> None:
        place.save()


class FirmsInBulk(FirmResource):
    class Meta(FirmResource.Meta):
        use_bulk, batch_size, skip_diff, report_skipped = True, BATCH, True, False
        instance_loader_class = CachedInstanceLoader

    def placed(self, place: FirmMove) -> None:
        self.places.append(place)

    def bulk_create(self, *args: Any, **kwargs: Any) -> None:
        FirmMove.objects.bulk_create(self.places)
        self.places.clear()
        super().bulk_create(*args, **kwargs)


class ContactResource(Resource):
    firm = fields.Field("firm", "firm", widgets.ForeignKeyWidget(Firm, "uscc"))

    class Meta:
        model = Contact
        import_id_fields = ("firm", "name")
        fields = ("firm", "name", "phone")


class YearResource(Resource):
    firm = fields.Field("firm", "firm", widgets.ForeignKeyWidget(Firm, "uscc"))

    class Meta:
        model = FinancialYear
        import_id_fields = ("firm", "year")
        fields = ("firm", "year", "source", *FIGURES)


class Found(widgets.ForeignKeyWidget):  # type: ignore[misc]
    """A firm by its code, all of them asked for at once, as the manual advises for large files."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        if not hasattr(self, "firms"):
            self.firms = dict(Firm.objects.in_bulk(field_name="uscc"))
        return self.firms[value]


class ContactsInBulk(ContactResource):
    firm = fields.Field("firm", "firm", Found(Firm, "uscc"))

    class Meta(ContactResource.Meta):
        use_bulk, batch_size, skip_diff, report_skipped = True, BATCH, True, False


class YearsInBulk(YearResource):
    firm = fields.Field("firm", "firm", Found(Firm, "uscc"))

    class Meta(YearResource.Meta):
        use_bulk, batch_size, skip_diff, report_skipped = True, BATCH, True, False


def bring_in(content: bytes, years: tuple[int, ...], fields_of: dict[str, str], *, bulk: bool) -> None:
    """The whole file, committed at its end. Raises AssertionError where a row is refused."""
    with NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(content)
        file.flush()
        rows = CalamineWorkbook.from_path(file.name).get_sheet_by_index(0).to_python(skip_empty_area=False)[1:]
    asked: tuple[type[Any], ...] = (FirmResource, ContactResource, YearResource)
    if bulk:
        asked = (FirmsInBulk, ContactsInBulk, YearsInBulk)
    firms, contacts, figures = (resource() for resource in asked)
    with transaction.atomic():
        written(firms, firms_told(rows, fields_of), FIRM)
        written(contacts, ((row[0], row[6], row[7]) for row in rows), ("firm", "name", "phone"))
        written(figures, years_told(rows, years), ("firm", "year", "source", *FIGURES))


def written(resource: Any, rows: Iterable[tuple[Any, ...]], head: tuple[str, ...]) -> None:
    result = resource.import_data(Dataset(*rows, headers=head), raise_errors=True)
    if result.has_errors() or result.has_validation_errors():
        raise AssertionError(f"{type(resource).__name__} refuses rows")


def firms_told(rows: list[list[Any]], fields_of: dict[str, str]) -> Iterator[tuple[Any, ...]]:
    for code, name, county, since, field, industry, _contact, _phone, one, two in (row[:10] for row in rows):
        spelt = pinyin_key(name), initials(name)
        yield (code, name, *spelt, since, fields_of[field], industry, int(one), int(two), county)


def years_told(rows: list[list[Any]], years: tuple[int, ...]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        for turn, year in enumerate(years):
            cells = row[10 + len(FIGURES) * turn : 10 + len(FIGURES) * (turn + 1)]
            pairs = zip(cells, YEAR_COLUMNS, strict=True)
            yield (row[0], year, "roster.xlsx", *(round(cell * 10_000, 2) if of.money else cell for cell, of in pairs))
