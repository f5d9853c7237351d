"""What a PDF brings along besides its pages is told, wherever it is hidden; what only looks like it is not."""

import zlib
from io import BytesIO

import pytest

from pipeline.outside import pdf

PLAIN = b"%%PDF-1.7\n1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj\n%s\ntrailer <</Root 1 0 R>>\n%%%%EOF\n"


def found(body: bytes) -> list[str]:
    return list(pdf.flaws(BytesIO(PLAIN % body)))


def packed(objects: bytes) -> bytes:
    stream = zlib.compress(objects)
    return b"5 0 obj <</Type /ObjStm /N 1 /First 4 /Filter /FlateDecode>> stream\n" + stream + b"\nendstream endobj"


def test_a_plain_paper_has_no_flaws() -> None:
    picture = (
        b"3 0 obj <</Length 60>> stream\n"
        + b"/JS (x) /EmbeddedFile /Launch by chance in a picture"
        + b"\nendstream endobj"
    )
    assert found(picture + b" 4 0 obj <</JSON /Jar /Launchpad>> endobj") == []


@pytest.mark.parametrize(
    ("body", "flaw"),
    [
        (b"4 0 obj <</S /JavaScript /JS (app.alert(1))>> endobj", pdf.SCRIPTS),
        (b"4 0 obj <</S /J#61vaScript>> endobj", pdf.SCRIPTS),
        (b"4 0 obj <</S /Launch /F (cmd.exe)>> endobj", pdf.SCRIPTS),
        (packed(b"6 0 <</S /JavaScript /JS (x)>>"), pdf.SCRIPTS),
        (b"4 0 obj <</Names <</EmbeddedFiles 7 0 R>>>> endobj", pdf.FILES),
        (packed(b"6 0 <</Type /Filespec /EF <</F 9 0 R>>>> <</EmbeddedFiles 1>>"), pdf.FILES),
        (packed(b"6 0 <<>>") + b" trailer <</Encrypt 8 0 R>>", pdf.LOCKED),
    ],
)
def test_what_it_brings_along_is_told(body: bytes, flaw: str) -> None:
    assert flaw in found(body)


def test_objects_that_unpack_without_end_are_read_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MOST_UNPACKED", 1_000)
    assert found(packed(b" " * 10_000_000) + packed(b"6 0 <</JS (x)>>")) == []
