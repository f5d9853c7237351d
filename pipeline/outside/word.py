"""Pieces of a text as a .docx: headings a table of contents finds, numbered pages, tables that repeat their heads."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from pipeline.models.dossier.printed import Block, Heading, Paragraph, Table

WIDTH = 9_400  # twentieths of a point between the margins of an A4 page
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the same content gives the same bytes
SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
RELATED = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
TYPES = f"""{HEAD}<Types xmlns="{PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml" ContentType="{KIND}.document.main+xml"/>
<Override PartName="/word/styles.xml" ContentType="{KIND}.styles+xml"/>
<Override PartName="/word/footer1.xml" ContentType="{KIND}.footer+xml"/>
<Override PartName="/word/settings.xml" ContentType="{KIND}.settings+xml"/></Types>"""
WHOLE = f"""{HEAD}<Relationships xmlns="{PACKAGE}/relationships">
<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>"""
PARTS = f"""{HEAD}<Relationships xmlns="{PACKAGE}/relationships">
<Relationship Id="rId1" Type="{OFFICE}/styles" Target="styles.xml"/>
<Relationship Id="rId2" Type="{OFFICE}/footer" Target="footer1.xml"/>
<Relationship Id="rId3" Type="{OFFICE}/settings" Target="settings.xml"/></Relationships>"""
SETTINGS = f'{HEAD}<w:settings {SPACE}><w:updateFields w:val="true"/></w:settings>'
FONTS = '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="仿宋_GB2312"/>'
SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")
LINES = "".join(f'<w:{side} w:val="single" w:sz="4" w:color="auto"/>' for side in SIDES)
STYLES = f"""{HEAD}<w:styles {SPACE}><w:docDefaults><w:rPrDefault><w:rPr>{FONTS}<w:sz w:val="24"/>
<w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:pPr><w:jc w:val="center"/></w:pPr>
<w:rPr><w:sz w:val="44"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:pPr><w:keepNext/>
<w:spacing w:before="240" w:after="120"/><w:outlineLvl w:val="0"/></w:pPr>
<w:rPr><w:b/><w:sz w:val="32"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Heading2"><w:name w:val="heading 2"/><w:pPr><w:keepNext/>
<w:spacing w:before="160" w:after="80"/><w:outlineLvl w:val="1"/></w:pPr>
<w:rPr><w:b/><w:sz w:val="28"/></w:rPr></w:style>
<w:style w:type="table" w:styleId="Grid"><w:name w:val="Table Grid"/><w:tblPr><w:tblBorders>
{LINES}
</w:tblBorders></w:tblPr></w:style></w:styles>"""


def document(target: BinaryIO, cover: Iterable[Block], blocks: Iterable[Block], *, title: str) -> None:
    """Write a .docx; the pages in its table of contents are references, which whatever opens it works out."""
    parts = list(blocks)
    headings = [each for each in parts if isinstance(each, Heading)]
    marks = {id(each): f"_Toc{at}" for at, each in enumerate(headings, 1)}
    listed = [(each, marks[id(each)]) for each in headings]
    body = [_styled(title, "Title"), *(_set(each, "") for each in cover), _contents(listed)]
    body += [_set(each, marks.get(id(each), "")) for each in parts]
    page = (
        f'<w:sectPr><w:footerReference {RELATED} w:type="default" r:id="rId2"/>'
        '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1253" w:bottom="1440" w:left="1253"'
        ' w:header="720" w:footer="720" w:gutter="0"/></w:sectPr>'
    )
    whole = f"{HEAD}<w:document {SPACE} {RELATED}><w:body>{''.join(body)}{page}</w:body></w:document>"
    members = {
        "[Content_Types].xml": TYPES, "_rels/.rels": WHOLE, "word/_rels/document.xml.rels": PARTS,
        "word/document.xml": whole, "word/styles.xml": STYLES, "word/settings.xml": SETTINGS,
        "word/footer1.xml": _footer(),
    }  # fmt: skip
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(ZipInfo(name, LONG_AGO), content, ZIP_DEFLATED)


def _set(block: Block, mark: str) -> str:
    match block:
        case Heading(text, level):
            return _styled(text, f"Heading{level}", mark)
        case Paragraph(text, quiet):
            return _paragraph(text, small=quiet)
        case Table():
            return _table(block)


def _table(table: Table) -> str:
    widths = [WIDTH * width // sum(table.widths) for width in table.widths]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    rows = [_row(table.head, widths, frozenset(), head=True)]
    rows += [_row(row, widths, table.right) for row in table.rows]
    look = f'<w:tblStyle w:val="Grid"/><w:tblW w:w="{WIDTH}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
    return f"<w:tbl><w:tblPr>{look}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl><w:p/>"


def _row(cells: Iterable[str], widths: Iterable[int], right: frozenset[int], *, head: bool = False) -> str:
    told = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>'
        f"{_paragraph(cell, small=True, bold=head, right=at in right)}</w:tc>"
        for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return f"<w:tr>{'<w:trPr><w:tblHeader/></w:trPr>' if head else ''}{told}</w:tr>"


def _styled(text: str, style: str, mark: str = "") -> str:
    told = "".join(_runs(text, ""))
    if mark:
        key = mark.removeprefix("_Toc")
        told = f'<w:bookmarkStart w:id="{key}" w:name="{mark}"/>{told}<w:bookmarkEnd w:id="{key}"/>'
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{told}</w:p>'


def _paragraph(text: str, *, small: bool = False, bold: bool = False, right: bool = False) -> str:
    side = '<w:pPr><w:jc w:val="right"/></w:pPr>' if right else ""
    look = f"<w:rPr>{'<w:b/>' if bold else ''}{'<w:sz w:val="20"/>' if small else ''}</w:rPr>"
    return f"<w:p>{side}{''.join(_runs(text, look))}</w:p>"


def _runs(text: str, look: str) -> Iterator[str]:
    plain = "".join(sign for sign in text if sign.isprintable() or sign == "\n")
    for at, line in enumerate(plain.split("\n")):
        broken = "<w:br/>" if at else ""
        yield f'<w:r>{look}{broken}<w:t xml:space="preserve">{escape(line)}</w:t></w:r>'


def _contents(listed: Iterable[tuple[Heading, str]]) -> str:
    """The headings with their pages, on pages of their own."""
    apart = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
    return f"{apart}{_paragraph('目录', bold=True)}{''.join(_line(*each) for each in listed)}{apart}"


def _line(heading: Heading, mark: str) -> str:
    tab = f'<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="{WIDTH}"/></w:tabs>'
    look = f'<w:pPr>{tab}<w:ind w:left="{240 * (heading.level - 1)}"/></w:pPr>'
    page = _field(f" PAGEREF {mark} \\h ", "1")
    told = f'<w:hyperlink w:anchor="{mark}">{"".join(_runs(heading.text, ""))}<w:r><w:tab/></w:r>{page}</w:hyperlink>'
    return f"<w:p>{look}{told}</w:p>"


def _footer() -> str:
    words = ("第 ", _field(" PAGE ", "1"), " 页 / 共 ", _field(" NUMPAGES ", "1"), " 页")
    told = "".join(
        each if each.startswith("<") else f'<w:r><w:t xml:space="preserve">{each}</w:t></w:r>' for each in words
    )
    return f'{HEAD}<w:ftr {SPACE}><w:p><w:pPr><w:jc w:val="center"/></w:pPr>{told}</w:p></w:ftr>'


def _field(code: str, shown: str) -> str:
    def mark(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    asked = f'<w:r><w:instrText xml:space="preserve">{code}</w:instrText></w:r>'
    return f"{mark('begin')}{asked}{mark('separate')}<w:r><w:t>{shown}</w:t></w:r>{mark('end')}"
