"""Lists about certification: applications under way, certificates, what their holders owe."""

from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy

from pipeline.access import OFFICE
from pipeline.acts.listings.listing import Asked, Asker, Choices, Column, Condition, Listing, Rows, Sort
from pipeline.acts.listings.narrowing import BY_FIRM, COUNTY, PLACE, TEXT, equals, since, stage_of, until
from pipeline.models import Application, Certificate, Obligation, Round
from pipeline.models.entering import or_never
from pipeline.models.in_force import calendar_in_force
from pipeline.stages import APPLICATION_STAGES

STATE_GROUPS = {
    "": gettext_lazy("All"),
    "valid": gettext_lazy("Valid"),
    "ending": gettext_lazy("Ending within a year"),
    "expired": gettext_lazy("Expired"),
    "ended": gettext_lazy("Ended early"),
}
STATES = {
    "valid": gettext_lazy("valid"),
    "expired": gettext_lazy("expired"),
    "not_yet": gettext_lazy("not valid yet"),
    "revoked": gettext_lazy("revoked"),
    "superseded": gettext_lazy("superseded"),
    "moved_out": gettext_lazy("moved out of the city"),
}
OBLIGATIONS = {
    "annual_report": gettext_lazy("Annual report"),
    "recertification": gettext_lazy("Re-certification"),
    "change_report": gettext_lazy("Report of a change"),
}
APPLICATION_SHOWN = ("stage", "due_on", "opened_on", "firm__name", "firm__uscc", "case__number", "round__name")
CERTIFICATE_SHOWN = ("number", "issued_on", "valid", "case__number", "firm__uscc", "firm__name")
OBLIGATION_SHOWN = ("kind", "year", "due_on", "source", "certificate__number", "firm__uscc", "firm__name")
CODE = Column(gettext_lazy("Credit code"), lambda row: row.firm.uscc, wide=True, width=22)
COUNTY_COLUMN = Column(gettext_lazy("County"), lambda row: row.county_name or "", wide=True)


def _applications(asker: Asker, asked: Asked) -> Rows:
    return Application.objects.within(asker.person.reach(OFFICE)).open()


def _applications_dressed(rows: list[Any], asker: Asker) -> list[Any]:
    calendar = calendar_in_force()
    for row in rows:
        row.term = row.due(asker.today, calendar)
    return rows


def _stages(asker: Asker) -> Choices:
    open_ones = {name: stage for name, stage in APPLICATION_STAGES.items() if stage.turn != "nobody"}
    return [(name, stage_of(stage)) for name, stage in open_ones.items()]


def _rounds(asker: Asker) -> Choices:
    return [(str(key), name) for key, name in Round.objects.order_by("-county_date", "-pk").values_list("pk", "name")]


APPLICATIONS = Listing(
    name="applications",
    title=gettext_lazy("Applications"),
    rows=_applications,
    shown=lambda rows, asker: rows.with_county().select_related("firm", "case", "round").only(*APPLICATION_SHOWN),
    dressed=_applications_dressed,
    sorts={
        "due": Sort(lambda rows: rows.annotate(turn=or_never("due_on"))),
        "opened": Sort(lambda rows: rows.annotate(turn=F("opened_on")), newest_first=True),
        "firm": BY_FIRM,
    },
    conditions={
        "county": PLACE,
        "stage": Condition(
            gettext_lazy("Stage"),
            gettext_lazy("stage is"),
            equals("stage"),
            _stages,
        ),
        "round": Condition(
            gettext_lazy("Round"),
            gettext_lazy("round is"),
            equals("round"),
            _rounds,
        ),
        "since": since("due_on", gettext_lazy("Due from"), gettext_lazy("due from")),
        "until": until("due_on", gettext_lazy("Due until"), gettext_lazy("due until")),
        "text": TEXT,
    },
    columns={
        "county": COUNTY_COLUMN,
        "round": Column(gettext_lazy("Round"), lambda row: row.round.name, width=28),
        "stage": Column(gettext_lazy("Stage"), lambda row: stage_of(row.place), width=18),
        "due": Column(gettext_lazy("Due"), lambda row: row.term.day, form="day"),
        "opened": Column(gettext_lazy("Opened on"), lambda row: row.opened_on, wide=True, form="day"),
        "number": Column(gettext_lazy("Case number"), lambda row: row.case.number, wide=True),
        "code": CODE,
    },
    at_first=("county", "round", "stage", "due", "opened"),
)


def _certificates(asker: Asker, asked: Asked) -> Rows:
    held = Certificate.objects.within(asker.person.reach(OFFICE))
    return held.in_state(asked.view, asker.today) if asked.view else held


def _certificates_dressed(rows: list[Any], asker: Asker) -> list[Any]:
    """Each with its state today, `state` and `says` of it, and its last day."""
    for row in rows:
        row.last_day = row.valid.upper - timedelta(days=1)
        row.state = row.state_after(row.ending, asker.today)
        row.says = STATES[row.state]
    return rows


def _certificates_shown(rows: Any, asker: Asker) -> Rows:
    ended: Any = rows.with_ending(asker.today).with_county()
    found: Rows = ended.select_related("firm", "case").only(*CERTIFICATE_SHOWN)
    return found


CERTIFICATES = Listing(
    name="certificates",
    title=gettext_lazy("Certificates"),
    rows=_certificates,
    shown=_certificates_shown,
    dressed=_certificates_dressed,
    sorts={
        "issued": Sort(lambda rows: rows.annotate(turn=F("issued_on")), newest_first=True),
        "until": Sort(lambda rows: rows.annotate(turn=F("valid__endswith"))),
        "firm": BY_FIRM,
    },
    conditions={
        "county": COUNTY,
        "since": since("issued_on", gettext_lazy("Issued from"), gettext_lazy("issued from")),
        "until": until("issued_on", gettext_lazy("Issued until"), gettext_lazy("issued until")),
        "text": TEXT,
    },
    columns={
        "county": COUNTY_COLUMN,
        "number": Column(gettext_lazy("Number"), lambda row: row.number, width=18),
        "issued": Column(gettext_lazy("Issued on"), lambda row: row.issued_on, form="day"),
        "until": Column(gettext_lazy("Valid until"), lambda row: row.last_day, form="day"),
        "state": Column(gettext_lazy("State"), lambda row: str(row.says)),
        "case": Column(gettext_lazy("Case"), lambda row: row.case.number if row.case else "", wide=True),
        "code": CODE,
    },
    at_first=("county", "number", "issued", "until", "state", "case"),
    groups=STATE_GROUPS,
    group_param="state",
)


def _obligations(asker: Asker, asked: Asked) -> Rows:
    return Obligation.objects.within(asker.person.reach(OFFICE)).filter(fulfilled_on=None)


def _obligations_dressed(rows: list[Any], asker: Asker) -> list[Any]:
    for row in rows:
        row.says, row.late = OBLIGATIONS[row.kind], row.due_on < asker.today
    return rows


OBLIGATION_LIST = Listing(
    name="obligations",
    title=gettext_lazy("Obligations of holders"),
    rows=_obligations,
    shown=lambda rows, asker: rows.with_county().select_related("firm", "certificate").only(*OBLIGATION_SHOWN),
    dressed=_obligations_dressed,
    sorts={"due": Sort(lambda rows: rows.annotate(turn=F("due_on"))), "firm": BY_FIRM},
    conditions={
        "county": COUNTY,
        "kind": Condition(
            gettext_lazy("Obligation"), gettext_lazy("obligation is"),
            equals("kind"), lambda asker: OBLIGATIONS.items(),
        ),
        "since": since("due_on", gettext_lazy("Due from"), gettext_lazy("due from")),
        "until": until("due_on", gettext_lazy("Due until"), gettext_lazy("due until")),
        "text": TEXT,
    },
    columns={
        "county": COUNTY_COLUMN,
        "kind": Column(gettext_lazy("Obligation"), lambda row: f"{row.says} {row.year}", width=22),
        "due": Column(gettext_lazy("Due"), lambda row: row.due_on, form="day"),
        "number": Column(gettext_lazy("Certificate"), lambda row: row.certificate.number, wide=True, width=18),
        "source": Column(gettext_lazy("Source"), lambda row: row.source, wide=True, width=28),
        "code": CODE,
    },
    at_first=("county", "kind", "due", "number", "source"),
)  # fmt: skip
