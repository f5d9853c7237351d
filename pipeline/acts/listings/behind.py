"""The firms behind the numbers of the funnel."""

from typing import Any

from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext_lazy

from pipeline.access import OFFICE, Reach
from pipeline.acts.listings.listing import Asked, Asker, Choices, Column, Condition, Listing, Rows, Sort
from pipeline.acts.listings.narrowing import stage_of
from pipeline.models import Application, Case, Certificate, Firm, User
from pipeline.models.entering import or_never
from pipeline.models.firm import FirmQuerySet
from pipeline.models.text_search import begins
from pipeline.rules.codes.fields import carried_fields
from pipeline.stages import CASE_STAGES

STAGES = [stage for stage in CASE_STAGES if stage != "closed"]
FIRMS, OPEN, POOL, CERTIFIED = "firms", "open", "pool", "certified"
OTHERS = {
    FIRMS: gettext_lazy("Firms on record"),
    OPEN: gettext_lazy("Open cases"),
    POOL: gettext_lazy("In the pool"),
    CERTIFIED: gettext_lazy("Certified this year"),
}
HOMELESS = "none"


def overseen(user: User) -> Reach:
    """The firms whose numbers a person may know: those of the office they work in, and of the one they lead."""
    reach = user.reach(OFFICE | {"leader"})
    return Reach(everything=reach.everything or reach.leads_city, counties=reach.counties | reach.led_counties)


def at_stage(firms: FirmQuerySet, stage: str, year: int) -> FirmQuerySet:
    cases = Case.objects.open().filter(firm=OuterRef("pk"))
    if stage == CERTIFIED:
        return firms.filter(Exists(Firm.objects.certified_in(year).filter(pk=OuterRef("pk"))))
    if stage in (OPEN, POOL):
        return firms.filter(Exists(cases if stage == OPEN else cases.in_pool()))
    return firms.filter(Exists(cases.filter(stage=stage))) if stage in STAGES else firms


def title_of(stage: str) -> str:
    return stage_of(CASE_STAGES[stage]) if stage in STAGES else str(OTHERS.get(stage, OTHERS[FIRMS]))


def _firms(asker: Asker, asked: Asked) -> Rows:
    return Firm.objects.within(overseen(asker.person)).here()


def _dressed(firms: list[Any], asker: Asker) -> list[Any]:
    """Each firm with its open case, what stands for it, and its newest certificate. Three statements."""
    keys = [firm.pk for firm in firms]
    cases = {case.firm_id: case for case in Case.objects.open().filter(firm__in=keys)}
    dossiers = {each.firm_id: each for each in Application.objects.open().filter(firm__in=keys)}
    held = {each.firm_id: each for each in Certificate.objects.filter(firm__in=keys).order_by("issued_on")}
    for firm in firms:
        firm.case, firm.held = cases.get(firm.pk), held.get(firm.pk)
        firm.row = dossiers.get(firm.pk) or firm.case
        firm.field_name = carried_fields().get(firm.field[:2], "")
    return firms


def _counties(asker: Asker) -> Choices:
    return [*asker.counties, (HOMELESS, str(gettext_lazy("County to be assigned")))]


def _in_county(firms: Any, code: str, asker: Asker) -> Rows:
    found: Rows = firms.in_county(None if code == HOMELESS else code)
    return found


FUNNEL_FIRMS = Listing(
    name="funnel_firms",
    title=gettext_lazy("Firms"),
    rows=_firms,
    shown=lambda rows, asker: rows.with_county().defer("search", "also_search"),
    dressed=_dressed,
    sorts={
        "firm": Sort(lambda firms: firms.annotate(turn=F("pinyin")), str),
        "registered": Sort(lambda firms: firms.annotate(turn=or_never("registered_on"))),
    },
    conditions={
        "county": Condition(gettext_lazy("County"), gettext_lazy("county is"), _in_county, _counties),
        "stage": Condition(
            gettext_lazy("Stage"), gettext_lazy("stage is"),
            lambda rows, value, asker: at_stage(rows, value, asker.today.year),
            lambda asker: [(each, title_of(each)) for each in (*STAGES, *OTHERS)],
        ),
        "field": Condition(
            gettext_lazy("Field"), gettext_lazy("field is"),
            lambda rows, value, asker: rows.filter(begins("field", value)),
            lambda asker: [(code, name) for code, name in carried_fields().items() if len(code) == 2],
        ),
        "text": Condition(
            gettext_lazy("Name, any two characters"), gettext_lazy("firm's name holds"),
            lambda rows, value, asker: rows.matching(value),
        ),
    },
    columns={
        "county": Column(gettext_lazy("County"), lambda firm: firm.county_name or ""),
        "stage": Column(gettext_lazy("Stage"), lambda firm: stage_of(firm.row.place) if firm.row else "", width=18),
        "held": Column(gettext_lazy("Certificate"), lambda firm: firm.held.number if firm.held else "", width=18),
        "issued": Column(
            gettext_lazy("Issued on"), lambda firm: firm.held.issued_on if firm.held else None, wide=True, form="day"
        ),
        "number": Column(gettext_lazy("Case number"), lambda firm: firm.case.number if firm.case else "", wide=True),
        "registered": Column(gettext_lazy("Registered on"), lambda firm: firm.registered_on, wide=True, form="day"),
        "field": Column(
            gettext_lazy("Field"), lambda firm: firm.field_name, wide=True, width=28
        ),
        "code": Column(gettext_lazy("Credit code"), lambda firm: firm.uscc, wide=True, width=22),
    },
    at_first=("county", "stage", "held"),
    firm=lambda firm: str(firm.name),
)  # fmt: skip
