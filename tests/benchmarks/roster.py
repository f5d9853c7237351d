"""A roster of a hundred thousand firms with 37 columns from the file to the record: by the product, which checks every
cell, shows what it would change and commits in parts, and by a plain script that reads with calamine and upserts by
COPY into the same tables, as the same role under the same triggers.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from time import perf_counter
from typing import Any, LiteralString

import xlsxwriter
from django.conf import settings
from django.db import connection, transaction
from django.test import override_settings
from python_calamine import CalamineWorkbook

from config.embedded.places import BASE_DIR
from config.postgres.scope import acting
from pipeline.acts import roster
from pipeline.models import Contact, FinancialYear, Firm, FirmMove, Import, User
from pipeline.models.spelling import initials, pinyin_key
from pipeline.outside.roster.columns import FIRM_COLUMNS, YEAR_COLUMNS
from pipeline.rules.codes.fields import carried_fields
from tests.benchmarks import import_export_rosters, kept_city
from tests.benchmarks.comparison import Benchmark, Weighing
from tests.benchmarks.comparison_of_many import Pair, Worst
from tests.benchmarks.draw import Draw, Ground
from tests.benchmarks.metropolis import BLOCK, firms_of
from tests.cast import DAY

FIRMS, FIRMS_SCALED = 100_000, 20_000
FEWER, FEWER_IN_BULK = 100, 10  # so many times fewer rows for what is slow
MAY_TAKE = 400  # megabytes
YEARS = (DAY.year - 3, DAY.year - 2, DAY.year - 1)
FIGURES = tuple(column.key for column in YEAR_COLUMNS)
CONTACTS = tuple(f"林{chr(sign)}" for sign in range(ord("一"), ord("一") + 97))
COUNTIES = ("西湖区", "滨江区", "余杭区", "萧山区", "临安区")
STAGED: LiteralString = """create temporary table staged (firm_id bigint, code text, name text, pinyin text,
    initials text, county text, registered_on date, field text, industry text, contact text, phone text, one int,
    two int) on commit drop"""
STAGED_YEARS: LiteralString = """create temporary table staged_years (code text, year int, sales numeric,
    total_income numeric, non_taxable_income numeric, hitech_income numeric, rd_total numeric, rd_domestic numeric,
    net_assets numeric, staff numeric, tech_staff numeric) on commit drop"""


@cache
def sheet(firms: int) -> bytes:
    """The workbook: ten columns of a firm and nine for each of three years."""
    ground = Ground((1,), ((1,),), (1,), 1, 1, DAY, DAY, kept_city.SEED)
    frame = firms_of(ground, 0, -(-firms // BLOCK) * BLOCK).head(firms)
    draw = Draw(ground, frame["n"])
    fields, counties = draw.of(sorted(plain_fields()), 201), draw.of(COUNTIES, 200)
    shares = [[draw.share(210 + 10 * year + place) for place in range(len(FIGURES))] for year in range(len(YEARS))]
    book = BytesIO()
    with xlsxwriter.Workbook(book, {"constant_memory": True}) as workbook:
        page, day = workbook.add_worksheet(), workbook.add_format({"num_format": "yyyy-mm-dd"})
        heads = [column.heading() for column in FIRM_COLUMNS]
        heads += [column.heading(year) for year in YEARS for column in YEAR_COLUMNS]
        page.write_row(0, 0, heads)
        for at, row in enumerate(frame.iter_rows(named=True)):
            about = [row["uscc"], row["name"], counties[at], row["registered_on"], fields[at], row["industry"],
                     CONTACTS[at % len(CONTACTS)], f"139{at:08d}", row["class_one"], row["class_two"]]  # fmt: skip
            for place, value in enumerate(about):
                if isinstance(value, date):
                    page.write_datetime(at + 1, place, value, day)
                else:
                    page.write(at + 1, place, value)
            page.write_row(at + 1, len(about), [each for year in shares for each in of_year([s[at] for s in year])])
    return book.getvalue()


@cache
def plain_fields() -> dict[str, str]:
    """Fields of technology by their names, those apart of which two have the same one."""
    times = Counter(carried_fields().values())
    return {name: code for code, name in carried_fields().items() if len(code) == 5 and times[name] == 1}


def of_year(share: list[float]) -> list[float]:
    """Figures of one year in 万元 and heads, none of which gives a roster reason to ask."""
    sales = round(1_000 + share[0] * 20_000, 2)
    rd = round(sales * (0.02 + 0.06 * share[4]), 2)
    staff = 20 + int(share[7] * 400)
    figures = {"sales": sales, "total_income": round(sales * 1.02, 2), "non_taxable_income": 0,
               "hitech_income": round(sales * (0.3 + 0.6 * share[3]), 2), "rd_total": rd, "rd_domestic": rd,
               "net_assets": round(sales * 0.5, 2), "staff": staff, "tech_staff": int(staff * 0.2)}  # fmt: skip
    return [figures[key] for key in FIGURES]


@contextmanager
def empty_city() -> Iterator[User]:
    """A database of its own with hardly a firm in it, and an officer of the city; thrown away."""
    with kept_city.scratch(BLOCK), tempfile.TemporaryDirectory() as folder, override_settings(STORAGES=papers(folder)):
        chen = User.objects.get(username="chen")
        with acting(chen), transaction.atomic():
            chen.seats  # noqa: B018
        yield chen


def papers(folder: str) -> dict[str, Any]:
    disk = {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": {"location": folder}}
    return settings.STORAGES | {"documents": disk}


def by_product(content: bytes) -> float:
    with empty_city() as chen, acting(chen):
        began = perf_counter()
        bring_in(BytesIO(content), chen)
        taken = perf_counter() - began
        REMEMBERED["ours"] = summed()
    return taken


def bring_in(content: BytesIO, by: User) -> None:
    """From the file to the record, as the screens and the jobs do it."""
    came = roster.receive(content, name="roster.xlsx", by=by, on=DAY)
    roster.read(came.pk, by=by, on=DAY)
    with transaction.atomic():
        came = Import.objects.get(pk=came.pk)
    roster.confirm(came, version=came.version, by=by, on=DAY)
    roster.commit(came.pk, by=by, on=DAY)


def by_import_export(content: bytes, *, bulk: bool) -> float:
    with empty_city() as chen, acting(chen):
        began = perf_counter()
        import_export_rosters.bring_in(content, YEARS, plain_fields(), bulk=bulk)
        taken = perf_counter() - began
        REMEMBERED["theirs"] = summed()
    return taken


def by_script(content: bytes) -> float:
    with empty_city() as chen, acting(chen):
        began = perf_counter()
        with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
            Path(file.name).write_bytes(content)
            rows = CalamineWorkbook.from_path(file.name).get_sheet_by_index(0).to_python(skip_empty_area=False)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(STAGED)
            cursor.execute(STAGED_YEARS)
            copy(cursor, "staged", firms_read(rows[1:]))
            copy(cursor, "staged_years", years_read(rows[1:]))
            for statement in upserts():
                cursor.execute(statement, {"day": DAY, "source": "roster.xlsx"})
        taken = perf_counter() - began
        REMEMBERED["theirs"] = summed()
    return taken


def firms_read(rows: list[list[Any]]) -> Iterator[tuple[Any, ...]]:
    fields = plain_fields()
    for row in rows:
        code, name, county, since, field, industry, contact, phone, one, two = row[:10]
        known = since, fields[field], industry, contact, phone, int(one), int(two)
        yield (code, name, pinyin_key(name), initials(name), county, *known)


def years_read(rows: list[list[Any]]) -> Iterator[tuple[Any, ...]]:
    money = [column.money for column in YEAR_COLUMNS]
    for row in rows:
        for turn, year in enumerate(YEARS):
            cells = row[10 + len(FIGURES) * turn : 10 + len(FIGURES) * (turn + 1)]
            yuan = (round(cell * 10_000, 2) if of else cell for cell, of in zip(cells, money, strict=True))
            yield (row[0], year, *yuan)


def copy(cursor: Any, table: str, rows: Iterator[tuple[Any, ...]]) -> None:
    columns = {
        "staged": "code, name, pinyin, initials, county, registered_on, field, industry, contact, phone, one, two",
        "staged_years": f"code, year, {', '.join(FIGURES)}",
    }[table]
    with cursor.copy(f"copy {table} ({columns}) from stdin") as stream:
        for row in rows:
            stream.write_row(row)


def upserts() -> Iterator[str]:
    figures = ", ".join(FIGURES)
    excluded = ", ".join(f"{name} = excluded.{name}" for name in FIGURES)
    yield "update staged s set firm_id = f.id from pipeline_firm f where f.uscc = s.code"
    yield "create temporary table fresh on commit drop as select code from staged where firm_id is null"
    yield """update staged set firm_id = nextval(pg_get_serial_sequence('pipeline_firm', 'id')) where firm_id is null"""
    yield """insert into pipeline_firmmove (firm_id, division_id, during)
        select s.firm_id, d.id, daterange(%(day)s, null) from staged s join fresh using (code)
        left join pipeline_division d on d.name = s.county and d.level = 'county' and d.counted"""
    yield """insert into pipeline_firm (id, uscc, name, pinyin, initials, registered_on, field, industry, class_one,
            class_two, resident, address, made_up, version, diagnosis_due)
        select firm_id, code, name, pinyin, initials, registered_on, field, industry, one, two, true, '', '', 1, true
        from staged
        on conflict (uscc) do update set name = excluded.name, pinyin = excluded.pinyin, field = excluded.field,
            registered_on = excluded.registered_on, industry = excluded.industry, class_one = excluded.class_one,
            class_two = excluded.class_two, version = pipeline_firm.version + 1"""
    yield """insert into pipeline_contact (firm_id, name, phone, email) select firm_id, contact, phone, '' from staged
        on conflict (firm_id, name) do update set phone = excluded.phone"""
    yield f"""insert into pipeline_financialyear
            (firm_id, year, {figures}, source, sources, estimate, rd_from, staff_from, version)
        select s.firm_id, y.year, {figures.replace("sales", "y.sales", 1)}, %(source)s, '{{}}', false, 'declared',
            'declared', 1
        from staged_years y join staged s using (code)
        on conflict (firm_id, year) do update
            set {excluded}, version = pipeline_financialyear.version + 1"""  # noqa: S608  # names of columns of ours


REMEMBERED: dict[str, Any] = {}


def summed() -> list[Any]:
    """What is on record now, in numbers that differ where a row or figure does."""
    with transaction.atomic():
        firms = Firm.objects.order_by("uscc").values_list("uscc", "name", "field", "industry", "class_one")
        years = FinancialYear.objects.order_by("firm__uscc", "year").values_list("firm__uscc", "year", *FIGURES)
        called = Contact.objects.filter(name__in=CONTACTS).order_by("firm__uscc").values_list("firm__uscc", "phone")
        told = [hash(tuple(rows)) for rows in (firms, years, called)]
        return [*told, FirmMove.objects.count(), firms.count(), years.count()]


def against_script(firms: int) -> tuple[dict[str, Pair], tuple[str, ...]]:
    content = sheet(firms)
    by_product(content)
    by_script(content)
    refuse_unlike(firms)
    columns = len(FIRM_COLUMNS) + len(YEARS) * len(YEAR_COLUMNS)
    pair = Pair(lambda: by_product(content), lambda: by_script(content))
    return {f"{firms:,} firms, {columns} columns": pair}, (f"the file has {len(content) / 2**20:.1f} MB",)


def refuse_unlike(firms: int) -> None:
    """Both ways must have left the same rows behind."""
    if REMEMBERED["ours"] != REMEMBERED["theirs"] or REMEMBERED["ours"][4] < firms:
        raise AssertionError(f"the record differs: {REMEMBERED}")


def against_import_export(firms: int, *, bulk: bool) -> tuple[dict[str, Pair], tuple[str, ...]]:
    """Ours with all firms; theirs with few, and the seconds multiplied, as each row costs it the same."""
    content, few = sheet(firms), max(firms // (FEWER_IN_BULK if bulk else FEWER), 20)
    some = sheet(few)
    by_product(some)
    by_import_export(some, bulk=bulk)
    refuse_unlike(few)
    pair = Pair(lambda: by_product(content), lambda: by_import_export(some, bulk=bulk) * firms / few)
    note = f"theirs took {few:,} firms and is told {firms / few:.0f} times as long; calamine read the file for it"
    return {f"{firms:,} firms": pair}, (note,)


def memory(firms: int) -> tuple[float, float]:
    """Megabytes of the largest process at its peak, and those it may take."""
    with empty_city(), tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "roster.xlsx"
        file.write_bytes(sheet(firms))
        where = {**os.environ, "STORAGE_URL": f"file://{folder}/papers"}
        command = [sys.executable, "-m", "tests.benchmarks.roster_peak", str(file), os.environ["DATABASE_URL"]]
        said = subprocess.run(command, check=True, capture_output=True, cwd=BASE_DIR, env=where).stdout
    told = json.loads(said.splitlines()[-1])
    print(f"worker {told['worker']:.0f} MB, reader {told['reader']:.0f} MB", file=sys.stderr)
    return max(told.values()), MAY_TAKE


BENCHMARKS: tuple[Benchmark, ...] = (
    Worst(
        "roster.vs_copy_script",
        2.5,
        FIRMS,
        "a roster from its file to the record, against a script that reads with calamine and upserts by COPY",
        against_script,
    ),
    Worst(
        "roster.vs_import_export",
        1 / 50,
        FIRMS_SCALED,
        "the same against django-import-export with its defaults, which takes fewer rows and is scaled",
        partial(against_import_export, bulk=False),
    ),
    Worst(
        "roster.vs_import_export_bulk",
        1 / 5,
        FIRMS_SCALED,
        "the same against its bulk mode, which takes fewer rows and is scaled",
        partial(against_import_export, bulk=True),
    ),
    Weighing(
        "roster.memory", 1.0, FIRMS, f"the largest process of a roster at its peak, against {MAY_TAKE} MB", memory
    ),
)
