"""A house that is in use is brought up to date: what is in it is understood as it was meant."""

from collections.abc import Iterator

import psycopg
import pytest

from config.postgres.provision import provision
from tests import services

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
