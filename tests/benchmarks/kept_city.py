"""The made-up city as a database that is kept from run to run, as long as its size, seed and schema stay the same."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache, partial
from pathlib import Path
from time import perf_counter
from typing import TextIO

import psycopg
from django.db import connection, transaction
from psycopg import sql

from config.embedded.places import database_root
from config.embedded.postgres import FORGETFUL, Postgres
from config.postgres.scope import acting
from pipeline.acts import people
from pipeline.acts import round as rounds
from pipeline.management import facts
from pipeline.models import Division, Office, User
from tests import services
from tests.benchmarks.draw import Ground
from tests.benchmarks.loading import load
from tests.cast import DAY, SINCE, Cast, city

SEED = 5
OFFICERS, COACHES = 5, 40  # of each county, of the city
ROOMY = {
    "shared_buffers": "1GB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "8GB",
    "max_connections": "30",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "random_page_cost": "1.1",
}
LEFT_OVER = "select datname from pg_database where datname like 'making%' or datname like 'scratch%'"
UNTIL_STOP: list[Callable[[], None]] = []  # what is thrown away before the server stops
HELD: list[TextIO] = []  # the lock, for as long as the process works on the server
SOURCES = ("draw.py", "names.py", "metropolis.py", "metropolis_cases.py", "loading.py", "kept_city.py")


def stand_on(firms: int, seed: int = SEED) -> None:
    """Django works from here on, as role web, on the kept city of so many firms; it is made where there is none."""
    services.point_django_at(standing(firms, seed), on=server())


@contextmanager
def scratch(firms: int, seed: int = SEED) -> Iterator[None]:
    """Django works on a copy of the kept city that may be changed and is thrown away."""
    template = standing(firms, seed)
    connection.close()
    name = server().clone("scratch", template)
    services.point_django_at(name, on=server())
    try:
        yield
    finally:
        services.point_django_at(template, on=server())
        server().drop(name)


def connect(role: str) -> psycopg.Connection:
    """A connection past Django to the database it works on."""
    return server().connect(role, services.current_database())


@cache
def standing(firms: int, seed: int) -> str:
    """The name of the database with so many firms, made whole or not there at all."""
    name = f"city_{firms}_{seed}"
    with server().connect("postgres", "postgres") as superuser:
        if superuser.execute("select 1 from pg_database where datname = %s", [name]).fetchone():
            return name
    making = server().clone("making")
    services.point_django_at(making, on=server())
    began = perf_counter()
    rows = load(partial(server().connect, "owner", making), ground(seed), firms)
    says = f"made {firms:,} firms and {rows['pipeline_case']:,} cases, {sum(rows.values()):,} rows in all"
    print(f"{says}, in {perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    connection.close()
    with server().connect("postgres", "postgres") as superuser:
        superuser.execute(
            sql.SQL("alter database {} rename to {}").format(sql.Identifier(making), sql.Identifier(name))
        )
    return name


@cache
def server() -> services.Server:
    """A server whose folder is kept; one process has it at a time. It stops with `stop`."""
    root = database_root() / "benchmarks"
    root.mkdir(exist_ok=True)
    handle = (root / "lock").open("w")
    HELD.append(handle)
    fcntl.flock(handle, fcntl.LOCK_EX)
    folder = root / key()
    for other in root.glob("city-*"):
        if other != folder or not (folder / "kept").exists():
            Postgres(other).end_predecessor()
            shutil.rmtree(other)
    if not folder.exists():
        shutil.move(services.copy_of_seed(), folder)
        (folder / "kept").touch()
    postgres = Postgres(folder, settings=FORGETFUL | ROOMY)
    postgres.start()
    made = services.Server(postgres)
    with made.connect("postgres", "postgres") as superuser:
        for (name,) in superuser.execute(LEFT_OVER).fetchall():
            made.drop(name)
    return made


def stop() -> None:
    if server.cache_info().currsize:
        while UNTIL_STOP:
            UNTIL_STOP.pop()()
        connection.close()
        server().postgres.stop()
        server.cache_clear()
        standing.cache_clear()
        HELD.pop().close()


def key() -> str:
    """Changes with the schema and with what the rows are made by."""
    digest = hashlib.sha256(services.seed_key().encode())
    for source in SOURCES:
        digest.update(Path(__file__).with_name(source).read_bytes())
    return f"city-{digest.hexdigest()[:16]}"


def ground(seed: int) -> Ground:
    """The cast's city with all of its counties, their officers, coaches and a round."""
    with transaction.atomic():
        cast = city()
        facts.load("330100")
        counties = list(Division.objects.counties().order_by("code"))
        with acting(cast.song):
            officers = [officers_of(cast, county) for county in counties]
            coaches = [seated(cast, f"coach{number}", "coach", None) for number in range(COACHES)]
        with acting(cast.chen):
            year = DAY.year
            call = rounds.open(
                name=f"{year} 年第三批",
                opens_on=date(year, 10, 8),
                county_date=date(year, 12, 10),
                city_date=date(year, 12, 20),
                province_date=date(year, 12, 31),
                by=cast.chen,
            )
    keys = tuple(county.pk for county in counties)
    return Ground(keys, tuple(officers), tuple(coaches), cast.zhou.pk, call.pk, call.county_date, DAY, seed)


def officers_of(cast: Cast, county: Division) -> tuple[int, ...]:
    office = Office.objects.filter(division=county).first() or people.open_office(
        f"{county.name}科学技术局", county, by=cast.song
    )
    names = [f"officer{county.code}{number}" for number in range(OFFICERS)]
    return tuple(seated(cast, name, "county_officer", office) for name in names)


def seated(cast: Cast, username: str, kind: str, office: Office | None) -> int:
    person = User.objects.create_user(username, name=username)
    people.grant_seat(person, kind, by=cast.song, on=SINCE, office=office)
    return person.pk
