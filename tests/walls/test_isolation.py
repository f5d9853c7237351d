# ruff: noqa: S608 - the names of tables come from the register
"""What the database itself shows and lets change, whatever Django asks: each table, each person of the walls' city."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql
from psycopg.types.json import Jsonb

from pipeline import access
from pipeline.access import SERVICES
from pipeline.register import TABLES, Table
from tests.walls.panel_rows import EXPERTS
from tests.walls.world import World, as_role, declare

FIRM_TABLES = {name: table for name, table in TABLES.items() if table.kind == "firm"}
OFFICE_TABLES = [name for name, table in TABLES.items() if table.kind == "office"]
BY_THE_CITY = ("pipeline_firmmove", "pipeline_mergedrecord")  # seen like the firm, written by the city alone
ALL = ("north", "south", "gone", "lost")


@dataclass(frozen=True)
class Sees:
    """`now`: firms seen and written whole; `past`: read to the day they left; `led`: a leader's few tables; `part`: of
    the firm of the south, what a mandate opens.
    """

    now: tuple[str, ...] = ()
    past: tuple[str, ...] = ()
    led: tuple[str, ...] = ()
    part: str = ""
    own: tuple[str, ...] = ()  # of `now`, what is no office's of theirs but their own firm or one they coach

    @property
    def inside(self) -> tuple[str, ...]:
        """Firms of which the person sees what the bureau keeps to itself."""
        return tuple(firm for firm in self.now if firm not in self.own)


NORTH = Sees(now=("north",), past=("gone", "lost"))
NOTHING = Sees()
PEOPLE = {
    "seat:city_officer": Sees(now=ALL),
    "seat:city_head": Sees(now=ALL),
    "seat:county_officer": NORTH,
    "seat:county_head": NORTH,
    "seat:leader": Sees(led=ALL),
    "seat:coach": NOTHING,
    "seat:agency": NOTHING,
    "seat:bank": NOTHING,
    "seat:expert": NOTHING,
    **dict.fromkeys(EXPERTS, NOTHING),  # the panels they sit in: tests/walls/test_panels.py
    **{f"seat:{kind}": Sees(now=("north",), own=("north",)) for kind in sorted(access.FIRM)},
    "seat:system_admin": NOTHING,
    "seat:security_admin": NOTHING,
    "seat:audit_admin": NOTHING,
    "south officer": Sees(now=("south", "gone")),
    "south leader": Sees(led=("south", "gone")),
    "south owner": Sees(now=("south",), own=("south",)),
    "former officer": NOTHING,
    "coming officer": NOTHING,
    "frozen officer": NOTHING,
    "two counties": Sees(now=("north", "south", "gone"), past=("lost",)),
    "official and member": Sees(now=("north", "south", "gone"), own=("north",)),
    "coach of the bureau": NOTHING,
    "misplaced city officer": NOTHING,
    "misplaced county officer": NOTHING,
    "nobody": NOTHING,
    "coach with consent": Sees(now=("south",), own=("south",)),
    "coach without consent": NOTHING,
    "coach of the past": NOTHING,
    "coach to come": NOTHING,
    "coach who lost the seat": NOTHING,
    "agency with a mandate": Sees(part="agency figures"),
    "agency let into rights": Sees(part="agency rights"),
    "agency let into plan": Sees(part="agency plan"),
    "bank shown verdict": Sees(part="bank verdict"),
    "bank shown one_page": Sees(part="bank one_page"),
    "bank shown figures": Sees(part="bank figures"),
    "bank of the past": NOTHING,
    "agency with a bank's mandate": NOTHING,
    "agency of the past": NOTHING,
    "agency to come": NOTHING,
    "agent without a seat": NOTHING,
}


ALWAYS = {"firm": "true", "firmmove": "true", "mandate": "agent_id = %(person)s"}
OF_A_STEP = "document_id in (select id from pipeline_document where purpose = 'step')"
# Which rows of which tables a mandate of the part opens; what is not here stays hidden.
PARTS = {
    "agency figures": {
        **dict.fromkeys(["financialyear", "sourcedfigure", "explanation", "draft"], "true"),
        "fault": "place like 'figures.%%'",
    },
    "agency rights": {"intellectualproperty": "true"},
    "agency plan": {
        **dict.fromkeys(["case", "diagnosis", "gap", "plan", "step", "visit"], "true"),
        "document": "purpose = 'step'",
        "documentversion": OF_A_STEP,
        "evidence": "step_id is not null",
        "notice": "kind = 'coaching.finish_step'",
    },
    "bank verdict": {"showing": "part = 'verdict'"},
    "bank one_page": {"showing": "part = 'one_page'"},
    "bank figures": {"financialyear": "true"},
}


def rows(raw: psycopg.Connection, table: str) -> set[Any]:
    return {key for (key,) in raw.execute(sql.SQL("select id from {}").format(sql.Identifier(table)))}


def opened(world: World, everything: psycopg.Connection, name: str, table: Table, part: str, person: int) -> set[Any]:
    condition = (ALWAYS | PARTS[part]).get(name.removeprefix("pipeline_"), "false")
    form = f"select id from {name} where {table.firm_column} = %(firm)s and {condition}"
    return {key for (key,) in everything.execute(form, {"firm": world.firms["south"], "person": person})}


def expected(
    world: World, everything: psycopg.Connection, name: str, table: Table, sees: Sees, person: int = 0
) -> set[Any]:
    """The oracle, told by the superuser from what the people above are said to see."""
    leave = world.left
    of = {firm: world.firms[firm] for firm in ALL}
    column = table.firm_column
    recorded = "recorded_at" if name not in ("pipeline_firm", "pipeline_firmmove") else "null::timestamptz"
    inner = f"{name}.{table.inner}" if table.inner else str(table.office_only).lower()
    form = f"select id, {column}, ({recorded} at time zone 'Asia/Shanghai')::date, {inner} from {name}"
    found = set()
    for key, firm, day, kept_inside in everything.execute(form):
        now = firm in [of[each] for each in (sees.inside if kept_inside else sees.now)]
        past = firm in [of[each] for each in sees.past] and _before(day, leave)
        led = table.to_leaders and firm in [of[each] for each in sees.led]
        if now or past or led:
            found.add(key)
    if sees.part:
        found |= opened(world, everything, name, table, sees.part, person)
    if name == "pipeline_firmmove" and sees.led and set(sees.led) != set(ALL):
        found &= {
            key
            for (key,) in everything.execute(
                "select id from pipeline_firmmove where division_id = %s", [world.divisions["south"]]
            )
        }
    return found


def _before(day: date | None, leave: date) -> bool:
    return day is None or day < leave


@pytest.fixture(scope="module")
def whole(world: World) -> dict[str, int]:
    """How many rows each table holds, as the superuser counts them."""
    with as_role("postgres") as raw:
        return {name: len(rows(raw, name)) for name in [*FIRM_TABLES, *OFFICE_TABLES]}


def test_every_table_of_firms_and_offices_has_rows_to_hide(world: World, whole: dict[str, int]):
    assert [name for name, count in whole.items() if not count] == []
    with as_role("postgres") as raw:
        for name, table in FIRM_TABLES.items():
            owners = raw.execute(f"select count(distinct {table.firm_column}) from {name}").fetchone()
            assert owners == (len(ALL),), f"{name} has no row of some firm"


@pytest.mark.parametrize("scope", ["", "0", "999999", "-1", "web", "intake ", "INTAKE", "1 or 1=1", "9" * 30])
def test_without_a_person_no_row_of_any_firm_or_office_is_there(world: World, whole: dict[str, int], scope: str):
    with as_role("web") as raw:
        declare(raw, scope)
        assert {name: len(rows(raw, name)) for name in whole} == dict.fromkeys(whole, 0)


def test_nothing_is_there_where_no_scope_was_ever_declared(world: World, whole: dict[str, int]):
    with as_role("web") as raw:
        assert raw.execute("select current_setting('app.scope', true)").fetchone() == (None,)
        assert {name: len(rows(raw, name)) for name in whole} == dict.fromkeys(whole, 0)


def test_not_even_the_owner_sees_what_firms_confide(world: World):
    open_to_functions = {"pipeline_firm", "pipeline_firmmove", "pipeline_appointment", "pipeline_seat"}
    open_to_functions |= {"pipeline_mandate", "pipeline_invitation"}
    open_to_functions.add("pipeline_attendance")  # whose people are counted for a firm that sees no other's answer
    open_to_functions |= {"pipeline_panel", "pipeline_panelmember"}  # which experts are asked, and whom they may judge
    with as_role("owner") as raw:
        for name in [*FIRM_TABLES, *OFFICE_TABLES]:
            assert name in open_to_functions or rows(raw, name) == set(), name
            changed = raw.execute(f"update {name} set id = id") if not TABLES[name].append_only else None
            assert changed is None or changed.rowcount == 0, name


@pytest.mark.parametrize("name", PEOPLE)
def test_each_person_sees_exactly_their_rows_of_every_table(world: World, name: str):
    with as_role("web") as raw, as_role("postgres") as everything:
        declare(raw, world.people[name])
        for table, entry in FIRM_TABLES.items():
            assert rows(raw, table) == expected(world, everything, table, entry, PEOPLE[name], world.people[name]), (
                table
            )


def test_everybody_of_the_city_is_judged_by_the_table_above(world: World):
    assert set(world.people) == set(PEOPLE)


@pytest.mark.parametrize("name", ["intake", "publicity", "sender", "assessor"])
def test_services_see_every_firm(world: World, whole: dict[str, int], name: str):
    with as_role("web") as raw:
        declare(raw, SERVICES[name].scope)
        assert {table: len(rows(raw, table)) for table in FIRM_TABLES} == {table: whole[table] for table in FIRM_TABLES}


def test_the_sealer_reads_the_trail_and_no_firm(world: World):
    with as_role("web") as raw:
        declare(raw, "sealer")
        assert rows(raw, "trail_entry")
        assert {table: rows(raw, table) for table in FIRM_TABLES} == {table: set() for table in FIRM_TABLES}


@pytest.mark.parametrize(
    "name", ["seat:county_officer", "seat:firm_owner", "seat:leader", "coach with consent", "nobody"]
)
def test_an_update_reaches_no_row_but_those_of_ones_own_firms(world: World, name: str):
    sees = PEOPLE[name]
    with as_role("web") as raw, as_role("postgres") as everything:
        declare(raw, world.people[name])
        for table, entry in FIRM_TABLES.items():
            if entry.append_only:
                continue
            mine = [world.firms[each] for each in (sees.inside if entry.office_only else sees.now)]
            mine = [] if table in BY_THE_CITY else mine
            column = entry.firm_column
            count = f"select count(*) from {table} where {column} = any(%s)"
            own = everything.execute(count, [mine]).fetchone()
            assert (raw.execute(f"update {table} set {column} = {column}").rowcount,) == own, table


@pytest.mark.parametrize(
    "name", ["seat:county_officer", "seat:firm_owner", "seat:leader", "coach with consent", "nobody"]
)
def test_a_delete_reaches_no_foreign_row(world: World, name: str):
    mine = [world.firms[each] for each in PEOPLE[name].now]
    with as_role("web") as raw:
        declare(raw, world.people[name])
        for table, entry in FIRM_TABLES.items():
            if not entry.append_only:
                gone = raw.execute(f"delete from {table} where not ({entry.firm_column} = any(%s))", [mine])
                assert gone.rowcount == 0, table


@pytest.mark.parametrize("table", FIRM_TABLES)
def test_a_row_of_a_foreign_firm_is_not_taken_in(world: World, table: str):
    """The very rows that exist are put in once more: a foreign one meets the policy, an own one the unique key."""
    entry = FIRM_TABLES[table]
    with as_role("web") as raw, as_role("postgres") as everything:
        declare(raw, world.people["seat:firm_owner"])
        put = _insert(everything, table)
        for firm in ALL:
            key = world.firms[firm]
            form = f"select to_jsonb(t) from {table} t where {entry.firm_column} = %s limit 1"
            [(row,)] = everything.execute(form, [key])
            refusal = errors.UniqueViolation if firm == "north" else errors.InsufficientPrivilege
            if table in BY_THE_CITY or entry.office_only or entry.inner:
                refusal = errors.InsufficientPrivilege
            with pytest.raises(refusal), raw.transaction():
                raw.execute(put, [Jsonb(row)])


def _insert(everything: psycopg.Connection, table: str) -> sql.Composed:
    columns = [
        name
        for (name,) in everything.execute(
            "select column_name from information_schema.columns where table_name = %s and is_generated = 'NEVER'",
            [table],
        )
    ]
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    form = "insert into {0} ({1}) select {1} from jsonb_populate_record(null::{0}, %s)"
    return sql.SQL(form).format(sql.Identifier(table), names)


def test_an_own_row_cannot_be_handed_to_a_foreign_firm(world: World):
    with as_role("web") as raw:
        declare(raw, world.people["seat:county_officer"])
        for table, entry in FIRM_TABLES.items():
            if entry.append_only or entry.firm_column == "id":
                continue
            form = f"update {table} set firm_id = %s where firm_id = %s"
            foreign, own = world.firms["south"], world.firms["north"]
            if table in BY_THE_CITY:
                assert raw.execute(form, [foreign, own]).rowcount == 0
                continue
            with pytest.raises(errors.InsufficientPrivilege), raw.transaction():
                raw.execute(form, [foreign, own])


def test_a_county_does_not_write_itself_into_the_past_of_a_foreign_firm(world: World):
    """It would make the firm one that moved away, whose past the county may read."""
    with as_role("web") as raw:
        declare(raw, world.people["seat:county_officer"])
        put = (
            "insert into pipeline_firmmove (firm_id, division_id, during)"
            " values (%s, %s, daterange('2001-01-01', '2002-01-01'))"
        )
        with pytest.raises(errors.InsufficientPrivilege), raw.transaction():
            raw.execute(put, [world.firms["south"], world.divisions["north"]])
        assert world.firms["south"] not in rows(raw, "pipeline_firm")


def test_a_county_puts_a_new_firm_on_record_in_its_own_county_only(world: World):
    put = "insert into pipeline_firmmove (firm_id, division_id, during) values (%s, %s, daterange('2026-01-01', null))"
    with as_role("web") as raw:
        declare(raw, world.people["seat:county_officer"])
        raw.execute(put, [1_000_001, world.divisions["north"]])
        with pytest.raises(errors.InsufficientPrivilege), raw.transaction():
            raw.execute(put, [1_000_002, world.divisions["south"]])


def test_a_firm_that_moved_away_is_read_to_the_last_moment_before_the_day_it_left(world: World):
    with as_role("web") as raw, as_role("postgres") as everything:
        form = "select (recorded_at at time zone 'Asia/Shanghai')::text from pipeline_visit where firm_id = %s"
        declare(raw, world.people["seat:county_officer"])
        seen = {str(each) for (each,) in raw.execute(form, [world.firms["gone"]])}
        there = {str(each) for (each,) in everything.execute(form, [world.firms["gone"]])}
    last, first = f"{world.left - timedelta(days=1)} 23:59:59", f"{world.left} 00:00:00"
    assert last in seen
    assert first in there - seen


def test_the_new_county_reads_the_past_of_a_firm_that_came(world: World):
    with as_role("web") as raw, as_role("postgres") as everything:
        declare(raw, world.people["south officer"])
        form = "select count(*) from pipeline_visit where firm_id = %s"
        key = [world.firms["gone"]]
        assert raw.execute(form, key).fetchone() == everything.execute(form, key).fetchone()


def test_leaders_read_of_a_firm_its_name_county_stage_certificate_and_what_it_was_merged_into(world: World):
    with as_role("web") as raw:
        declare(raw, world.people["seat:leader"])
        shown = {table for table in FIRM_TABLES if rows(raw, table)}
    assert shown == {
        "pipeline_firm",
        "pipeline_firmmove",
        "pipeline_case",
        "pipeline_application",
        "pipeline_certificate",
        "pipeline_mergedrecord",  # a merged record is counted as no firm
    }


@pytest.mark.parametrize(
    ("ending", "key"),
    [
        ("update pipeline_seat set during = daterange(lower(during), mp_today()) where user_id = %s", "seat"),
        ("update pipeline_user set is_active = false where id = %s", "account"),
        ("delete from pipeline_seat where user_id = %s", "row"),
    ],
)
def test_a_seat_taken_away_bites_in_the_next_statement(world: World, ending: str, key: str):
    """Within one transaction whose scope was declared before: nothing is remembered but who asks."""
    officer = world.people["seat:county_officer"]
    with as_role("web") as raw:
        declare(raw, officer)
        assert rows(raw, "pipeline_financialyear")
        declare(raw, world.people["seat:security_admin"])
        assert raw.execute(ending, [officer]).rowcount == 1
        declare(raw, officer)
        assert rows(raw, "pipeline_financialyear") == set()


def test_rosters_belong_to_their_office_and_the_city(world: World):
    with as_role("web") as raw, as_role("postgres") as everything:
        for name, places in {
            "seat:county_officer": ["north"],
            "south officer": ["south"],
            "seat:city_officer": ["city", "north", "south"],
            "seat:firm_owner": [],
            "seat:leader": [],
            "seat:coach": [],
        }.items():
            declare(raw, world.people[name])
            offices = [world.offices[place] for place in places]
            for table in ("pipeline_import", "pipeline_importrow"):
                form = f"select id from {table} where office_id = any(%s)"
                assert rows(raw, table) == {key for (key,) in everything.execute(form, [offices])}, (name, table)


def test_a_roster_is_not_put_into_a_foreign_office(world: World):
    with as_role("web") as raw:
        declare(raw, world.people["seat:county_officer"])
        with pytest.raises(errors.InsufficientPrivilege), raw.transaction():
            raw.execute("update pipeline_import set office_id = %s", [world.offices["south"]])


OWNED = {"seat:firm_owner": ("north",), "south owner": ("south",)}


def test_seats_are_given_by_the_security_administrator_and_those_of_a_firm_by_its_owner(world: World):
    for name in PEOPLE:
        with as_role("web") as raw:
            declare(raw, world.people[name])
            put = (
                "insert into pipeline_seat (user_id, kind, agency, during)"
                " values (%s, 'expert', '', daterange('2026-01-01', null))"
            )
            if name == "seat:security_admin":
                raw.execute(put, [world.people["nobody"]])
                continue
            with pytest.raises(errors.InsufficientPrivilege), raw.transaction():
                raw.execute(put, [world.people["nobody"]])
            own = [world.firms[each] for each in OWNED.get(name, ())]
            there = raw.execute("select count(*) from pipeline_seat where firm_id = any(%s)", [own]).fetchone()
            assert (raw.execute("update pipeline_seat set kind = kind").rowcount,) == there, name
            assert raw.execute("delete from pipeline_seat").rowcount == 0


def test_people_see_their_own_seats_their_firms_their_colleagues_and_offices_the_coaches(world: World):
    with as_role("web") as raw, as_role("postgres") as everything:
        for name in ("seat:county_officer", "seat:firm_viewer", "seat:coach", "nobody"):
            declare(raw, world.people[name])
            mine = [world.firms[each] for each in PEOPLE[name].now]
            office = world.offices["north"] if name == "seat:county_officer" else 0
            form = (
                "select id from pipeline_seat where user_id = %s or firm_id = any(%s) or office_id = %s"
                " or (kind = 'coach' and %s > 0) or (kind in ('agency', 'bank') and %s)"
            )
            firm = name == "seat:firm_viewer"
            wanted = {key for (key,) in everything.execute(form, [world.people[name], mine, office, office, firm])}
            assert rows(raw, "pipeline_seat") == wanted, name


def test_who_is_invited_takes_the_offered_seat_and_no_other(world: World):
    put = "insert into pipeline_seat (user_id, firm_id, kind, agency, during) values (%s, %s, %s, '', '[2026-01-01,)')"
    nobody, north, south = world.people["nobody"], world.firms["north"], world.firms["south"]
    with as_role("postgres") as raw:
        raw.execute("update pipeline_user set phone = '13900005678' where id = %s", [nobody])
        raw.execute("update pipeline_invitation set phone = '13900009999' where firm_id <> %s", [north])
        raw.execute("set local role web")
        declare(raw, nobody)
        for firm, kind in ((south, "firm_viewer"), (north, "firm_editor"), (north, "firm_owner")):
            with pytest.raises(errors.InsufficientPrivilege), raw.transaction():
                raw.execute(put, [nobody, firm, kind])
        with pytest.raises(errors.InsufficientPrivilege), raw.transaction():
            raw.execute("update pipeline_invitation set expires_at = now() + interval '9 years'")
        raw.execute(put, [nobody, north, "firm_viewer"])
        used = raw.execute("update pipeline_invitation set used_at = now(), used_by_id = %s", [nobody])
        assert used.rowcount == 1
        assert raw.execute("delete from pipeline_invitation where used_at is null").rowcount == 0


def test_a_firm_never_has_two_owners_on_one_day(world: World):
    put = "insert into pipeline_seat (user_id, firm_id, kind, agency, during) values (%s, %s, 'firm_owner', '', %s)"
    with as_role("web") as raw:
        declare(raw, world.people["seat:security_admin"])
        with pytest.raises(errors.ExclusionViolation), raw.transaction():
            raw.execute(put, [world.people["nobody"], world.firms["north"], "[2026-01-01,)"])


def test_a_claim_is_read_by_who_made_it_and_by_its_office(world: World):
    with as_role("web") as raw:
        for name, count in {
            "nobody": 3,
            "seat:county_officer": 1,
            "seat:city_officer": 3,
            "seat:firm_owner": 0,
        }.items():
            declare(raw, world.people[name])
            assert len(rows(raw, "pipeline_claim")) == count, name
        declare(raw, world.people["nobody"])
        assert raw.execute("update pipeline_claim set state = 'accepted'").rowcount == 0
