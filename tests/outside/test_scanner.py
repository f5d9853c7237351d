"""Papers are shown only after somebody looked at them."""

import socket
import struct
import threading
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest

from pipeline.outside import scanner
from tests.outside.workbooks import endless

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def archive(**members: bytes) -> BytesIO:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, held in members.items():
            packed.writestr(name.replace("__", "/").replace("_DOT_", "."), held)
    return content


@pytest.fixture
def clamd(settings: Any) -> Iterator[list[bytes]]:
    """A server that speaks clamd's INSTREAM on the loopback and knows one virus; what it was sent."""
    door = socket.create_server(("127.0.0.1", 0))
    seen: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                line, _ = door.accept()
            except OSError:
                return
            with line, line.makefile("rb") as sent:
                assert sent.readline() in (b"nINSTREAM\n", b"zINSTREAM\0")
                content = b""
                while size := struct.unpack("!L", sent.read(4))[0]:
                    content += sent.read(size)
                seen.append(content)
                line.sendall(b"stream: Eicar-Test-Signature FOUND\n" if EICAR in content else b"stream: OK\n")

    threading.Thread(target=serve, daemon=True).start()
    settings.SCANNER_URL = urlsplit(f"clamd://127.0.0.1:{door.getsockname()[1]}")
    yield seen
    door.close()


def test_a_clean_paper_has_no_objections(clamd: list[bytes]) -> None:
    assert scanner.objections(BytesIO(b"%PDF-1.7"), "application/pdf") == []
    assert clamd == [b"%PDF-1.7"]


def test_a_virus_is_named(clamd: list[bytes]) -> None:
    assert scanner.objections(BytesIO(b"%PDF-1.7" + EICAR), "application/pdf") == ["Eicar-Test-Signature"]


def test_a_scanner_that_is_down_lets_nothing_through(settings: Any) -> None:
    settings.SCANNER_URL = urlsplit("clamd://127.0.0.1:9")
    with pytest.raises(scanner.ScannerDown):
        scanner.objections(BytesIO(b"%PDF-1.7"), "application/pdf")


def test_without_a_scanner_no_paper_is_ever_clean(settings: Any) -> None:
    settings.SCANNER_URL = urlsplit("")
    with pytest.raises(scanner.ScannerDown):
        scanner.objections(BytesIO(b"%PDF-1.7"), "application/pdf")


def test_macros_bombs_and_mislabelled_archives_are_refused() -> None:
    good = archive(word__document_DOT_xml=b"<w/>")
    macros = archive(word__document_DOT_xml=b"<w/>", word__vbaProject_DOT_bin=b"\0")
    bomb = archive(word__document_DOT_xml=b"\0" * 50_000_000)
    other = archive(xl__workbook_DOT_xml=b"<x/>")
    assert scanner.objections(good, DOCX) == []
    assert scanner.objections(macros, DOCX) == ["macros or embedded files"]
    assert scanner.objections(bomb, DOCX) == ["unpacks to far more than it should"]
    assert scanner.objections(other, DOCX) == ["word/document.xml is missing"]
    assert scanner.objections(BytesIO(b"PK\x03\x04nothing"), DOCX) == ["not an Office file inside"]


def test_a_directory_without_end_is_an_objection_and_is_not_read(clamd: list[bytes]) -> None:
    assert "its directory is endless" in scanner.objections(BytesIO(endless(200_000)), DOCX)
