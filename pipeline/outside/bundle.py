"""An application as one file: the form as .docx and as PDF with the papers joined, what cannot be joined, the sums."""

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, cast
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from pipeline.models.dossier.printed import Block
from pipeline.outside import storage, typeset, word

BINDER = Path(__file__).with_name("binding.py")
MEMORY, SECONDS = 390 * 1024 * 1024, 900  # of the process that joins: bytes of data, seconds of a processor
PDF, DOCX, SUMS, FOLDER = "申报书及附件.pdf", "申报书.docx", "清单.txt", "附件"
DATED = (1980, 1, 1, 0, 0, 0)  # the same content gives the same bytes
CHUNK = 1024 * 1024
WHY = {"locked": "有打开密码，未合并", "broken": "文件读不出来，未合并", "other": "不是 PDF 或图片，另附"}
# All that the binder is told of its surroundings: each thread of the typesetter would keep memory of its own.
FRUGAL = {"MALLOC_ARENA_MAX": "1", "MALLOC_TRIM_THRESHOLD_": "131072"}


class BindingFailed(Exception):
    """The papers could not be joined within what the work may cost."""


@dataclass(frozen=True)
class Paper:
    """One paper to be joined: its number in the application, its title, its stored bytes and their kind."""

    code: str
    title: str
    sha256: str
    kind: str
    ending: str


@dataclass(frozen=True)
class Form:
    """What is set: the first page, the parts behind the table of contents, the title, what runs over every page."""

    cover: Sequence[Block]
    blocks: Sequence[Block]
    title: str
    running: str


@dataclass(frozen=True)
class Made:
    content: BinaryIO
    pages: int
    manifest: list[dict[str, Any]]


def steps(papers: Sequence[Paper]) -> int:
    """How many steps `made` tells of, where every paper can be joined."""
    return 2 * len(papers) + 2


def made(form: Form, papers: Sequence[Paper], *, step: Callable[[], None]) -> Made:
    """The whole as a zip, open for reading; `step` is called as the work goes on. Raises BindingFailed."""
    with tempfile.TemporaryDirectory(prefix="bundle-") as name:
        folder = Path(name)
        told = [_laid_ready(folder, at, paper) for at, paper in enumerate(papers, 1)]
        (folder / "papers.json").write_text(json.dumps(told, ensure_ascii=False))
        source = typeset.source_of(form.cover, form.blocks, title=form.title, running=form.running)
        (folder / "form.typ").write_text(source)
        with (folder / "form.docx").open("wb") as target:
            word.document(target, form.cover, [*form.blocks, *typeset.listed(told)], title=form.title)
        _bind(folder, step)
        told = json.loads((folder / "papers.json").read_text())
        content, manifest = _zipped(folder, told)
        step()
        return Made(content, int((folder / "pages").read_text()), manifest)


def _laid_ready(folder: Path, at: int, paper: Paper) -> dict[str, str]:
    file = f"{at:04}.{paper.ending}"
    storage.lay_at(paper.sha256, folder / file)
    told = {"key": f"paper-{at}", "code": paper.code, "title": paper.title, "sha256": paper.sha256}
    return {**told, "file": file, "kind": paper.kind}


def _bind(folder: Path, step: Callable[[], None]) -> None:
    command = [sys.executable, "-I", str(BINDER), str(folder), str(MEMORY), str(SECONDS)]
    with (folder / "errors").open("w+") as errors:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=FRUGAL) as binder:
            for _line in binder.stdout or ():
                step()
        if binder.returncode:
            errors.seek(0)
            raise BindingFailed(errors.read()[-2_000:])


def _zipped(folder: Path, papers: Sequence[dict[str, Any]]) -> tuple[BinaryIO, list[dict[str, Any]]]:
    """The zip, and what is in it with its sums: first its files, then the papers joined."""
    files = [(DOCX, folder / "form.docx"), (PDF, folder / "form.pdf")]
    files += [(_apart(each), folder / each["file"]) for each in papers if not each["pages"]]
    content = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115  # whoever asked closes it
    manifest: list[dict[str, Any]] = []
    with ZipFile(content, "w", ZIP_STORED) as archive:
        for name, path in files:
            with path.open("rb") as source, archive.open(ZipInfo(name, DATED), "w", force_zip64=True) as target:
                manifest.append({"name": name, "sha256": _copied(source, target), "size": path.stat().st_size})
        archive.writestr(ZipInfo(SUMS, DATED), "\n".join(_sums(manifest, papers)), ZIP_DEFLATED)
    content.seek(0)
    return content, manifest + [_joined(each) for each in papers]


def _joined(paper: dict[str, Any]) -> dict[str, Any]:
    told = {name: paper[name] for name in ("sha256", "pages", "why")}
    return {"name": f"{paper['code']} {paper['title']}", **told}


def _sums(manifest: Sequence[dict[str, Any]], papers: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Lines that `sha256sum -c` reads, and behind signs of a remark those of the papers joined."""
    yield from (f"{each['sha256']}  {each['name']}" for each in manifest)
    yield "# 已合并或另附的材料（原件校验值）"
    for each in papers:
        yield f"# {each['sha256']}  {each['code']} {each['title']}{f'（{WHY[each["why"]]}）' if each['why'] else ''}"
    yield ""


def _apart(paper: dict[str, Any]) -> str:
    plain = "".join("_" if sign in '\\/:*?"<>|' else sign for sign in paper["title"])[:80]
    ending = paper["file"].rpartition(".")[2]
    return f"{FOLDER}/{paper['code']} {plain.removesuffix(f'.{ending}')}.{ending}"


def _copied(source: IO[bytes], target: IO[bytes]) -> str:
    """What one file holds into another; its SHA-256."""
    digest = hashlib.sha256()
    for piece in iter(lambda: source.read(CHUNK), b""):
        digest.update(piece)
        target.write(piece)
    return digest.hexdigest()
