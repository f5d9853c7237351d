"""Firms on record beside the rows of a roster."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from pipeline.access import Reach
from pipeline.models import Contact, Division, FinancialYear, Firm
from pipeline.outside.roster.columns import YEAR_COLUMNS
from pipeline.outside.roster.rows import Values
from pipeline.rules.labels import Label

OWN = ("name", "registered_on", "field", "industry", "class_one", "class_two")
FIGURES = tuple(column.key for column in YEAR_COLUMNS)
BEYOND = Label("这家企业不在本单位办理范围内", "this firm is not within your office's range")
MERGED = Label("读取名册后，这个代码的档案已并入另一份", "the record of this code was merged since the file was read")
READ_AGAIN = Label("请把这一行另传一次。", "Bring this row in once more.")
ASK_CITY = Label("请删去这一行，或与市局联系。", "Delete the row, or ask the city office.")


@dataclass(slots=True)
class Held:
    """A firm on record and what is known of it, in the words of a roster."""

    firm: Firm
    values: Values


def held_values(codes: Iterable[str], reach: Reach) -> dict[str, Held]:
    """What is on record of firms within reach, by credit code; not of those that moved away, whose past may only be
    read. Four statements for any number of firms.
    """
    firms = Firm.objects.within(reach).filter(uscc__in=[code for code in codes if code]).with_county()
    held = {firm.pk: Held(firm, _values(firm)) for firm in firms}
    codes_of = dict(Division.objects.values_list("pk", "code"))
    for each in held.values():
        each.values.county = codes_of.get(each.firm.county_id)  # type: ignore[attr-defined]  # annotated by with_county
    for contact in Contact.objects.filter(firm__in=held).order_by("pk"):
        values = held[contact.firm_id].values
        values.contact, values.phone = contact.name or None, contact.phone or None
    for year in FinancialYear.objects.filter(firm__in=held):
        figures = {key: getattr(year, key) for key in FIGURES}
        held[year.firm_id].values.years[year.year] = {key: value for key, value in figures.items() if value is not None}
    return {each.firm.uscc: each for each in held.values()}


def _values(firm: Firm) -> Values:
    values = Values(code=firm.uscc)
    for key in OWN:
        value = getattr(firm, key)
        setattr(values, key, None if value == "" else value)
    return values


def codes_taken(codes: list[str]) -> set[str]:
    """Which of these codes any county holds; nothing else is told of firms out of reach."""
    if not codes:
        return set()
    with connection.cursor() as cursor:
        cursor.execute("select code from unnest(%s::text[]) as code where mp_code_taken(code)", [codes])
        return {code for (code,) in cursor.fetchall()}
