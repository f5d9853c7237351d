"""A house that is in use is brought up to date: what is in it is understood as it was meant."""

import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
from django.db.migrations.state import ProjectState

from config.embedded.places import BASE_DIR
from config.postgres.provision import provision
from pipeline.management.commands.migrate import one_model_a_step
from tests import services

# What a database is made of, one statement a kind.
CATALOGUES = (
    """select table_name, column_name, ordinal_position, udt_name, character_maximum_length, is_nullable,
        column_default, is_identity, collation_name, generation_expression from information_schema.columns
        where table_schema = 'public' order by 1, 3""",
    """select conrelid::regclass::text, conname, pg_get_constraintdef(oid), condeferrable, condeferred
        from pg_constraint where connamespace = 'public'::regnamespace order by 1, 2""",
    "select indexname, indexdef from pg_indexes where schemaname = 'public' order by 1",
    """select tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), tgenabled from pg_trigger
        where not tgisinternal order by 1, 2""",
    "select proname, prosrc from pg_proc where pronamespace = 'public'::regnamespace order by 1, 2",
    "select * from pg_policies order by tablename, policyname",
    """select relname, relacl::text, relrowsecurity, relforcerowsecurity, relowner::regrole::text from pg_class
        where relnamespace = 'public'::regnamespace order by 1""",
    "select app_label, model from django_content_type order by 1, 2",
    "select app, name from django_migrations order by id",
)
DJANGO_S_OWN = """
import django
django.setup()
from django.core.management import call_command
from django.core.management.commands.migrate import Command
call_command(Command(), verbosity=0)
"""

SUBMITTED = """
    insert into pipeline_firm (id, uscc, name, pinyin, field, industry, address, made_up, version, diagnosis_due)
        values (1, '1', '企业', '', '', '', '', '{}', 1, false);
    insert into pipeline_case (id, firm_id, number, kind, stage, version, opened_on, reason, reminders)
        values (1, 1, 'GP2026-0001', 'pool', 'draft', 1, '2026-10-01', '', 0);
    update pipeline_case set stage = 'county_review', version = 2 where id = 1;
    insert into pipeline_transition (firm_id, case_id, move, source, target, service, "on", opinion, note)
        values (1, 1, 'case.begin', '', 'draft', 'intake', '2026-10-01', '', ''),
               (1, 1, 'case.submit', 'draft', 'county_review', 'intake', '2026-10-08', '', '')"""


@pytest.fixture
def before_books(django_db_setup: None) -> Iterator[str]:
    """The name of a database as the first release left it."""
    server, name = services.server(), "before_books"
    with server.connect("postgres", "postgres") as superuser:
        superuser.execute(f"create database {name}")
    provision(server.url("postgres", name), name, server.postgres.passwords(), owner_may_create=True)
    services.manage("migrate", "pipeline", "0002", "--verbosity", "0", address=server.url("owner", name))
    yield name
    server.drop(name)


@pytest.mark.long
def test_a_case_submitted_before_the_bureau_wrote_books_keeps_the_day_of_its_submission(before_books: str) -> None:
    server = services.server()
    with server.connect("postgres", before_books) as raw:
        raw.execute(SUBMITTED)
    services.manage("migrate", "--verbosity", "0", address=server.url("owner", before_books))
    with server.connect("postgres", before_books) as raw:
        assert raw.execute("select book_day::text, book_version from pipeline_case").fetchall() == [("2026-10-08", "")]
        forced = "select relforcerowsecurity from pg_class where relname in ('pipeline_case', 'pipeline_transition')"
        assert raw.execute(forced).fetchall() == [(True,), (True,)]
    with server.connect("web", before_books) as raw, pytest.raises(psycopg.errors.InsufficientPrivilege):
        raw.execute("update pipeline_bookedition set article = ''")


@pytest.mark.long
def test_the_quick_way_makes_what_django_s_own_way_makes() -> None:
    server = services.server()
    name = server.clone("slow", template="template0")
    address = {"DATABASE_URL": server.url("owner", name), "STATEMENT_TIMEOUT_MS": "0"}
    command = [sys.executable, "-c", DJANGO_S_OWN]
    subprocess.run(command, cwd=BASE_DIR, env={**os.environ, **address}, check=True)
    with server.connect("postgres", name) as slow, server.connect("postgres", services.PRISTINE) as quick:
        for each in CATALOGUES:
            there = slow.execute(each).fetchall()
            assert len(there) > 10
            assert quick.execute(each).fetchall() == there


def test_afterwards_django_does_as_it_always_does() -> None:
    before = ProjectState.reload_model
    with one_model_a_step():
        assert ProjectState.reload_model is not before
    assert ProjectState.reload_model is before
