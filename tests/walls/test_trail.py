# ruff: noqa: S608 - the names of tables come from the register
"""What the trail keeps, who reads it, and that nobody changes it unseen."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from psycopg import errors

from config.postgres.scope import REQUEST, acting, declare_act
from pipeline.access import SEALER
from pipeline.acts import trail
from pipeline.models import FinancialYear, TrailEntry, TrailSeal, User
from pipeline.register import TABLES
from tests.walls.world import World, as_role, declare, without_policies

APPEND_ONLY = [name for name, table in TABLES.items() if table.append_only]


def entries(raw: psycopg.Connection, table: str, row: object) -> list[dict[str, Any]]:
    form = 'select to_jsonb(t) from trail_entry t where "table" = %s and "row" = %s order by id'
    return [entry for (entry,) in raw.execute(form, [table, str(row)])]


def test_a_change_through_django_is_told_with_who_which_act_and_what(world: World):
    officer = world.person("seat:city_officer")
    token = REQUEST.set("a-request")
    try:
        with acting(officer), transaction.atomic():
            declare_act("figures.enter")
            FinancialYear.objects.filter(firm=world.firms["north"]).update(sales=Decimal("123.40"))
            row = FinancialYear.objects.get(firm=world.firms["north"])
    finally:
        REQUEST.reset(token)
    with as_role("postgres") as raw:
        entry = entries(raw, "pipeline_financialyear", row.pk)[-1]
    assert (entry["actor"], entry["act"], entry["request_id"]) == (str(officer.pk), "figures.enter", "a-request")
    assert (entry["operation"], entry["firm_id"]) == ("update", world.firms["north"])
    assert (entry["before"]["sales"], entry["after"]["sales"]) == (1.0, 123.4)


def test_raw_statements_are_told_like_any_other(world: World):
    with as_role("web") as raw, as_role("postgres") as _:
        declare(raw, world.people["seat:county_officer"])
        form = "insert into pipeline_contact (firm_id, name, phone, email) values (%s, '新人', '', '') returning id"
        [(key,)] = raw.execute(form, [world.firms["north"]])
        raw.execute("update pipeline_contact set phone = '1' where id = %s", [key])
        raw.execute("update pipeline_contact set phone = '1' where id = %s", [key])
        raw.execute("delete from pipeline_contact where id = %s", [key])
        raw.execute("set local app.scope = 'sealer'")
        told = entries(raw, "pipeline_contact", key)
    assert [each["operation"] for each in told] == ["insert", "update", "delete"], "what changes nothing is not told"
    assert {each["actor"] for each in told} == {str(world.people["seat:county_officer"])}
    assert [each["before"] and each["before"]["phone"] for each in told] == [None, "", "1"]
    assert [each["after"] and each["after"]["phone"] for each in told] == ["", "1", None]


def test_many_rows_of_one_statement_are_told_one_by_one(world: World):
    with as_role("web") as raw:
        declare(raw, "intake")
        changed = raw.execute("update pipeline_firm set address = '新址'").rowcount
        raw.execute("set local app.scope = 'sealer'")
        form = (
            "select count(*) from trail_entry where xid = pg_current_xact_id()::text::bigint"
            " and \"table\" = 'pipeline_firm'"
        )
        assert raw.execute(form).fetchone() == (changed,)
        assert changed == len(world.firms)


def test_every_trailed_table_tells_of_its_rows(world: World):
    """The world was made by inserts: each table that promises a trail has left one."""
    promised = {name for name, table in TABLES.items() if table.trailed and name.startswith("pipeline_")}
    filled = promised - {"pipeline_field", "pipeline_industry"}
    with as_role("postgres") as raw:
        told = {
            name for (name,) in raw.execute("select distinct \"table\" from trail_entry where operation = 'insert'")
        }
    assert filled <= told


def test_no_password_and_no_search_vector_is_written_to_the_trail(world: World):
    with as_role("postgres") as raw:
        for table, columns in {
            "pipeline_user": ["password", "last_login"],
            "pipeline_firm": ["search", "plain_name"],
        }.items():
            form = 'select count(*) from trail_entry where "table" = %s and after ?| %s'
            assert raw.execute(form, [table, columns]).fetchone() == (0,)


def test_a_write_that_the_trail_cannot_take_does_not_happen(world: World):
    with as_role("postgres") as raw:
        raw.execute(
            "create function refuse() returns trigger language plpgsql as $$ begin raise exception 'full'; end $$"
        )
        raw.execute("create trigger refuse before insert on trail_entry for each row execute function refuse()")
        before = raw.execute("select phone from pipeline_contact").fetchall()
        with pytest.raises(errors.RaiseException), raw.transaction():
            raw.execute("update pipeline_contact set phone = 'x'")
        assert raw.execute("select phone from pipeline_contact").fetchall() == before


@pytest.mark.parametrize(
    "name", ["seat:city_head", "seat:county_officer", "seat:system_admin", "seat:security_admin", "nobody"]
)
def test_nobody_but_the_audit_administrator_reads_the_trail(world: World, name: str):
    with as_role("web") as raw:
        declare(raw, world.people[name])
        assert raw.execute("select count(*) from trail_entry").fetchone() == (0,)
        declare(raw, world.people["seat:audit_admin"])
        assert raw.execute("select count(*) > 0 from trail_entry").fetchone() == (True,)


@pytest.mark.parametrize("name", ["seat:audit_admin", "seat:city_head"])
def test_web_neither_adds_to_the_trail_nor_changes_it(world: World, name: str):
    with as_role("web") as raw:
        declare(raw, world.people[name])
        for form in (
            'insert into trail_entry (at, xid, actor, request_id, act, "table", operation, "row")'
            " values (now(), 1, '', '', '', '', 'insert', '')",
            "update trail_entry set actor = ''",
            "delete from trail_entry",
        ):
            with pytest.raises(errors.InsufficientPrivilege), raw.transaction():
                raw.execute(form)


@pytest.mark.parametrize("role", ["owner", "postgres"])
@pytest.mark.parametrize("table", ["trail_entry", *APPEND_ONLY])
def test_what_is_append_only_takes_no_change_even_from_owner_and_superuser(world: World, table: str, role: str):
    with as_role(role) as raw:
        column = "act" if table == "trail_entry" else "id"
        for form in (f"update {table} set {column} = {column}", f"delete from {table}", f"truncate {table} cascade"):
            with pytest.raises(errors.Error) as refused, raw.transaction():
                raw.execute(form)
            assert refused.value.sqlstate == "MP002", form


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_web_has_no_right_to_change_what_is_append_only(world: World, table: str):
    with as_role("web") as raw:
        declare(raw, world.people["seat:city_officer"])
        for form in (f"update {table} set id = id", f"delete from {table}", f"truncate {table}"):
            with pytest.raises(errors.InsufficientPrivilege), raw.transaction():
                raw.execute(form)


@pytest.fixture
def sealed(world: World) -> list[TrailSeal]:
    """Everything that was told so far, under seals. The first seal of the walls' city is made up and always broken."""
    with acting(SEALER):
        trail.seal(by=SEALER)
        with transaction.atomic():
            assert [each.digest for each in trail.broken_seals()] == ["0" * 64]
            return list(TrailSeal.objects.exclude(digest="0" * 64).order_by("last"))


def test_seals_cover_the_whole_trail_once(world: World, sealed: list[TrailSeal]):
    with as_role("postgres") as raw:
        assert raw.execute("select count(*) from trail_entry where id > 1").fetchone() == (
            sum(s.entries for s in sealed),
        )
    with acting(SEALER):
        assert trail.seal(by=SEALER) == 0, "nothing new"


@pytest.mark.parametrize(
    "forgery",
    [
        "update trail_entry set actor = '1' where id = %s",
        "update trail_entry set after = jsonb_set(after, '{name}', '\"other\"') where id = %s",
        "update trail_entry set at = at + interval '1 microsecond' where id = %s",
        "delete from trail_entry where id = %s",
    ],
)
def test_a_forged_row_is_named_by_its_seal(world: World, sealed: list[TrailSeal], forgery: str):
    with forging() as raw:
        target = sealed[-1]
        raw.execute(
            "select id from trail_entry where after ? 'name' and id between %s and %s", [target.first, target.last]
        )
        raw.execute(forgery, [raw.fetchone()[0]])
        assert raw.rowcount == 1
        assert [each.pk for each in trail.broken_seals()][1:] == [target.pk]


def test_an_entry_slipped_in_below_a_seal_is_named(world: World, sealed: list[TrailSeal]):
    with forging() as raw:
        raw.execute("create temporary table copy as select * from trail_entry where id = %s", [sealed[-1].last])
        raw.execute("update copy set at = at - interval '1 second'")
        raw.execute("insert into trail_entry overriding system value select * from copy")
        assert [each.pk for each in trail.broken_seals()][1:] == [sealed[-1].pk]


@contextmanager
def forging() -> Iterator[Any]:
    """Django works as a superuser who has switched the guards off; nothing of it stays."""
    with without_policies(), transaction.atomic(), connection.cursor() as raw:
        raw.execute("set local session_replication_role = replica")
        yield raw
        transaction.set_rollback(True)


@pytest.mark.parametrize("first", ["slow", "quick"])
def test_nothing_is_sealed_over_a_transaction_that_still_runs(
    world: World, sealed: list[TrailSeal], monkeypatch: pytest.MonkeyPatch, first: str
):
    """Its entries have smaller keys than some that are in sight, and would come to stand below the seal."""
    monkeypatch.setattr(trail, "PATIENCE", 2)
    write = "update pipeline_firm set address = address || %s where id = %s"
    with as_role("web") as slow, as_role("web") as quick:
        for each in (slow, quick) if first == "slow" else (quick, slow):
            declare(each, "intake")
            each.execute("select pg_current_xact_id()")
        slow.execute(write, ["慢", world.firms["north"]])
        quick.execute(write, ["快", world.firms["south"]])
        quick.commit()
        with acting(SEALER):
            assert trail.seal(by=SEALER) == 0
        slow.commit()
    with acting(SEALER):
        assert trail.seal(by=SEALER) == 2
        with transaction.atomic():
            assert len(list(trail.broken_seals())) == 1, "the made-up one"


def test_the_trail_reads_back_as_rows_of_django(world: World):
    with acting(world.person("seat:audit_admin")), transaction.atomic():
        entry = TrailEntry.objects.filter(table="pipeline_user", operation="insert").order_by("pk").first()
        assert entry is not None
        assert entry.after is not None
        assert entry.after["username"] == User.objects.get(pk=entry.row).username
