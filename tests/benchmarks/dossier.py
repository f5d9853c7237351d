"""A dossier of forty rights and thirty projects made as one file by the product, from its record to the stored zip.

Bare, in a process of its own, typst renders the same source and pikepdf appends the same papers, all from ready files.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pikepdf
import pylopdf_fonts_zh_cn
from django.conf import settings
from django.db import connection, transaction
from django.test import override_settings
from PIL import Image

from config.embedded.places import BASE_DIR
from config.postgres.scope import acting
from pipeline.acts import bundle
from pipeline.models import (
    Bundle,
    Conversion,
    ConversionProof,
    Document,
    DocumentVersion,
    Evidence,
    ExpenseLine,
    Firm,
    HitechProduct,
    IntellectualProperty,
    RdProject,
    Tie,
    User,
)
from pipeline.models.ledger import CERTIFICATION, tax_categories
from pipeline.outside import bundle as outside
from pipeline.outside import storage, typeset
from tests.benchmarks import database
from tests.benchmarks.comparison import Benchmark, Comparison, Ways, Weighing
from tests.cast import DAY, QINGHE, city

RIGHTS, PROJECTS, RESULTS = 40, 30, 20
SHEETS = 6  # pages of a project's paper, each a scan
MAY_TAKE = 400  # megabytes
FONTS = str(Path(pylopdf_fonts_zh_cn.__file__).parent)
# in a process of its own, as typst remembers what it set before and would set the same again for nothing
BARE = """
import sys
import pikepdf, typst
folder, fonts, *files = sys.argv[1:]
typst.compile(f"{folder}/form.typ", f"{folder}/form.pdf", font_paths=[fonts], ignore_system_fonts=True, pdf_tags=False)
with pikepdf.new() as whole:
    opened = [pikepdf.open(each) for each in [f"{folder}/form.pdf", *files]]
    for each in opened:
        whole.pages.extend(each.pages)
    whole.save(f"{folder}/bare.pdf")
"""


@contextmanager
def papers_in(folder: str) -> Iterator[None]:
    disk = {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": {"location": f"{folder}/papers"}}
    with override_settings(STORAGES=settings.STORAGES | {"documents": disk}):
        yield


def built(rights: int) -> User:
    """A city of its own in which Qinghe has everything; its owner."""
    database.fresh()
    with transaction.atomic():
        cast = city()
    with acting(cast.li), transaction.atomic():
        _record(cast.qinghe, cast.li, rights)
    return cast.li


def _record(firm: Firm, li: User, rights: int) -> None:
    projects = [_project(firm, li, number) for number in range(1, PROJECTS + 1)]
    for number in range(1, rights + 1):
        right = IntellectualProperty.objects.create(
            firm=firm, kind="utility_model", number=f"ZL2024200{number:05}.1", title=f"一种协同控制装置{number}",
            granted_on=date(2024, 3, 1), holder=firm.name,
        )  # fmt: skip
        Evidence.objects.create(firm=firm, document=_paper(firm, li, f"专利证书{number}", 2), right=right, by=li)
        Tie.objects.create(firm=firm, project=projects[number % PROJECTS], right=right)
    product = HitechProduct.objects.create(firm=firm, code="PS01", title="温室控制器", main=True)
    for number in range(1, RESULTS + 1):
        result = Conversion.objects.create(firm=firm, year=2023 + number % 3, result=f"成果{number}", product=product)
        proof = _paper(firm, li, f"销售合同{number}", 3)
        ConversionProof.objects.create(firm=firm, conversion=result, kind="contract", document=proof)


def _project(firm: Firm, li: User, number: int) -> RdProject:
    project = RdProject.objects.create(
        firm=firm, code=f"RD{number:02}", title=f"设施农业第{number}号控制技术研究", result="完成样机并通过验收。" * 8
    )
    for which in ("立项", "验收"):
        document = _paper(firm, li, f"{project.code}{which}报告", SHEETS)
        Evidence.objects.create(firm=firm, document=document, project=project, by=li)
    days = [date(year, 1, 15) + timedelta(days=28 * month) for year in (2023, 2024, 2025) for month in range(12)]
    ExpenseLine.objects.bulk_create(
        ExpenseLine(
            firm=firm, project=project, day=day, voucher_number=str(at), summary="料", hte_category=category,
            tax_category=tax_categories(category)[0], amount=Decimal(1_000 + number * at),
        )
        for at, day in enumerate(days, 1)
        for category in CERTIFICATION
    )  # fmt: skip
    return project


def _paper(firm: Firm, li: User, title: str, pages: int) -> Document:
    """Scans as they come: each page a picture of its own."""
    content = BytesIO()
    scans = [Image.effect_noise((827, 1169), 20 + at) for at in range(pages)]
    scans[0].save(content, "PDF", save_all=True, append_images=scans[1:], resolution=100)
    digest, size = storage.keep(content), content.getbuffer().nbytes
    document = Document.objects.create(firm=firm, purpose="project", title=f"{title}.pdf")
    DocumentVersion.objects.create(
        firm=firm, document=document, number=1, name=f"{title}.pdf", sha256=digest, size=size, state="clean",
        media_type="application/pdf", by=li,
    )  # fmt: skip
    return document


def by_product(li: User) -> Bundle:
    with acting(li):
        with transaction.atomic():
            Bundle.objects.all().delete()
            asked = bundle.ask(Firm.objects.get(uscc=QINGHE), by=li, on=DAY)
        bundle.make(asked.pk, by=li)
        with transaction.atomic():
            return Bundle.objects.get()


def against_bare(rights: int) -> Ways:
    folder = tempfile.mkdtemp(prefix="dossier-")
    with papers_in(folder):
        li = built(rights)
        made = by_product(li)
        files = _laid_ready(li, made, Path(folder))

    def ours() -> None:
        with papers_in(folder):
            by_product(li)

    command = [sys.executable, "-I", "-c", BARE, folder, FONTS, *files]
    note = f"{made.pages} pages, {made.size / 2**20:.0f} MB, {len(files)} papers"
    return Ways(ours, lambda: subprocess.run(command, check=True, capture_output=True), (note,))


def _laid_ready(li: User, made: Bundle, folder: Path) -> list[str]:
    """The source and the papers as files, as the bare way finds them; refuses a bundle that lacks any of them."""
    with acting(li), transaction.atomic():
        dossier, form = bundle._read(made)
        papers = list(bundle._papers(dossier))
        archive = ZipFile(bundle.content(made))
    told = [outside._laid_ready(folder, at, paper) for at, paper in enumerate(papers, 1)]
    files = [str(folder / each["file"]) for each in told]
    pages = [len(pikepdf.open(file).pages) for file in files]
    sheets = [{**each, "pages": n, "wide": [False] * n} for each, n in zip(told, pages, strict=True)]
    (folder / "papers.json").write_text(json.dumps(sheets, ensure_ascii=False))
    source = typeset.source_of(form.cover, form.blocks, title=form.title, running=form.running)
    (folder / "form.typ").write_text(source)
    bound = len(pikepdf.open(BytesIO(archive.read(outside.PDF))).pages)
    if len(papers) < RIGHTS + 2 * PROJECTS or bound != made.pages or made.pages < sum(pages):
        raise AssertionError(f"{len(papers)} papers of {sum(pages)} pages, {bound} bound")
    return files


def memory(rights: int) -> tuple[float, float]:
    """Megabytes of the largest process at its peak, and those it may take."""
    with tempfile.TemporaryDirectory() as folder, papers_in(folder):
        built(rights)
        where = {**os.environ, "STORAGE_URL": f"file://{folder}/papers"}
        place = connection.settings_dict
        address = f"postgres://{place['USER']}:{place['PASSWORD']}@{place['HOST']}:{place['PORT']}/{place['NAME']}"
        connection.close()
        command = [sys.executable, "-m", "tests.benchmarks.dossier_peak", address]
        said = subprocess.run(command, check=True, capture_output=True, cwd=BASE_DIR, env=where).stdout
    told: dict[str, Any] = json.loads(said.splitlines()[-1])
    print(f"worker {told['worker']:.0f} MB, binder {told['binder']:.0f} MB", file=sys.stderr)
    return max(told.values()), MAY_TAKE


BENCHMARKS: tuple[Benchmark, ...] = (
    Comparison(
        "dossier.vs_bare",
        3.0,
        RIGHTS,
        f"a dossier of so many rights and {PROJECTS} projects as one file, against typst and pikepdf alone",
        against_bare,
    ),
    Weighing(
        "dossier.memory",
        1.0,
        RIGHTS,
        f"the largest process of such a dossier at its peak, against {MAY_TAKE} MB",
        memory,
    ),
)
