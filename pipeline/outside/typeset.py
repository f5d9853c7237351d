"""Pieces of a text as typst source. Every text stands between quotes: nothing a firm wrote is ever read as markup."""

import json
import re
from collections.abc import Iterable, Mapping

from pipeline.models.dossier.printed import Block, Heading, Paragraph, Table

RUN, BREAK = 8, "\u200b"  # signs between two places where a run may break
LONG_RUN = re.compile(r"[!-~]{13,}")
KEPT = ("\n", BREAK)
FRAME = """\
#let papers = json("papers.json")
#set document(title: {title})
#set page(
  paper: "a4", margin: (x: 18mm, top: 22mm, bottom: 20mm),
  header: context text(8pt, {running}),
  footer: context align(center, text(8pt)[第 #counter(page).display() 页 / 共 #counter(page).final().first() 页]),
)
#set text(font: ("Noto Sans SC", "Noto Serif SC"), size: 10pt, lang: "zh", region: "cn")
#set par(justify: false, leading: 0.7em)
#set table(stroke: 0.4pt, inset: 4pt)
#show heading.where(level: 1): set text(13pt)
#show heading.where(level: 2): set text(11pt)
#show table.cell: set text(9pt)
#align(center, text(20pt, {title}))
#v(6mm)
"""
CONTENTS = """\
#pagebreak()
#outline(title: [目录], depth: 2)
#pagebreak()
"""
# each page of a paper gets a page of its own here, numbered like the rest; what stood on it is laid in afterwards
SHEETS = """\
#pagebreak()
= 附件
#table(columns: (2fr, 7fr, 2fr, 3fr), table.header[编号][材料][页数][起始页],
  ..papers.map(paper => (paper.code, paper.title, if paper.pages == 0 [另附文件] else [#paper.pages],
    if paper.pages == 0 [—] else [#context counter(page).at(label(paper.key)).first()])).flatten())
== 附件校验值（SHA-256）
#for paper in papers [#text(7pt)[#paper.code #paper.sha256] \\ ]
#for paper in papers {
  for at in range(paper.pages) {
    page(
      flipped: paper.wide.at(at), margin: (x: 12mm, top: 18mm, bottom: 16mm),
      header: text(8pt, paper.code + " " + paper.title + "（" + str(at + 1) + "/" + str(paper.pages) + "）"),
    )[#if at == 0 [#place(hide[#heading(level: 2, paper.code + " " + paper.title) #label(paper.key)])]]
  }
}
"""


def source_of(cover: Iterable[Block], blocks: Iterable[Block], *, title: str, running: str) -> str:
    """The whole as typst source; it reads `papers.json` beside it: [{key, code, title, pages, wide, sha256}]."""
    head = FRAME.replace("{title}", quoted(title)).replace("{running}", quoted(running))
    return "\n".join([head, *map(_set, cover), CONTENTS, *map(_set, blocks), SHEETS])


def listed(papers: Iterable[Mapping[str, str]]) -> list[Block]:
    """The papers as a table, for where they are not joined."""
    rows = [[each["code"], each["title"], each["sha256"]] for each in papers]
    return [Heading("附件清单"), Table(["编号", "材料", "SHA-256"], rows, (2, 5, 5))] if rows else []


def quoted(text: str) -> str:
    """As a string of typst, whose escapes are those of JSON but for the four-digit ones."""
    plain = "".join(sign for sign in text if sign.isprintable() or sign in KEPT)
    return json.dumps(plain, ensure_ascii=False)


def _set(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"#heading(level: {level}, {quoted(text)})"
        case Paragraph(text, quiet):
            size = "8.5pt" if quiet else "10pt"
            return f"#text({size}, {quoted(text)})\n"
        case Table():
            return _table(block)


def _table(table: Table) -> str:
    columns = ", ".join(f"{width}fr" for width in table.widths)
    sides = ", ".join("right" if at in table.right else "left" for at in range(len(table.head)))
    head = ", ".join(f"strong({quoted(each)})" for each in table.head)
    cells = ",\n  ".join(", ".join(f"[#{quoted(_breakable(each))}]" for each in row) for row in table.rows)
    return f"#table(columns: ({columns}), align: ({sides}), table.header({head}),\n  {cells})\n"


def _breakable(text: str) -> str:
    """Long runs of letters and digits may break, so that no number runs out of its cell."""
    return LONG_RUN.sub(lambda found: BREAK.join(_pieces(found[0])), text)


def _pieces(run: str) -> list[str]:
    return [run[at : at + RUN] for at in range(0, len(run), RUN)]
