"""What an office program makes of the .docx of an application; long, since LibreOffice takes its time to start."""

import shutil
import subprocess
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from pipeline.models.dossier.printed import Block, Heading, Paragraph, Table
from pipeline.outside import word

OFFICE = shutil.which("soffice")
PAGES = shutil.which("pdftotext")


@pytest.mark.long
@pytest.mark.skipif(not (OFFICE and PAGES), reason="no LibreOffice here")
def test_libreoffice_opens_it_whole_and_works_out_its_pages(tmp_path: Path) -> None:
    content = BytesIO()
    rows = Table(["号", "数"], [[f"第{at}行", "1"] for at in range(90)], (1, 1))
    blocks: list[Block] = [Heading("一、主要情况"), Paragraph("青禾智控"), rows, Heading("二、知识产权汇总表")]
    word.document(content, [Paragraph("封面")], blocks, title="高新技术企业认定申请书")
    (tmp_path / "form.docx").write_bytes(content.getvalue())
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    convert = [str(OFFICE), profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), "form.docx"]
    subprocess.run(convert, check=True, capture_output=True, cwd=tmp_path, timeout=120)
    said = subprocess.run(
        [str(PAGES), "-layout", "form.pdf", "-"], check=True, capture_output=True, cwd=tmp_path
    ).stdout
    text = said.decode()
    bare = "".join(text.split())  # it puts spaces between scripts
    assert [at for at in range(90) if f"第{at}行" not in bare] == []
    last = len(pikepdf.open(tmp_path / "form.pdf").pages)
    contents = next(line for line in text.splitlines() if line.startswith("二、知识产权汇总表"))
    assert last > 3
    assert int(contents.rpartition(".")[2]) == last
