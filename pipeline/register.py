"""Every table of the house, once: whose it is, and the walls that follow from that.

From this register come the row policies, the trail triggers, the append-only guards and the stage guards. A table
that is not in it fails the build. Policies and grants are frozen as SQL in a migration (`manage.py freeze_walls`
prints it, a test compares it with what stands here); triggers are carried by django-pgtrigger.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pgtrigger
from django.apps import apps
from django.conf import settings

from pipeline import stages

Kind = Literal["firm", "office", "reference", "internal"]


@dataclass(frozen=True)
class Table:
    """`firm_column` names the owner of a firm-owned row; `append_only` forbids what is not an insert; `to_leaders`
    lets a leader's seat read it; `trailed` writes each change to the trail; `hidden` are columns the trail leaves
    out; who holds the seat `signed_by`, and nobody else, adds rows, as `published_by_id`."""

    kind: Kind
    firm_column: str = ""
    append_only: bool = False
    to_leaders: bool = False
    trailed: bool = True
    hidden: tuple[str, ...] = ()
    signed_by: str = ""
    dated: bool = True  # has recorded_at, so that a county a firm has left keeps what it saw
    stages: Literal["", "case", "application"] = ""


def _firm(**also: object) -> Table:
    return Table("firm", **{"firm_column": "firm_id", **also})  # type: ignore[arg-type]


REFERENCE = Table("reference")
INTERNAL = Table("internal", trailed=False)

TABLES: dict[str, Table] = {
    "pipeline_firm": _firm(firm_column="id", to_leaders=True, hidden=("search", "plain_name"), dated=False),
    "pipeline_firmmove": _firm(to_leaders=True),
    "pipeline_formername": _firm(),
    "pipeline_contact": _firm(),
    "pipeline_appointment": _firm(),
    "pipeline_mandate": _firm(),
    "pipeline_invitation": _firm(hidden=("digest",)),
    "pipeline_viewing": _firm(trailed=False),
    "pipeline_financialyear": _firm(),
    "pipeline_sourcedfigure": _firm(),
    "pipeline_explanation": _firm(),
    "pipeline_draft": _firm(trailed=False),
    "pipeline_intellectualproperty": _firm(),
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
    "pipeline_document": _firm(),
    "pipeline_documentversion": _firm(),
    "pipeline_evidence": _firm(),
    "pipeline_upload": _firm(trailed=False),
    "pipeline_uploadpiece": _firm(trailed=False),
    "pipeline_commitment": _firm(append_only=True),
    "pipeline_case": _firm(to_leaders=True, stages="case"),
    "pipeline_transition": _firm(append_only=True),
    "pipeline_fault": _firm(),
    "pipeline_flag": _firm(),
    "pipeline_proposal": _firm(),
    "pipeline_diagnosis": _firm(append_only=True),
    "pipeline_gap": _firm(append_only=True),
    "pipeline_plan": _firm(),
    "pipeline_step": _firm(),
    "pipeline_visit": _firm(),
    "pipeline_application": _firm(to_leaders=True, stages="application"),
    "pipeline_certificate": _firm(to_leaders=True),
    "pipeline_certificateevent": _firm(append_only=True),
    "pipeline_obligation": _firm(),
    "pipeline_notice": _firm(),
    "pipeline_difficulty": _firm(),
    "pipeline_booking": _firm(),
    "pipeline_smeregistration": _firm(),
    "pipeline_seat": Table("office"),
    "pipeline_claim": Table("office", hidden=("sha256",)),
    "pipeline_bookdraft": Table("office"),
    "pipeline_import": Table("office"),
    "pipeline_importrow": Table("office", trailed=False),
    "pipeline_trial": Table("office", trailed=False),
    "pipeline_trialsheet": Table("office", trailed=False),
    "pipeline_user": Table("reference", hidden=("password", "last_login")),
    "pipeline_office": REFERENCE,
    "pipeline_division": REFERENCE,
    "pipeline_field": REFERENCE,
    "pipeline_industry": REFERENCE,
    "pipeline_round": REFERENCE,
    "pipeline_hour": REFERENCE,
    "pipeline_announcement": REFERENCE,
    "pipeline_bookedition": Table("reference", append_only=True, signed_by="city_head"),
    "pipeline_casecounter": INTERNAL,
    "pipeline_heartbeat": INTERNAL,
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

SEES_ALL = "(select mp_sees_city())"
LEADS = "(select mp_leads())"


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


# Row policies
# -------------------------------------------------------------------------------------------------------------


def walls() -> str:
    """The SQL of the scope functions, every row policy and grant, in the order of the register. It may be run again."""
    functions = Path(settings.BASE_DIR, "config", "postgres", "scope.sql").read_text()
    return functions + "\n".join(line for name, table in TABLES.items() for line in _walls_of(name, table)) + "\n"


def _walls_of(name: str, table: Table) -> Iterator[str]:
    if table.append_only or name == "trail_entry":
        yield f"revoke update, delete, truncate on {name} from web;"
    if name == "django_migrations":
        yield f"revoke insert, update, delete on {name} from web;"
    if name == "trail_entry":
        yield from _trail_walls()
    elif table.kind == "firm":
        yield from _firm_policies(name, table)
    elif name == "pipeline_seat":
        yield from _seat_policies(name)
    elif name == "pipeline_claim":
        yield from _claim_policies(name)
    elif table.signed_by:
        signed = f"((select mp_holds('{table.signed_by}')) and published_by_id = (select mp_user()))"
        yield from _policies(name, select="true", write="", add=signed)
    elif table.kind == "office":
        mine = f"({SEES_ALL} or office_id in (select mp_offices()))"
        yield from _policies(name, select=mine, write=mine)


def _trail_walls() -> Iterator[str]:
    """The trail is written by trigger functions that run as the owner; nobody else adds to it, by no partition
    either, nor by hanging such a function on a table of their own.
    """
    yield "revoke insert on trail_entry from web;"
    yield from _policies(
        "trail_entry", select="((select mp_holds('audit_admin')) or current_setting('app.scope', true) = 'sealer')"
    )
    yield from _owner_reads("trail_entry")  # mp_history answers from it
    yield "drop policy if exists triggers_write on trail_entry;"
    yield "create policy triggers_write on trail_entry for insert to current_user with check (true);"
    yield (
        "do $$ declare each record; begin"
        " for each in select inhrelid::regclass as part from pg_inherits where inhparent = 'trail_entry'::regclass loop"
        " execute format('revoke all on %s from web', each.part); end loop;"
        " for each in select oid::regprocedure as writer from pg_proc where proname like 'pgtrigger_trail_%' loop"
        " execute format('alter function %s security definer set search_path = public, pg_temp', each.writer);"
        " execute format('revoke all on function %s from public', each.writer);"
        " end loop; end $$;"
    )


def _firm_policies(name: str, table: Table) -> Iterator[str]:
    """A county's firms are asked for by an EXISTS over their moves.

    For a page of rows the planner probes the index, for a long scan it hashes the county's firms once. With
    `firm_id = any(array(...))` over the firms themselves it would compare each row with every firm of the county.
    """
    column = f"{name}.{table.firm_column}"
    past = f"{column} in (select mp_past_firms())"
    if name == "pipeline_firmmove":
        yield from _move_policies(name, past)
    else:
        now = f"{SEES_ALL} or {_in_counties(column, 'mp_counties')} or {column} in (select mp_own_firms())"
        recorded = f" and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left({column})" if table.dated else ""
        seen = f"{now} or ({past}{recorded})"
        if table.to_leaders:
            seen += f" or {LEADS} or {_in_counties(column, 'mp_led_counties')}"
        if name == "pipeline_invitation":
            yield from _invitation_policies(name, seen, now)
        else:
            yield from _policies(name, select=f"({seen})", write=f"({now})")
    if name in (
        "pipeline_firm",
        "pipeline_firmmove",
        "pipeline_appointment",
        "pipeline_mandate",
        "pipeline_invitation",
    ):
        yield from _owner_reads(name)


def _in_counties(column: str, counties: str) -> str:
    return (
        f"exists (select from pipeline_firmmove m where m.firm_id = {column} and upper_inf(m.during)"
        f" and m.division_id = any(array(select {counties}())))"
    )


def _move_policies(name: str, past: str) -> Iterator[str]:
    """Where a firm belongs is changed by the city. A county writes the first line of a firm nobody has on record."""
    mine = "division_id = any(array(select mp_counties()))"
    led = f"{LEADS} or (upper_inf(during) and division_id = any(array(select mp_led_counties())))"
    mine_whole = "firm_id in (select mp_own_firms()) or firm_id in (select mp_firms())"
    seen = f"{SEES_ALL} or {mine} or {mine_whole} or {past} or {led}"
    new = f"({SEES_ALL} or ({mine} and not mp_on_record(firm_id)))"
    yield from _policies(name, select=f"({seen})", add=new, write=SEES_ALL)


def _seat_policies(name: str) -> Iterator[str]:
    firms = "firm_id in (select mp_firms())"
    coaches = "(kind = 'coach' and exists (select mp_offices()))"  # offices appoint them
    colleagues = "office_id in (select mp_offices())"  # a head puts cases into their hands
    everybody = f"{SEES_ALL} or (select mp_holds('security_admin'))"
    agencies = "(kind = 'agency' and exists (select mp_own_firms()))"  # firms let them act
    given = "(select mp_holds('security_admin')) or (select mp_provisions())"
    owned = "firm_id in (select mp_owned_firms())"
    checked = (
        f"(kind = 'firm_owner' and ({SEES_ALL} or (exists (select mp_offices()) and firm_id in (select mp_firms()))))"
    )
    asked = (
        "exists (select from pipeline_invitation i where i.id in (select mp_invited())"
        " and i.firm_id = pipeline_seat.firm_id and i.kind = pipeline_seat.kind)"
    )
    taken_over = f"(kind = 'firm_owner' and {asked})"  # who takes a firm over ends its owner's seat
    seen = f"user_id = (select mp_user()) or {everybody} or {firms} or {coaches} or {agencies} or {colleagues}"
    yield from _policies(
        name,
        select=f"({seen} or {taken_over})",
        add=f"({given} or {owned} or {checked} or (user_id = (select mp_user()) and {asked}))",
        write=f"({given} or {owned} or {taken_over})",
        remove=f"({given})",
    )
    yield from _owner_reads(name)


def _invitation_policies(name: str, seen: str, now: str) -> Iterator[str]:
    """Who is invited reads the invitation and may only use it up: a used one gives nothing more."""
    invited = "id in (select mp_invited())"
    yield from _policies(
        name,
        select=f"({seen} or {invited} or used_by_id = (select mp_user()))",
        add=f"({now})",
        write=f"({now} or {invited})",
        check=f"({now} or used_by_id = (select mp_user()))",
        remove=f"({now})",
    )


def _claim_policies(name: str) -> Iterator[str]:
    """A claim is made in one's own name and decided by the office it is addressed to."""
    own, office = "person_id = (select mp_user())", f"{SEES_ALL} or office_id in (select mp_offices())"
    yield from _policies(name, select=f"({own} or {office})", add=f"({own} and state = 'open')", write=f"({office})")


def _owner_reads(name: str) -> Iterator[str]:
    """The functions that answer what a scope may see run as the owner and must read these tables whole."""
    yield f"drop policy if exists owner_reads on {name};"
    yield f"create policy owner_reads on {name} for select to current_user using (true);"


def _policies(
    name: str, *, select: str, write: str = "", add: str = "", check: str = "", remove: str = ""
) -> Iterator[str]:
    yield f"alter table {name} enable row level security;"
    yield f"alter table {name} force row level security;"
    for command in ("read", "add", "change", "remove"):
        yield f"drop policy if exists {command} on {name};"
    yield f"create policy read on {name} for select to web using ({select});"
    if add or write:
        yield f"create policy add on {name} for insert to web with check ({add or write});"
    if write:
        yield f"create policy change on {name} for update to web using ({write}) with check ({check or write});"
        yield f"create policy remove on {name} for delete to web using ({remove or write});"
