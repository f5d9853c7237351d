"""Create the database and its three roles: `python -m config.postgres.provision postgres://superuser@host/NAME`.

Asks no settings. The passwords are read from OWNER_PASSWORD, WEB_PASSWORD and BACKUP_PASSWORD, so that none stands in a
list of processes. Running it again changes passwords and mends rights.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

SCRIPT = Path(__file__).with_name("provision.sql")


def provision(superuser: str, database: str, passwords: Mapping[str, str], *, owner_may_create: bool = False) -> None:
    """Make `database` fit for the product; `superuser` is the address of any database of the server, as a superuser."""
    with psycopg.connect(superuser, autocommit=True) as connection:
        create_missing(connection, database)
    with psycopg.connect(make_conninfo(superuser, dbname=database)) as connection:
        connection.execute(filled(database, passwords, owner_may_create=owner_may_create))


def create_missing(connection: psycopg.Connection, database: str) -> None:
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
        form = "CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0"
        connection.execute(sql.SQL(form).format(sql.Identifier(database)))


def filled(database: str, passwords: Mapping[str, str], *, owner_may_create: bool) -> sql.Composed:
    # The script is this repository's own; only what is filled in comes from outside, and that is quoted.
    return sql.SQL(SCRIPT.read_text()).format(
        database=sql.Identifier(database),
        owner_createdb=sql.SQL("CREATEDB" if owner_may_create else "NOCREATEDB"),
        **{f"{role}_password": sql.Literal(passwords[role]) for role in ("owner", "web", "backup")},
    )


def main(arguments: list[str]) -> int:
    names = {role: f"{role.upper()}_PASSWORD" for role in ("owner", "web", "backup")}
    missing = [name for name in names.values() if not os.environ.get(name)]
    wanted = ", ".join(missing or names.values())
    if len(arguments) != 1 or missing:
        print(f"usage: python -m config.postgres.provision postgres://SUPERUSER@HOST/NAME, with {wanted} set")
        return 2
    database = str(conninfo_to_dict(arguments[0]).get("dbname") or "")
    server = make_conninfo(arguments[0], dbname="postgres")
    provision(server, database, {role: os.environ[name] for role, name in names.items()})
    print(f"Database {database} and the roles owner, web and backup are ready.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
