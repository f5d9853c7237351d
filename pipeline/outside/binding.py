"""Joins the papers of an application to its form. Runs in a process of its own, which knows nothing of the house.

    python binding.py FOLDER MEMORY SECONDS

The folder holds `form.typ`, and `papers.json`: [{key, code, title, sha256, file, kind}], the files beside it. What is
written there: `form.pdf`, the whole, in `pages` how many it has, and `papers.json` anew, with the pages of each and,
where a paper could not be joined, no pages and `why`. Each line on standard output is a step done.
"""

import json
import resource
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pikepdf
import pylopdf_fonts_zh_cn
import typst
from PIL import Image

MILLIMETRE = 72 / 25.4
BESIDE, ABOVE, BELOW = 12 * MILLIMETRE, 18 * MILLIMETRE, 16 * MILLIMETRE
LONGEST_SIDE = 3_508  # dots: A4 at 300 to the inch
JOINED = {"application/pdf", "image/jpeg", "image/png"}
READ = pikepdf.AccessMode.stream  # mapped into memory, all papers would lie in it at once
LOCKED, BROKEN, OTHER = "locked", "broken", "other"


def main(folder: Path) -> None:
    papers = json.loads((folder / "papers.json").read_text())
    with ExitStack() as opened:
        joined = [_opened(folder, paper, opened) for paper in papers]
        (folder / "papers.json").write_text(json.dumps(papers, ensure_ascii=False))
        form = typst.compile(
            str(folder / "form.typ"), font_paths=[str(Path(pylopdf_fonts_zh_cn.__file__).parent)],
            ignore_system_fonts=True, pdf_tags=False,
        )  # fmt: skip
        _step()
        with pikepdf.open(_kept(folder / "bare.pdf", form)) as whole:
            _lay_in(whole, [each for each in joined if each is not None])
            (folder / "pages").write_text(str(len(whole.pages)))
            whole.save(folder / "form.pdf")


def _opened(folder: Path, paper: dict[str, Any], opened: ExitStack) -> pikepdf.Pdf | None:
    """The paper as a PDF, its pages counted; none where it cannot be joined."""
    paper.update(pages=0, wide=[], why="")
    try:
        if paper["kind"] not in JOINED:
            paper["why"] = OTHER
            return None
        path = folder / paper["file"]
        source = path if paper["kind"] == "application/pdf" else _pictured(path)
        pdf = opened.enter_context(pikepdf.open(source, access_mode=READ))
        _flatten(pdf)
        paper["wide"] = [_is_wide(page) for page in pdf.pages]
        paper["pages"] = len(paper["wide"])
    except pikepdf.PasswordError:
        paper.update(why=LOCKED)
        return None
    except (pikepdf.PdfError, OSError, ValueError, SyntaxError, RuntimeError):
        paper.update(pages=0, wide=[], why=BROKEN)
        return None
    finally:
        _step()
    return pdf if paper["pages"] else None


def _flatten(pdf: pikepdf.Pdf) -> None:
    """Seals, signatures and what was typed into fields are drawn on the page, or they would stay behind."""
    if any("/Annots" in page for page in pdf.pages):
        if "/AcroForm" in pdf.Root:
            pdf.generate_appearance_streams()
        pdf.flatten_annotations("screen")


def _is_wide(page: pikepdf.Page) -> bool:
    left, bottom, right, top = (float(each) for each in page.cropbox)
    turned = int(page.obj.get("/Rotate", 0)) % 180 == 90
    return (right - left > top - bottom) != turned


def _pictured(path: Path) -> Path:
    """A picture as a PDF of one page beside it."""
    target = path.with_suffix(".picture.pdf")
    with Image.open(path) as picture:
        if picture.format == "JPEG" and picture.mode in ("L", "RGB") and max(picture.size) <= LONGEST_SIDE:
            _as_it_is(path, picture, target)
            return target
        picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        plain = Image.new("RGB", picture.size, "white")
        seen = picture.convert("RGBA") if picture.mode in ("P", "LA", "RGBA", "PA") else picture.convert("RGB")
        plain.paste(seen, mask=seen.getchannel("A") if seen.mode == "RGBA" else None)
    plain.save(target, "PDF", resolution=150, quality=90)
    return target


def _as_it_is(path: Path, picture: Image.Image, target: Path) -> None:
    """A JPEG's own bytes within a PDF: nothing is lost by writing it anew."""
    width, height = picture.size
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(width / 2, height / 2))
        image = pikepdf.Stream(pdf, path.read_bytes(), {
            "/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Image, "/Width": width, "/Height": height,
            "/ColorSpace": pikepdf.Name.DeviceRGB if picture.mode == "RGB" else pikepdf.Name.DeviceGray,
            "/BitsPerComponent": 8, "/Filter": pikepdf.Name.DCTDecode,
        })  # fmt: skip
        page.add_resource(image, pikepdf.Name.XObject, pikepdf.Name.Im0)
        page.contents_add(f"q {width / 2} 0 0 {height / 2} 0 0 cm /Im0 Do Q".encode())
        pdf.save(target)


def _lay_in(whole: pikepdf.Pdf, joined: list[pikepdf.Pdf]) -> None:
    """Every page of the papers onto the page that waits for it: the last ones of the whole, in the same order."""
    pages = sum(len(pdf.pages) for pdf in joined)
    at = len(whole.pages) - pages
    for pdf in joined:
        for page in pdf.pages:
            _on_page(whole.pages[at], page)
            at += 1
        _step()


def _on_page(sheet: pikepdf.Page, page: pikepdf.Page) -> None:
    """Within the frame, made smaller where it does not fit, never larger."""
    left, bottom, right, top = (float(each) for each in sheet.mediabox)
    frame = (left + BESIDE, bottom + BELOW, right - BESIDE, top - ABOVE)
    if "/TrimBox" in page.obj:
        del page.obj.TrimBox  # what a reader sees goes to the crop box
    sheet.add_overlay(page, pikepdf.Rectangle(*frame), shrink=True, expand=False)  # type: ignore[call-arg]


def _kept(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _step() -> None:
    print(".", flush=True)


def _limits(memory: int, seconds: int) -> Iterator[tuple[int, int]]:
    yield resource.RLIMIT_DATA, memory
    yield resource.RLIMIT_CPU, seconds


if __name__ == "__main__":
    for what, most in _limits(int(sys.argv[2]), int(sys.argv[3])):
        resource.setrlimit(what, (most, most))
    main(Path(sys.argv[1]))
