"""Every table of the house, once: whose it is, and the walls that follow from that.

From this register come the row policies, the trail triggers, the append-only guards and the stage guards. A table
that is not in it fails the build. Policies and grants are frozen as SQL in a migration (`manage.py freeze_walls`
prints it, a test compares it with what stands here); triggers are carried by django-pgtrigger.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import pgtrigger
from django.apps import apps

from pipeline import stages

Kind = Literal["firm", "office", "person", "reference", "internal"]


@dataclass(frozen=True)
class Rows:
    """Some rows of a table, as the database and as Django ask for them."""

    sql: str = "true"
    lookup: Mapping[str, object] = field(default_factory=dict)


EVERY_ROW = Rows()
OF_STEPS = "document_id in (select d.id from pipeline_document d where d.purpose = 'step')"


@dataclass(frozen=True)
class Table:
    """`firm_column` names the owner of a firm-owned row; `append_only` forbids what is not an insert; `to_leaders`
    lets a leader's seat read it; `trailed` writes each change to the trail; `hidden` are columns the trail leaves
    out; who holds the seat `signed_by`, and nobody else, adds rows, as `published_by_id`. The parts of a record whose
    mandate lets an agency fill the table in, or look at it, and a bank look at it; of them an agency has `only` some
    rows. Of a firm's rows the bureau alone sees and writes those that are `office_only`, and those whose column `inner`
    is true; what is `unlogged` is gone after a crash."""

    kind: Kind
    firm_column: str = ""
    append_only: bool = False
    to_leaders: bool = False
    trailed: bool = True
    hidden: tuple[str, ...] = ()
    signed_by: str = ""
    agency_fills: tuple[str, ...] = ()
    agency_sees: tuple[str, ...] = ()
    bank_sees: tuple[str, ...] = ()
    only: Rows = EVERY_ROW
    office_only: bool = False
    inner: str = ""
    unlogged: bool = False
    beside: str = ""  # a second firm the row tells of, or none, which must be in sight too
    dated: bool = True  # has recorded_at, so that a county a firm has left keeps what it saw
    placed: bool = False  # carries its firm's county of today, kept by triggers
    stages: Literal["", "case", "application"] = ""


def _firm(**also: object) -> Table:
    return Table("firm", **{"firm_column": "firm_id", **also})  # type: ignore[arg-type]


REFERENCE = Table("reference")
PERSON = Table("person")  # rows with a person_id: theirs and the sender's, nobody else sees them
INTERNAL = Table("internal", trailed=False)

TABLES: dict[str, Table] = {
    "pipeline_firm": _firm(
        firm_column="id",
        to_leaders=True,
        hidden=("search", "plain_name", "former_names", "initials", "also", "also_search", "code_backwards"),
        dated=False,
        agency_fills=("figures", "rights"),
        agency_sees=("plan",),
        bank_sees=("verdict", "one_page", "figures"),
    ),
    "pipeline_firmmove": _firm(to_leaders=True),
    "pipeline_formername": _firm(),
    "pipeline_contact": _firm(),
    "pipeline_mergedrecord": _firm(to_leaders=True, hidden=("moved", "made")),
    "pipeline_hit": _firm(office_only=True, beside="other_id"),
    "pipeline_trait": _firm(office_only=True, trailed=False),
    "pipeline_looked": _firm(office_only=True, trailed=False),
    "pipeline_appointment": _firm(),
    "pipeline_mandate": _firm(),
    "pipeline_invitation": _firm(hidden=("digest",)),
    "pipeline_viewing": _firm(append_only=True, trailed=False),
    "pipeline_showing": _firm(trailed=False),
    "pipeline_financialyear": _firm(agency_fills=("figures",), bank_sees=("figures",)),
    "pipeline_sourcedfigure": _firm(agency_fills=("figures",)),
    "pipeline_explanation": _firm(agency_fills=("figures",)),
    "pipeline_draft": _firm(trailed=False, agency_fills=("figures",)),
    "pipeline_intellectualproperty": _firm(agency_fills=("rights",)),
    "pipeline_rdproject": _firm(),
    "pipeline_expenseline": _firm(),
    "pipeline_hitechproduct": _firm(),
    "pipeline_productincome": _firm(),
    "pipeline_tie": _firm(),
    "pipeline_conversion": _firm(),
    "pipeline_conversionproof": _firm(),
    "pipeline_staffmonth": _firm(),
    "pipeline_staffmember": _firm(hidden=("name",)),
    "pipeline_workbook": _firm(hidden=("content",)),
    "pipeline_accountbook": _firm(hidden=("content",)),
    "pipeline_accountmapping": _firm(),
    "pipeline_document": _firm(agency_fills=("plan",), only=Rows("purpose = 'step'", {"purpose": "step"})),
    "pipeline_documentversion": _firm(agency_fills=("plan",), only=Rows(OF_STEPS, {"document__purpose": "step"})),
    "pipeline_evidence": _firm(agency_fills=("plan",), only=Rows("step_id is not null", {"step__isnull": False})),
    "pipeline_upload": _firm(trailed=False),
    "pipeline_uploadpiece": _firm(trailed=False),
    "pipeline_commitment": _firm(append_only=True),
    "pipeline_statement": _firm(),
    "pipeline_auditor": _firm(),
    "pipeline_bundle": _firm(hidden=("parts_done", "worked_at", "kept")),
    "pipeline_note": _firm(append_only=True, inner="internal"),
    "pipeline_presence": _firm(office_only=True, trailed=False, unlogged=True),
    "pipeline_faultdraft": _firm(office_only=True, trailed=False),
    "pipeline_acceptance": _firm(office_only=True),
    "pipeline_case": _firm(to_leaders=True, stages="case", placed=True, hidden=("county_id",), agency_sees=("plan",)),
    "pipeline_transition": _firm(append_only=True),
    "pipeline_assignment": _firm(append_only=True, office_only=True),
    "pipeline_escalation": _firm(append_only=True, office_only=True),
    "pipeline_call": _firm(office_only=True),
    "pipeline_fault": _firm(
        agency_sees=("figures",), only=Rows("place like 'figures.%'", {"place__startswith": "figures."})
    ),
    "pipeline_flag": _firm(),
    "pipeline_proposal": _firm(),
    "pipeline_diagnosis": _firm(append_only=True, agency_sees=("plan",)),
    "pipeline_gap": _firm(append_only=True, agency_sees=("plan",)),
    "pipeline_plan": _firm(agency_sees=("plan",)),
    "pipeline_step": _firm(agency_fills=("plan",)),
    "pipeline_visit": _firm(agency_sees=("plan",)),
    "pipeline_application": _firm(to_leaders=True, stages="application", placed=True, hidden=("county_id",)),
    "pipeline_placement": _firm(office_only=True),
    "pipeline_countycheck": _firm(append_only=True, office_only=True),
    "pipeline_supplement": _firm(),
    "pipeline_listed": _firm(office_only=True),
    "pipeline_certificate": _firm(to_leaders=True),
    "pipeline_certificateevent": _firm(append_only=True),
    "pipeline_obligation": _firm(),
    "pipeline_notice": _firm(
        agency_fills=("plan",),
        only=Rows("kind = 'coaching.finish_step'", {"kind": "coaching.finish_step"}),
    ),
    "pipeline_difficulty": _firm(),
    "pipeline_booking": _firm(),
    "pipeline_attendance": _firm(),
    "pipeline_smeregistration": _firm(),
    "pipeline_smeevent": _firm(append_only=True, inner="internal"),
    "pipeline_objection": _firm(office_only=True),
    "pipeline_ownobjection": _firm(),
    "pipeline_annualupdate": _firm(),
    "pipeline_leaver": _firm(office_only=True),
    "pipeline_handover": _firm(office_only=True),
    "pipeline_seat": Table("office"),
    "pipeline_seatrequest": Table("office"),
    "pipeline_absence": Table("office"),
    "pipeline_delegation": Table("office"),
    "pipeline_routingrule": Table("office"),
    "pipeline_claim": Table("office", hidden=("sha256",)),
    "pipeline_bookdraft": Table("office"),
    "pipeline_phrase": Table("office"),
    "pipeline_steptemplate": Table("office"),
    "pipeline_event": Table("office"),
    "pipeline_mergeproposal": Table("office"),
    "pipeline_registryevent": Table("office"),
    "pipeline_registryextract": Table("office", hidden=("lines_done", "worked_at")),
    "pipeline_resultlist": Table("office", hidden=("worked_at",)),
    "pipeline_result": Table("office"),
    "pipeline_import": Table("office", hidden=("rows_done", "worked_at", "committed_to")),
    "pipeline_importrow": Table("office", trailed=False),
    "pipeline_poolpart": Table("office", trailed=False, unlogged=True),
    "pipeline_trial": Table("office", trailed=False),
    "pipeline_trialsheet": Table("office", trailed=False),
    "pipeline_savedview": Table("office"),
    "pipeline_tag": Table("office"),
    "pipeline_tagging": Table("office"),
    "pipeline_export": Table("office", hidden=("rows_done", "worked_at", "kept")),
    "pipeline_bulk": Table("office", hidden=("rows_done", "worked_at")),
    "pipeline_bulkrow": Table("office", trailed=False),
    "pipeline_expert": Table("office"),
    "pipeline_panel": Table("office", hidden=("draw",)),
    "pipeline_panelfile": Table("office", hidden=("content", "bands")),
    "pipeline_panelmember": Table("office", hidden=("salt",)),
    "pipeline_scoresheet": Table("office"),
    "pipeline_telling": PERSON,
    "pipeline_phoneproof": Table("person", trailed=False),
    "pipeline_delivery": Table("person", trailed=False),
    "pipeline_user": Table("reference", hidden=("password", "last_login")),
    "pipeline_office": REFERENCE,
    "pipeline_division": REFERENCE,
    "pipeline_field": REFERENCE,
    "pipeline_industry": REFERENCE,
    "pipeline_round": REFERENCE,
    "pipeline_quota": REFERENCE,
    "pipeline_roundreminder": REFERENCE,
    "pipeline_provincelist": REFERENCE,
    "pipeline_hour": REFERENCE,
    "pipeline_announcement": REFERENCE,
    "pipeline_yearnotice": REFERENCE,
    "pipeline_window": REFERENCE,
    "pipeline_smepublicity": REFERENCE,
    "pipeline_smecheck": REFERENCE,
    "pipeline_adjustment": REFERENCE,
    "pipeline_bookedition": Table("reference", append_only=True, signed_by="city_head"),
    "pipeline_casecounter": INTERNAL,
    "pipeline_heartbeat": INTERNAL,
    "pipeline_pace": INTERNAL,
    "pipeline_trailseal": Table("internal", append_only=True, trailed=False),
    "trail_entry": Table("internal", trailed=False),
    "cache_entry": INTERNAL,
    "django_session": INTERNAL,
    "django_migrations": INTERNAL,
    "django_content_type": INTERNAL,
    "auth_group": INTERNAL,
    "auth_permission": INTERNAL,
    "auth_group_permissions": INTERNAL,
    "account_emailaddress": INTERNAL,
    "account_emailconfirmation": INTERNAL,
    "mfa_authenticator": INTERNAL,
    "usersessions_usersession": INTERNAL,
}


def attach_triggers() -> None:
    """Register the trail, guard and stage triggers with their models, for django-pgtrigger to put into migrations."""
    for model in apps.get_app_config("pipeline").get_models():
        table = TABLES.get(model._meta.db_table)
        if table is None or not model._meta.managed:
            continue
        for trigger in triggers(model._meta.db_table, table):
            trigger.register(model)  # type: ignore[arg-type]  # it takes classes


def triggers(name: str, table: Table) -> Iterator[pgtrigger.Trigger]:
    if table.trailed:
        yield from _trail_triggers(table)
    if table.append_only:
        yield from _append_only_triggers()
    if table.stages:
        yield from _stage_triggers(table.stages)
    if table.placed:
        yield _county_trigger()
    if name == "pipeline_firmmove":
        yield from _move_triggers([each for each, other in TABLES.items() if other.placed])


def _trail_triggers(table: Table) -> Iterator[pgtrigger.Trigger]:
    firm = f"r.{table.firm_column}" if table.kind == "firm" else "null"
    hidden = "".join(f" - '{column}'" for column in table.hidden)
    old, new = f"to_jsonb(o){hidden}", f"to_jsonb(n){hidden}"
    yield _trail("insert", pgtrigger.Insert, "new_rows n", "n", firm, "null", new, new="new_rows")
    yield _trail("delete", pgtrigger.Delete, "old_rows o", "o", firm, old, "null", old="old_rows")
    changed = f"old_rows o join new_rows n using (id) where {old} is distinct from {new}"
    yield _trail("update", pgtrigger.Update, changed, "n", firm, old, new, old="old_rows", new="new_rows")


def _trail(
    name: str, on: pgtrigger.Operation, rows: str, row: str, firm: str, before: str, after: str, **referencing: str
) -> pgtrigger.Trigger:
    key = "id" if name == "update" else f"{row}.id"
    return pgtrigger.Trigger(
        name=f"trail_{name}",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=on,
        referencing=pgtrigger.Referencing(**referencing),  # type: ignore[no-untyped-call]
        func=(
            'insert into trail_entry (at, xid, actor, request_id, act, "table", operation, "row", firm_id, before,'
            " after) select now(), pg_current_xact_id()::text::bigint,"
            " coalesce(current_setting('app.scope', true), ''), coalesce(current_setting('app.request', true), ''),"
            f" coalesce(current_setting('app.act', true), ''), tg_table_name, '{name}', {key}::text,"
            f" {firm.replace('r.', row + '.')}, {before}, {after} from {rows};"
            " return null;"
        ),
    )


def _append_only_triggers() -> Iterator[pgtrigger.Trigger]:
    for name, operation in (("edit", pgtrigger.Update | pgtrigger.Delete), ("truncate", pgtrigger.Truncate)):
        yield pgtrigger.Trigger(
            name=f"no_{name}",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=operation,
            func="raise exception '% is append-only', tg_table_name using errcode = 'MP002'; return null;",
        )


def _stage_triggers(table: Literal["case", "application"]) -> Iterator[pgtrigger.Trigger]:
    yield _decision_trigger(table)
    pairs = ", ".join(f"('{source}', '{target}')" for source, target in stages.pairs(table))
    openings = ", ".join(f"'{stage}'" for stage in stages.openings(table))
    yield pgtrigger.Trigger(
        name="stage_moves",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),  # type: ignore[no-untyped-call]
        func=(
            "if exists (select 1 from old_rows o join new_rows n using (id) where o.stage <> n.stage"
            f" and ((o.stage, n.stage) not in ({pairs}) or n.version <= o.version)) then"
            " raise exception 'the table of moves does not allow this' using errcode = 'MP001'; end if; return null;"
        ),
    )
    yield pgtrigger.Trigger(
        name="stage_opens",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="new_rows"),  # type: ignore[no-untyped-call]
        func=(
            f"if exists (select 1 from new_rows n where n.stage not in ({openings})) then"
            " raise exception 'no row may begin at this stage' using errcode = 'MP001'; end if; return null;"
        ),
    )


def _decision_trigger(table: Literal["case", "application"]) -> pgtrigger.Trigger:
    """Who decides sees the firm and so its flags; who raises one holds the firm's rows, so that neither misses the
    other."""
    pairs = ", ".join(f"('{source}', '{target}')" for source, target in stages.decisions(table))
    return pgtrigger.Trigger(
        name="flags_block",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        referencing=pgtrigger.Referencing(old="old_rows", new="new_rows"),  # type: ignore[no-untyped-call]
        func=(
            "if exists (select 1 from old_rows o join new_rows n using (id)"
            " join pipeline_flag f on f.firm_id = n.firm_id and f.cleared_on is null"
            f" where o.stage <> n.stage and (o.stage, n.stage) in ({pairs})) then"
            " raise exception 'an open flag of the firm forbids the decision' using errcode = 'MP003';"
            " end if; return null;"
        ),
    )


def _county_trigger() -> pgtrigger.Trigger:
    """A row gets its firm's county, whatever it was given. It waits for who is moving the firm, and who moves the firm
    waits for it: `_move_triggers` holds the firm's row.
    """
    return pgtrigger.Trigger(
        name="county_of_firm",
        level=pgtrigger.Row,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("firm_id", "county_id"),  # type: ignore[no-untyped-call]
        func=(
            "perform from pipeline_firm f where f.id = new.firm_id for share;"
            " new.county_id := (select m.division_id from pipeline_firmmove m"
            " where m.firm_id = new.firm_id and upper_inf(m.during)); return new;"
        ),
    )


def _move_triggers(placed: list[str]) -> Iterator[pgtrigger.Trigger]:
    """Where a firm moves, the rows that carry its county follow. Only the city and its services move a firm that has
    such rows (row policies), and they see all of them.
    """
    rows = {"insert": "select firm_id from new_rows", "delete": "select firm_id from old_rows"}
    rows["update"] = f"{rows['insert']} union {rows['delete']}"
    operations = {"insert": pgtrigger.Insert, "delete": pgtrigger.Delete, "update": pgtrigger.Update}
    for name, moved in rows.items():
        held = f"perform from pipeline_firm f where f.id in ({moved}) order by f.id for no key update;"
        follow = "".join(
            f" update {table} t set county_id = m.division_id from ({moved}) moved left join pipeline_firmmove m"
            " on m.firm_id = moved.firm_id and upper_inf(m.during)"
            " where t.firm_id = moved.firm_id and t.county_id is distinct from m.division_id;"
            for table in placed
        )
        yield pgtrigger.Trigger(
            name=f"counties_follow_{name}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operations[name],
            referencing=pgtrigger.Referencing(  # type: ignore[no-untyped-call]
                **{side: f"{side}_rows" for side in ("old", "new") if f"{side}_rows" in moved}
            ),
            func=f"{held}{follow} return null;",
        )
