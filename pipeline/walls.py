"""The row policies and grants of every table, as SQL generated from the register."""

from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings

from pipeline.paired_walls import CHANGING, PAIRED
from pipeline.panel_walls import PANEL_POLICIES, READ_BY_OWNER
from pipeline.register import TABLES, Table

SEES_ALL = "(select mp_sees_city())"
LEADS = "(select mp_leads())"
CITY_WRITES = ("pipeline_yearnotice", "pipeline_window", "pipeline_adjustment")  # what everybody reads


def walls() -> str:
    """The SQL of the scope functions, every row policy and grant, in the order of the register. It may be run again."""
    functions = Path(settings.BASE_DIR, "config", "postgres", "scope.sql").read_text()
    return functions + "\n".join(line for name, table in TABLES.items() for line in _walls_of(name, table)) + "\n"


def _walls_of(name: str, table: Table) -> Iterator[str]:
    if table.append_only or name == "trail_entry":
        yield f"revoke update, delete, truncate on {name} from web;"
    if name in CHANGING:
        yield f"revoke update on {name} from web;"
        yield f"grant update ({CHANGING[name]}) on {name} to web;"
    if table.unlogged:
        yield f"alter table {name} set unlogged;"
    if name == "django_migrations":
        yield f"revoke insert, update, delete on {name} from web;"
    if name == "trail_entry":
        yield from _trail_walls()
    elif table.kind == "firm":
        yield from _firm_policies(name, table)
        if table.placed:
            yield from _placed_rows(name)
    elif name in OWN_POLICIES:
        yield from OWN_POLICIES[name](name)
    elif name in PANEL_POLICIES:
        yield from _policies(name, **PANEL_POLICIES[name])
        if name in READ_BY_OWNER:
            yield from _owner_reads(name)
    elif name in PAIRED:
        yield from _policies(name, **PAIRED[name])
    elif name in CITY_WRITES:
        yield from _policies(name, select="true", write=SEES_ALL)
    elif name == "pipeline_steptemplate":
        mine = f"{SEES_ALL} or office_id in (select mp_offices())"
        yield from _policies(name, select=f"({mine} or (select mp_holds('coach')))", write=f"({mine})")
    elif table.signed_by:
        signed = f"((select mp_holds('{table.signed_by}')) and published_by_id = (select mp_user()))"
        yield from _policies(name, select="true", write="", add=signed)
    elif table.kind == "person":
        own = "(person_id = (select mp_user()) or current_setting('app.scope', true) = 'sender')"
        yield from _policies(name, select=own, write=own)
    elif table.kind == "office":
        mine = f"({SEES_ALL} or office_id in (select mp_offices()))"
        yield from _policies(name, select=mine, write=mine)


def _view_policies(name: str) -> Iterator[str]:
    """A saved view is its owner's; it may be shown to the owner's office."""
    own, shown = "person_id = (select mp_user())", f"shared and ({SEES_ALL} or office_id in (select mp_offices()))"
    mine = f"({own} and office_id in (select mp_offices()))"
    yield from _policies(name, select=f"({own} or ({shown}))", write=mine, remove=f"({own})")


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
    """A county's rows are known by their own column where they carry it; else its firms are asked for by an EXISTS over
    their moves.

    For a page of rows the planner probes the index, for a long scan it hashes the county's firms once. With
    `firm_id = any(array(...))` over the firms themselves it would compare each row with every firm of the county.
    """
    column = f"{name}.{table.firm_column}"
    past = f"{column} in (select mp_past_firms())"
    if name == "pipeline_firmmove":
        yield from _move_policies(name, past)
    else:
        entrusted, filled = _parts_of(column, table)
        within = _placed_in if table.placed else _in_counties
        bureau = f"{SEES_ALL} or {within(column, 'mp_counties')}"
        now = bureau if table.office_only else f"{bureau} or {_own_rows(name, column, table)}"
        recorded = f" and (recorded_at at time zone 'Asia/Shanghai')::date < mp_left({column})" if table.dated else ""
        seen = f"{now} or ({past}{recorded})"
        if table.beside:
            seen, now = _with_other(table, now, seen), _with_other(table, now, now)
        if table.to_leaders:
            seen += f" or {LEADS} or {within(column, 'mp_led_counties')}"
        if name == "pipeline_invitation":
            yield from _invitation_policies(name, seen, now)
        elif name == "pipeline_notice":
            yield from _notice_policies(name, seen + entrusted, now + filled)
        else:
            add = f"({now} or {LOOKS})" if name == "pipeline_viewing" else ""
            seen += entrusted + ROWS_LET_IN.get(name, "")
            write = f"({bureau})" if table.inner else f"({now}{filled})"
            yield from _policies(name, **{"select": f"({seen})", "add": add, "write": write, **PAIRED.get(name, {})})
    if name in (
        "pipeline_firm",
        "pipeline_firmmove",
        "pipeline_appointment",
        "pipeline_mandate",
        "pipeline_invitation",
        "pipeline_attendance",
    ):
        yield from _owner_reads(name)


def _own_rows(name: str, column: str, table: Table) -> str:
    own = f"{column} in (select mp_own_firms())"
    return f"({own} and not {name}.{table.inner})" if table.inner else own


def _with_other(table: Table, now: str, alone: str) -> str:
    """Of two firms a county must have both, and now; a row of one firm follows what holds for the firm `alone`."""
    other = f"{SEES_ALL} or {_in_counties(table.beside, 'mp_counties')}"
    return f"case when {table.beside} is null then ({alone}) else ({now}) and ({other}) end"


def _parts_of(column: str, table: Table) -> tuple[str, str]:
    """What a mandate adds to the policies of a table: who reads, and who writes besides."""
    seen, filled = "", ""
    only = "" if table.only.sql == "true" else f" and {table.only.sql}"
    if table.agency_fills:
        filled = f" or ({column} in {_mandated('agency', table.agency_fills)}{only})"
    if table.agency_fills or table.agency_sees:
        seen = f" or ({column} in {_mandated('agency', table.agency_fills + table.agency_sees)}{only})"
    if table.bank_sees:
        seen += f" or {column} in {_mandated('bank', table.bank_sees)}"
    return seen, filled


def _mandated(kind: str, parts: tuple[str, ...]) -> str:
    return f"(select mp_mandated('{kind}', '{{{','.join(parts)}}}'))"


LET_IN = "(select mp_mandated('agency', null)) or {0} in (select mp_mandated('bank', null))"
LOOKS = f"(person_id = (select mp_user()) and (firm_id in {LET_IN.format('firm_id')}))"
ROWS_LET_IN = {
    "pipeline_mandate": " or id in (select mp_mandates())",
    "pipeline_showing": "".join(
        f" or (part = '{part}' and firm_id in {_mandated('bank', (part,))})" for part in ("verdict", "one_page")
    ),
}


def _in_counties(column: str, counties: str) -> str:
    return (
        f"exists (select from pipeline_firmmove m where m.firm_id = {column} and upper_inf(m.during)"
        f" and m.division_id = any(array(select {counties}())))"
    )


def _placed_in(column: str, counties: str) -> str:
    return f"{column.partition('.')[0]}.county_id = any(array(select {counties}()))"


def _placed_rows(name: str) -> Iterator[str]:
    """Gives rows that were there before the column was their firm's county. The owner reads moves, not these rows."""
    yield f"alter table {name} no force row level security;"
    yield (
        f"update {name} t set county_id = m.division_id from pipeline_firmmove m"
        " where m.firm_id = t.firm_id and upper_inf(m.during) and t.county_id is distinct from m.division_id;"
    )
    yield "set constraints all immediate;"
    yield f"alter table {name} force row level security;"


def _move_policies(name: str, past: str) -> Iterator[str]:
    """Where a firm belongs is changed by the city. A county writes the first line of a firm nobody has on record."""
    mine = "division_id = any(array(select mp_counties()))"
    led = f"{LEADS} or (upper_inf(during) and division_id = any(array(select mp_led_counties())))"
    mine_whole = "firm_id in (select mp_own_firms()) or firm_id in (select mp_firms())"
    mine_whole += f" or firm_id in {LET_IN.format('firm_id')}"
    seen = f"{SEES_ALL} or {mine} or {mine_whole} or {past} or {led}"
    new = f"({SEES_ALL} or ({mine} and not mp_on_record(firm_id)))"
    yield from _policies(name, select=f"({seen})", add=new, write=SEES_ALL)


def _seat_policies(name: str) -> Iterator[str]:
    own, here = f"{name}.firm_id in (select mp_own_firms())", _in_counties(f"{name}.firm_id", "mp_counties")
    firms = f"({own} or {here})"  # `mp_firms` would read all firms of a county to look at one seat
    coaches = "(kind = 'coach' and exists (select mp_offices()))"  # offices appoint them
    colleagues = "office_id in (select mp_offices())"  # a head puts cases into their hands
    everybody = f"{SEES_ALL} or (select mp_holds('security_admin'))"
    agencies = "(kind in ('agency', 'bank') and exists (select mp_own_firms()))"  # firms let them in
    given = "(select mp_holds('security_admin')) or (select mp_provisions())"
    owned = "firm_id in (select mp_owned_firms())"
    checked = f"(kind = 'firm_owner' and ({SEES_ALL} or (exists (select mp_offices()) and {firms})))"
    asked = (
        "exists (select from pipeline_invitation i where i.id in (select mp_invited())"
        " and i.firm_id = pipeline_seat.firm_id and i.kind = pipeline_seat.kind)"
    )
    taken_over = f"(kind = 'firm_owner' and {asked})"  # who takes a firm over ends its owner's seat
    seen = f"user_id = (select mp_user()) or {everybody} or {colleagues} or {coaches} or {agencies} or {firms}"
    confirmed = (
        f"exists (select from pipeline_seatrequest r where r.id = {name}.request_id and r.state = 'given'"
        " and r.decided_by_id = (select mp_user())"
        f" and r.user_id = {name}.user_id and r.kind = {name}.kind and r.agency = {name}.agency"
        f" and r.office_id is not distinct from {name}.office_id and {name}.firm_id is null"
        f" and lower({name}.during) >= r.begins_on and upper({name}.during) is not distinct from r.ends_on)"
    )
    yield from _policies(
        name,
        select=f"({seen} or {taken_over})",
        add=f"({given} or {owned} or {checked} or {confirmed} or (user_id = (select mp_user()) and {asked}))",
        write=f"({given} or {owned} or {taken_over})",
        remove=f"({given})",
    )
    yield from _owner_reads(name)


def _seat_request_policies(name: str) -> Iterator[str]:
    """A security administrator asks in their own name; somebody else decides. What was asked for is not changed."""
    asks = "(asked_by_id = (select mp_user()) and (select mp_holds('security_admin')))"
    decides = f"((select mp_holds('security_admin')) or ({SEES_ALL} and (select mp_holds('city_head'))))"
    decided = (
        "(decided_by_id = (select mp_user()) and ((state = 'dropped' and asked_by_id = decided_by_id)"
        " or (state in ('given', 'refused') and asked_by_id <> decided_by_id)))"
    )
    yield f"revoke update on {name} from web;"
    yield f"grant update (state, decided_by_id, decided_on, why) on {name} to web;"
    yield from _policies(
        name,
        select=f"({SEES_ALL} or (select mp_holds('security_admin')))",
        add=f"({asks} and state = 'asked')",
        write=f"({decides} and state = 'asked')",
        check=decided,
        remove="false",
    )


def _notice_policies(name: str, seen: str, now: str) -> Iterator[str]:
    """Of their own seats and account a person is told by the administrators. Of others the city reads it, as it sees
    every seat.
    """
    own = "(firm_id is null and person_id = (select mp_user()) and \"to\" = 'self')"
    tellers = "((select mp_holds('security_admin')) or (select mp_holds('system_admin')))"
    told = f"(firm_id is null and \"to\" = 'self' and {tellers})"
    yield from _policies(
        name,
        select=f"({seen} or {own} or {told})",
        add=f"({now} or {told})",
        write=f"({now} or {own})",
        remove=f"({now})",
    )


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


def _delegation_policies(name: str) -> Iterator[str]:
    """A signature is given by who heads the office, in their own name, to somebody who sits in it; and taken back."""

    def sits(column: str, kinds: str) -> str:
        return (
            f"exists (select from pipeline_seat s where s.user_id = {column} and s.office_id = {name}.office_id"
            f" and s.kind in ({kinds}) and s.during @> mp_today())"
        )

    heads, everybody = "'city_head', 'county_head'", "'city_head', 'county_head', 'city_officer', 'county_officer'"
    mine = f"({SEES_ALL} or office_id in (select mp_offices()))"
    own = f"(giver_id = (select mp_user()) and {sits('giver_id', heads)} and {sits('to_id', everybody)})"
    given = "(giver_id = (select mp_user()))"
    yield from _policies(name, select=mine, add=own, write=given, check=own, remove=given)


def _claim_policies(name: str) -> Iterator[str]:
    """A claim is made in one's own name and decided by the office it is addressed to."""
    own, office = "person_id = (select mp_user())", f"{SEES_ALL} or office_id in (select mp_offices())"
    yield from _policies(name, select=f"({own} or {office})", add=f"({own} and state = 'open')", write=f"({office})")


def _hour_policies(name: str) -> Iterator[str]:
    """An hour is offered in one's own name. Nothing of it changes but its state: its host withdraws it, a firm that it
    is open to takes it and gives it back.
    """
    host = "host_id = (select mp_user())"
    offers = "((select mp_holds('coach')) or exists (select mp_offices()))"
    own = "firm_id in (select mp_own_firms())"
    county = f"select m.division_id from pipeline_firmmove m where upper_inf(m.during) and m.{own}"
    coaches = f"select a.coach_id from pipeline_appointment a where a.{own}"
    open_to = (
        "exists (select mp_own_firms()) and (side = 'city'"
        f" or (side = 'county' and division_id in ({county})) or (side = 'coach' and host_id in ({coaches})))"
    )
    yield f"revoke update on {name} from web;"
    yield f"grant update (state) on {name} to web;"
    yield from _policies(
        name,
        select="true",
        add=f"({host} and {offers})",
        write=f"({host} or ({open_to}))",
        check=f"({host} or (state in ('free', 'taken') and {open_to}))",
        remove=f"({host})",
    )


def _event_policies(name: str) -> Iterator[str]:
    """An event is its office's; whoever sees a firm that is invited sees what to."""
    mine = f"{SEES_ALL} or office_id in (select mp_offices())"
    invited = f"exists (select from pipeline_attendance a where a.event_id = {name}.id)"
    yield from _policies(name, select=f"({mine} or {invited})", write=f"({mine})")


def _quota_policies(name: str) -> Iterator[str]:
    """The city says how many firms it expects of each county; a county is told its own number."""
    own = "division_id = any(array(select mp_counties()))"
    yield from _policies(name, select=f"({SEES_ALL} or {own})", write=SEES_ALL)


def _bureau_policies(name: str) -> Iterator[str]:
    """What the city writes for its offices and the counties', and nobody else reads."""
    yield from _policies(name, select=f"({SEES_ALL} or exists (select mp_offices()))", write=SEES_ALL)


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


# tables whose rows are seen and written by rules of their own
OWN_POLICIES: dict[str, Callable[[str], Iterator[str]]] = {
    "pipeline_seat": _seat_policies,
    "pipeline_seatrequest": _seat_request_policies,
    "pipeline_claim": _claim_policies,
    "pipeline_delegation": _delegation_policies,
    "pipeline_savedview": _view_policies,
    "pipeline_hour": _hour_policies,
    "pipeline_event": _event_policies,
    "pipeline_quota": _quota_policies,
    "pipeline_roundreminder": _bureau_policies,
    "pipeline_provincelist": _bureau_policies,
}
