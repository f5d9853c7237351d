"""The catalogue of the database, searched for a way round the walls. Each search must find the hole made for it."""

import re
from pathlib import Path

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from psycopg import errors

from pipeline import register, walls
from pipeline.register import TABLES
from tests.walls.world import World, as_role, declare

# What runs as the owner, for anybody: docs/security.md says of each why.
RUN_AS_OWNER = {
    "mp_asked(uuid)",
    "mp_chairing()",
    "mp_code_taken(text)",
    "mp_division_in_use(bigint,date)",
    "mp_office_in_use(bigint,date)",
    "mp_counties()",
    "mp_firms()",
    "mp_history(bigint,text[])",
    "mp_holds(text)",
    "mp_invited()",
    "mp_leads()",
    "mp_led_counties()",
    "mp_left(bigint)",
    "mp_mandated(text,text[])",
    "mp_mandates()",
    "mp_offices()",
    "mp_on_record(bigint)",
    "mp_own_firms()",
    "mp_owned_firms()",
    "mp_past_firms()",
    "mp_provisions()",
    "mp_seats_given(bigint)",
    "mp_reviewing()",
    "mp_sees_city()",
    "mp_tasks()",
}

LINTS = {
    "a table of a firm or an office without forced policies": """
        select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and not c.relispartition
          and a.attname in ('firm_id', 'office_id', 'uscc') and not a.attisdropped
          and not (c.relrowsecurity and c.relforcerowsecurity)""",
    "a table with policies that holds for nobody in particular": """
        select polrelid::regclass::text from pg_policy where polroles && array[0::oid]""",
    "a policy for others than web and owner": """
        select polname from pg_policy where exists (
            select from unnest(polroles) each where each::regrole::text not in ('web', 'owner'))""",
    "a policy for the owner that lets it write": """
        select polname from pg_policy
        where polroles && array['owner'::regrole::oid] and polcmd <> 'r' and polrelid <> 'trail_entry'::regclass""",
    "a view that shows its owner's rows": """
        select relname from pg_class where relkind = 'v' and relnamespace = 'public'::regnamespace
          and not coalesce(reloptions::text like '%security_invoker=true%', false)""",
    "a materialised view that web may read": """
        select relname from pg_class where relkind = 'm' and has_table_privilege('web', oid, 'SELECT')""",
    "a function that runs as its owner with a search path that can be led astray": """
        select proname from pg_proc where prosecdef and pronamespace = 'public'::regnamespace
          and coalesce(array_to_string(proconfig, ';'), '') <> 'search_path=public, pg_temp'""",
    "a trail trigger that does not run as the owner": """
        select proname from pg_proc where proname like 'pgtrigger_trail_%' and not prosecdef""",
    "a trail partition that web can touch past the trail": """
        select inhrelid::regclass::text from pg_inherits where inhparent = 'trail_entry'::regclass
          and has_table_privilege('web', inhrelid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')""",
    "a table that web may empty, or hang triggers on": """
        select relname from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace
          and has_table_privilege('web', oid, 'TRUNCATE, TRIGGER, REFERENCES')""",
    "a right of web to write what migrations were applied": """
        select 'django_migrations' where has_table_privilege('web', 'django_migrations', 'INSERT, UPDATE, DELETE')""",
    "something that web owns": """
        select relname from pg_class where relowner = 'web'::regrole and relpersistence <> 't'
        union all select proname from pg_proc where proowner = 'web'::regrole""",
    "a right of web to more than it needs": """
        select rolname from pg_roles where rolname in ('web', 'owner')
          and (rolsuper or rolbypassrls or rolcreaterole or rolreplication)
        union all select 'create in public' where has_schema_privilege('web', 'public', 'CREATE')
        union all select 'member of ' || roleid::regrole from pg_auth_members where member = 'web'::regrole""",
    "a trigger that was switched off": """
        select tgrelid::regclass || '.' || tgname from pg_trigger where tgenabled <> 'O'""",
    "a search that cannot use its index under policies": """
        select proname from pg_proc where proname = 'ts_match_vq' and not proleakproof""",
    "a constraint that was not checked": "select conname from pg_constraint where not convalidated",
}
HOLES = {
    "a table of a firm or an office without forced policies": "create table hole (id int, firm_id bigint)",
    "a table with policies that holds for nobody in particular": "create policy hole on pipeline_firm using (true)",
    "a policy for others than web and owner": "create policy hole on pipeline_firm to backup using (true)",
    "a policy for the owner that lets it write": "create policy hole on pipeline_case for update to owner using (true)",
    "a view that shows its owner's rows": "create view hole as select * from pipeline_firm",
    "a materialised view that web may read": "create materialized view hole as select * from pipeline_firm;"
    " grant select on hole to web",
    "a function that runs as its owner with a search path that can be led astray": "create function hole() returns int"
    " language sql security definer set search_path = public return 1",
    "a trail trigger that does not run as the owner": "alter function {trail_function} security invoker",
    "a trail partition that web can touch past the trail": "grant select on trail_entry_2026_11 to web",
    "a table that web may empty, or hang triggers on": "grant truncate on pipeline_notice to web",
    "a right of web to write what migrations were applied": "grant insert on django_migrations to web",
    "something that web owns": "alter table pipeline_contact owner to web",
    "a right of web to more than it needs": "grant owner to web",
    "a trigger that was switched off": "alter table pipeline_case disable trigger user",
    "a search that cannot use its index under policies": "alter function ts_match_vq(tsvector, tsquery) not leakproof",
    "a constraint that was not checked": "alter table pipeline_visit add constraint hole check (id > 0) not valid",
}


def found(raw: psycopg.Connection, lint: str) -> list[str]:
    return sorted(str(name) for (name,) in raw.execute(LINTS[lint]))


@pytest.mark.parametrize("lint", LINTS)
def test_the_catalogue_holds_no(fresh_database: str, lint: str):
    with as_role("postgres") as raw:
        assert found(raw, lint) == []


@pytest.mark.parametrize("lint", LINTS)
def test_the_search_finds_a_hole_that_was_made(fresh_database: str, lint: str):
    with as_role("postgres") as raw:
        [(function,)] = raw.execute(
            "select oid::regprocedure::text from pg_proc where proname like 'pgtrigger_trail_%' limit 1"
        )
        raw.execute(HOLES[lint].replace("{trail_function}", function))
        assert found(raw, lint)


def test_exactly_the_listed_functions_run_as_the_owner(fresh_database: str):
    with as_role("postgres") as raw:
        there = raw.execute(
            "select oid::regprocedure::text from pg_proc where prosecdef and pronamespace = 'public'::regnamespace"
            " and proname not like 'pgtrigger_trail_%'"
        )
        assert {name for (name,) in there} == RUN_AS_OWNER


def test_the_manual_names_every_function_that_runs_as_the_owner():
    manual = Path(settings.BASE_DIR, "docs", "security.md").read_text()
    assert [name for name in RUN_AS_OWNER if f"`{name.partition('(')[0]}`" not in manual] == []


def test_the_manual_names_every_proof_and_no_other():
    manual = Path(settings.BASE_DIR, "docs", "security.md").read_text()
    here = {f"tests/walls/{file.name}" for file in Path(__file__).parent.glob("test_*.py")}
    assert set(re.findall(r"tests/walls/test_\w+\.py", manual)) == here


def test_every_table_stands_in_the_register_and_every_line_of_it_is_a_table(fresh_database: str):
    with as_role("postgres") as raw:
        there = raw.execute(
            "select relname from pg_class where relkind in ('r', 'p') and not relispartition"
            " and relnamespace = 'public'::regnamespace"
        )
        assert {name for (name,) in there} == set(TABLES)


def test_the_register_tells_firms_and_offices_by_their_columns(fresh_database: str):
    form = (
        "select table_name, array_agg(column_name::text) from information_schema.columns where table_schema = 'public'"
        " and column_name in ('firm_id', 'office_id') and table_name not like 'trail_entry%' group by table_name"
    )
    with as_role("postgres") as raw:
        for name, columns in raw.execute(form):
            kind = TABLES[name].kind
            assert kind in ("firm", "office"), f"{name} has {columns} and is {kind}"
            assert kind == "office" or columns == ["firm_id"], name


def test_the_frozen_walls_are_those_of_the_register():
    newest = max(Path(settings.BASE_DIR, "pipeline", "migrations", "walls").glob("*.sql"))
    assert newest.read_text() == walls.walls(), "manage.py freeze_walls prints what a new migration must carry"


def test_the_walls_can_be_put_up_again_without_change(fresh_database: str):
    """A later migration runs them over what stands."""
    policies = (
        "select polrelid::regclass::text, polname, polcmd, pg_get_expr(polqual, polrelid) from pg_policy order by 1, 2"
    )
    with as_role("owner") as raw:
        before = raw.execute(policies).fetchall()
        raw.execute(walls.walls())
        assert raw.execute(policies).fetchall() == before


def test_each_table_carries_the_triggers_its_line_promises(fresh_database: str):
    with as_role("postgres") as raw:
        there = {
            (table, name.removeprefix("pgtrigger_").rpartition("_")[0])
            for table, name in raw.execute(
                "select tgrelid::regclass::text, tgname from pg_trigger where tgname like 'pgtrigger_%'"
            )
        }
    promised = {(name, each.name) for name, table in TABLES.items() for each in register.triggers(name, table)}
    beside = {("pipeline_firm", "spelt_anew")}  # keep what firms are found by; they stand with their models
    beside |= {(f"pipeline_{each}", "frozen") for each in ("provincelist", "listed")}  # what went out stays
    beside |= {("pipeline_mergedrecord", "as_two_people_wrote_it"), ("pipeline_registryevent", "in_ones_own_name")}
    panels = ("panel", "panelfile", "panelmember", "scoresheet")  # what the guidelines demand of a panel
    models = [apps.get_model("pipeline", each) for each in panels]
    beside |= {
        (model._meta.db_table, each.name)
        for model in models
        for each in model._meta.triggers
        if not each.name.startswith("trail_")
    }
    beside |= {("pipeline_formername", f"names_{each}") for each in ("insert", "update", "delete")}
    assert there - beside == {(table, name) for table, name in promised if table.startswith("pipeline_")}
    assert beside <= there


def test_every_row_of_our_own_leaves_a_trail_or_says_why_not():
    silent = {name for name, table in TABLES.items() if name.startswith("pipeline_") and not table.trailed}
    assert silent == {
        "pipeline_importrow",  # a copy of the officer's file; what it changes is trailed where it lands
        "pipeline_casecounter",
        "pipeline_trait",  # digests of what is trailed
        "pipeline_looked",
        "pipeline_draft",  # what is typed is no record before it is saved
        "pipeline_presence",  # who has a page open is gone in a moment
        "pipeline_faultdraft",  # what is typed is no record before the return is made
        "pipeline_viewing",  # itself the note of a look
        "pipeline_showing",  # follows from a diagnosis or a mandate, which are trailed
        "pipeline_upload",  # a file on its way; what arrives is trailed as a paper's version
        "pipeline_uploadpiece",
        "pipeline_heartbeat",
        "pipeline_pace",  # when a robot last spoke
        "pipeline_trailseal",  # a chain of its own
        "pipeline_poolpart",  # figures copied from rows that are trailed
        "pipeline_trial",  # what is tried changes nothing; what comes of it is a draft
        "pipeline_trialsheet",
        "pipeline_phoneproof",  # a code on its way; the number it proves is trailed with the choice of its person
        "pipeline_delivery",  # tells itself how often it was tried and when it arrived
        "pipeline_bulkrow",  # what it does is trailed where it lands
    }


@pytest.mark.parametrize(
    "escape",
    [
        "set role owner",
        "set session authorization owner",
        "set session_replication_role = replica",
        "alter table pipeline_firm disable row level security",
        "alter table pipeline_firm no force row level security",
        "alter role web bypassrls",
        "alter table pipeline_case disable trigger user",
        "create table public.mine (id int)",
        "create function public.mine() returns int language sql return 1",
        "drop policy read on pipeline_firm",
        "truncate pipeline_notice",
        "truncate trail_entry",
        "select * from trail_entry_2026_11",
        "copy (select 1) to program 'true'",
        "select pg_read_file('/etc/hostname')",
        "create view pg_temp.round as select * from pg_authid; select * from pg_temp.round",
    ],
)
def test_web_cannot_step_out(world: World, escape: str):
    with as_role("web") as raw:
        declare(raw, world.people["seat:city_head"])
        with pytest.raises(errors.InsufficientPrivilege), raw.transaction():
            raw.execute(escape)


def test_switching_policies_off_for_the_session_refuses_rather_than_shows(world: World):
    with as_role("web") as raw:
        raw.execute("set local row_security = off")
        with pytest.raises(errors.InsufficientPrivilege):
            raw.execute("select * from pipeline_firm")


def test_copy_and_temporary_views_show_no_more_than_select(world: World):
    with as_role("web") as raw:
        declare(raw, world.people["seat:firm_owner"])
        with raw.cursor().copy("copy pipeline_firm (id) to stdout") as rows:
            assert list(rows.rows()) == [(str(world.firms["north"]),)]
        raw.execute("create temporary view seen as select id from pipeline_firm")
        assert raw.execute("select id from seen").fetchall() == [(world.firms["north"],)]


def test_a_temporary_table_does_not_stand_in_for_the_seats(world: World):
    """The functions that answer a scope run as the owner; with a careless search path they would read this table."""
    with as_role("web") as raw:
        declare(raw, world.people["nobody"])
        raw.execute("create temporary table pipeline_seat as select * from public.pipeline_seat with no data")
        raw.execute(
            "insert into pg_temp.pipeline_seat (user_id, kind, office_id, during)"
            " values (%s, 'city_head', %s, '[2020-01-01,)')",
            [world.people["nobody"], world.offices["city"]],
        )
        raw.execute("grant all on pg_temp.pipeline_seat to owner")
        assert raw.execute("select count(*) from pipeline_firm").fetchone() == (0,)


def test_backup_reads_everything_and_writes_nothing(world: World):
    with as_role("backup") as raw:
        assert raw.execute("select count(*) from pipeline_firm").fetchone() == (len(world.firms),)
        with pytest.raises(errors.ReadOnlySqlTransaction):
            raw.execute("update pipeline_firm set name = ''")
    with as_role("backup") as raw:
        raw.execute("set transaction read write")
        with pytest.raises(errors.InsufficientPrivilege):
            raw.execute("update pipeline_firm set name = ''")
