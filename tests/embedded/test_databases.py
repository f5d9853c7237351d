"""What the other tests take for granted about the database they run on."""

import psycopg
import pytest
from django.db import connection

from pipeline.models import User
from tests import services


@pytest.mark.django_db
def test_django_works_as_the_role_that_owns_nothing():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls, rolcreatedb FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("web", False, False, False)
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = 'web'::regrole AND relpersistence = 'p'")
        assert cursor.fetchone() == (0,)


def test_web_cannot_create_a_table(as_web):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_web.execute("CREATE TABLE mine (i int)")


def test_backup_reads_and_cannot_write(django_db_setup):
    with services.server().connect("backup", services.current_database()) as backup:
        assert backup.execute("SELECT count(*) FROM django_migrations").fetchone() != (0,)
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            backup.execute("DELETE FROM django_migrations")
        backup.execute("SET default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            backup.execute("DELETE FROM django_migrations")


def test_the_database_keeps_utc_and_finds_searches_leakproof(as_owner):
    assert as_owner.execute("SHOW timezone").fetchone() == ("UTC",)
    assert as_owner.execute("SELECT proleakproof FROM pg_proc WHERE proname = 'ts_match_vq'").fetchone() == (True,)
    assert as_owner.execute("SELECT lower('ÄÖ'), '北京' ~ '\\w'").fetchone() == ("äö", True)


@pytest.mark.django_db
def test_a_test_sees_its_own_writes():
    User.objects.create_user(username="left-behind")
    assert User.objects.filter(username="left-behind").exists()


@pytest.mark.django_db
def test_the_next_test_does_not_see_them():
    assert not User.objects.filter(username="left-behind").exists()


def test_a_fresh_database_keeps_what_is_committed(fresh_database):
    User.objects.create_user(username="committed")
    with services.server().connect("web", fresh_database) as other:
        assert other.execute("SELECT username FROM pipeline_user").fetchall() == [("committed",)]
