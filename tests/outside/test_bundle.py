"""An application bound into one file: what is joined, what is put beside it, and that nothing is lost on the way."""

import hashlib
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pikepdf
import pylopdf_fonts_zh_cn
import pytest
import typst
from django.conf import settings
from django.test import override_settings
from PIL import Image

from pipeline.models.dossier.printed import Heading, Paragraph, Table
from pipeline.outside import bundle, storage, typeset
from pipeline.outside.bundle import BindingFailed, Form, Made, Paper

FONTS = str(Path(pylopdf_fonts_zh_cn.__file__).parent)
TITLE = "高新技术企业认定申请书"


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path) -> Iterator[None]:
    disk = {"BACKEND": "pipeline.outside.storage.DiskStorage", "OPTIONS": {"location": tmp_path / "documents"}}
    with override_settings(STORAGES=settings.STORAGES | {"documents": disk}):
        yield


@pytest.fixture
def printed(tmp_path: Path) -> Callable[..., bytes]:
    def page(says: str, size: str = '"a4"', *, pages: int = 1) -> bytes:
        source = tmp_path / "paper.typ"
        body = "\n#pagebreak()\n".join([says] * pages)
        source.write_text(f'#set page({size})\n#set text(font: "Noto Sans SC")\n{body}')
        return typst.compile(str(source), font_paths=[FONTS], ignore_system_fonts=True)

    return page


def paper(code: str, content: bytes, ending: str = "pdf", kind: str = "application/pdf", title: str = "证书") -> Paper:
    return Paper(code, title, storage.keep(BytesIO(content)), kind, ending)


def made(*papers: Paper, blocks: list[object] | None = None) -> Made:
    parts = blocks if blocks is not None else [Heading("一、主要情况"), Paragraph("青禾")]
    return bundle.made(Form([Paragraph("封面")], parts, TITLE, "杭州青禾"), papers, step=lambda: None)  # type: ignore[arg-type]


def whole(found: Made) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(ZipFile(found.content).read(bundle.PDF)))


def fonts(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Every font of the file, with what describes it."""
    for each in pdf.objects:
        if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/FontDescriptor":
            yield each


def test_papers_follow_the_form_each_page_in_its_frame(printed: Callable[..., bytes]) -> None:
    found = made(paper("A2-01", printed("一", pages=3)), paper("A3a-01", printed("二", "width: 600mm, height: 300mm")))
    with whole(found) as pdf:
        assert len(pdf.pages) == found.pages
        sheets = pdf.pages[-4:]
        assert [int(page.mediabox[2]) for page in sheets] == [595, 595, 595, 841]
        assert all(len(page.Resources.XObject) == 1 for page in sheets)


def test_a_larger_page_is_made_smaller_and_none_is_cut(printed: Callable[..., bytes]) -> None:
    """The placing of a page of a square metre: its scaled box lies within the frame."""
    found = made(paper("A2-01", printed("角", "width: 1000mm, height: 1000mm")))
    with whole(found) as pdf:
        sheet = pdf.pages[-1]
        placed = re.search(rb"([\d.]+) 0 0 ([\d.]+) ([\d.]+) ([\d.]+) cm\s*/\S+ Do", sheet.Contents.read_bytes())
        assert placed is not None
        across, along, left, bottom = map(float, placed.groups())
        [box] = [each.BBox for each in sheet.Resources.XObject.values()]
        right, top = left + across * float(box[2]), bottom + along * float(box[3])
        wide, high = float(sheet.mediabox[2]), float(sheet.mediabox[3])
        assert min(left, bottom, wide - right, high - top) > 0


def test_every_font_is_embedded(printed: Callable[..., bytes]) -> None:
    with whole(made(paper("A2-01", printed("营业执照")))) as pdf:
        described = list(fonts(pdf))
        assert described
        assert all("/FontFile3" in each or "/FontFile2" in each for each in described)


def test_what_stamps_and_seals_draw_on_a_page_goes_with_it(printed: Callable[..., bytes]) -> None:
    """A seal is an annotation beside the page's content: left there, it would stay behind."""
    with pikepdf.open(BytesIO(printed("合同"))) as pdf:
        look = pikepdf.Stream(pdf, b"1 0 0 rg 0 0 90 90 re f", {"/Type": pikepdf.Name.XObject})
        look.Subtype, look.BBox = pikepdf.Name.Form, pikepdf.Array([0, 0, 90, 90])
        seal = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Stamp, Rect=[300, 300, 390, 390], F=4,
            AP=pikepdf.Dictionary(N=pdf.make_indirect(look)),
        )  # fmt: skip
        pdf.pages[0].Annots = pikepdf.Array([pdf.make_indirect(seal)])
        sealed = BytesIO()
        pdf.save(sealed)
    with whole(made(paper("A3c-01", sealed.getvalue()))) as bound:
        streams = [each.read_bytes() for each in bound.objects if isinstance(each, pikepdf.Stream) and "/BBox" in each]
        assert any(b"0 0 90 90 re f" in each for each in streams)


@pytest.mark.parametrize("mode", ["RGB", "L", "RGBA", "P", "CMYK"])
def test_pictures_become_pages(mode: str) -> None:
    kind, ending, form = ("image/jpeg", "jpg", "JPEG") if mode == "CMYK" else ("image/png", "png", "PNG")
    content = BytesIO()
    Image.new(mode, (5_000, 400)).save(content, form)
    found = made(paper("A3a-01", content.getvalue(), ending, kind))
    assert found.manifest[-1]["pages"] == 1


def test_a_photograph_keeps_its_own_bytes() -> None:
    content = BytesIO()
    Image.effect_noise((600, 800), 50).convert("RGB").save(content, "JPEG")
    with whole(made(paper("A3a-01", content.getvalue(), "jpg", "image/jpeg"))) as pdf:
        held = [
            each for each in pdf.objects if isinstance(each, pikepdf.Stream) and each.get("/Filter") == "/DCTDecode"
        ]
        assert [each.read_raw_bytes() for each in held] == [content.getvalue()]


def test_what_cannot_be_joined_lies_beside_it_and_says_why(printed: Callable[..., bytes]) -> None:
    locked = BytesIO()
    with pikepdf.open(BytesIO(printed("密"))) as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(user="a", owner="b"))
    found = made(
        paper("A5-01", b"PK\x03\x04 rows", "xlsx", "application/vnd.ms-excel", "名单.xlsx"),
        paper("A5-02", b"%PDF-1.4 torn", title="破/损"),
        paper("A5-03", locked.getvalue(), title="加锁"),
    )
    assert [each["why"] for each in found.manifest[-3:]] == ["other", "broken", "locked"]
    names = ZipFile(found.content).namelist()
    assert names[2:5] == ["附件/A5-01 名单.xlsx", "附件/A5-02 破_损.pdf", "附件/A5-03 加锁.pdf"]


def test_the_sums_are_those_of_the_files(printed: Callable[..., bytes]) -> None:
    content = printed("营业执照")
    found = made(paper("A2-01", content), paper("A5-01", b"PK", "xlsx", "other"))
    archive = ZipFile(found.content)
    lines = archive.read(bundle.SUMS).decode().splitlines()
    pairs = [line.partition("  ") for line in lines if line and not line.startswith("#")]
    checked = {name: digest for digest, _gap, name in pairs}
    assert {name: hashlib.sha256(archive.read(name)).hexdigest() for name in checked} == checked
    assert set(checked) == set(archive.namelist()) - {bundle.SUMS}
    assert any(hashlib.sha256(content).hexdigest() in line for line in lines if line.startswith("#"))


def test_the_same_content_gives_the_same_sums(printed: Callable[..., bytes]) -> None:
    one = paper("A2-01", printed("一"))
    assert made(one).manifest[0]["sha256"] == made(one).manifest[0]["sha256"]


@pytest.mark.parametrize(
    "text", ['"); #panic("x', '#read("/etc/passwd")', "\\u{0}", "*_$`<@", "\u202e左", "a" * 400, "多行\n文字", "𬭎䶮😀"]
)
def test_what_a_firm_wrote_is_text_and_never_markup(text: str) -> None:
    found = made(blocks=[Heading(text), Paragraph(text), Table([text], [[text]], (1,))])
    assert found.pages >= 3
    assert b"<w:t" in ZipFile(BytesIO(ZipFile(found.content).read(bundle.DOCX))).read("word/document.xml")


def test_a_paper_that_takes_too_much_ends_the_work(
    monkeypatch: pytest.MonkeyPatch, printed: Callable[..., bytes]
) -> None:
    monkeypatch.setattr(bundle, "MEMORY", 8 * 1024 * 1024)
    with pytest.raises(BindingFailed):
        made(paper("A2-01", printed("一")))


def test_long_numbers_may_break_so_that_they_stay_in_their_cell() -> None:
    source = typeset.source_of([], [Table(["号"], [["9" * 40]], (1,))], title="", running="")
    assert "9" * 13 not in source
