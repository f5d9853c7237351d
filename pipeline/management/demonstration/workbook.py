"""How the demonstration roster is drawn from published figures. For maintainers: the product carries the result.

Names, sales, R&D expense, heads and net assets are the published ones of 2019 to 2021, shown as 2023 to 2025. What a
roster needs and the source has not (credit code, day of registration, rights, hi-tech and domestic shares, contact) is
made up by a hash of the stock code. Every second firm is divided by a stated number, for listed firms are too big to be
candidates.
"""

import csv
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from stdnum.cn import uscc

from pipeline.outside.roster.columns import FIRM_COLUMNS, YEAR_COLUMNS, official_order
from pipeline.outside.roster.pages import SHEET_NAME, heading
from pipeline.outside.sheet_writer import Heading, Page, written
from pipeline.outside.sheets import Cell, read
from pipeline.rules.codes.identifiers import CREDIT_CODE_LETTERS, ORGANISATION_WEIGHTS, weighted_check

PUBLISHED = (2019, 2020, 2021)
SHOWN_LATER_BY = 4
CITY = "3301"
CITY_CODE = "330100"
NOTE = "演示说明"
NAME = "演示名册（2019—2021 年年报，显示为 {first}—{last} 年）.xlsx"  # stands beside every figure as its source
WAN = Decimal(10_000)
CENT = Decimal("0.01")
TARGETS = (900, 1_400, 2_200, 3_300, 4_700, 4_999, 5_600, 7_800, 10_500, 14_000, 17_500, 19_900)  # 万元 of sales
CONTACTS = ("林一帆", "周可", "沈知夏", "吴桐", "陆远", "方晓棠", "许安", "程默", "叶青", "何川", "苏禾", "顾言")
MADE_UP = "信用代码、注册日期、技术领域、知识产权、高新收入、境内占比、联系人为虚构"
PLACES = {  # what an address says and the county it lies in today
    "下城区": "330105",
    "江干区": "330102",
    "钱塘新区": "330114",
    "萧山": "330109",
    "余杭": "330110",
    "富阳": "330111",
    "临安": "330112",
    "滨江": "330108",
}
FIELDS = (
    ("软件|信息|网络|数字|科技股份|互联|通信", ("10109", "10111", "10401")),
    ("医药|生物|医疗|药业|健康|诊断", ("20101", "20301", "20401")),
    ("材料|化工|化学|油墨|电缆|塑|纺|新化|布艺", ("40201", "40301", "40401")),
    ("环保|环境|园林|生态", ("70101", "70201")),
    ("机|电|智能|轴承|汽轮|制氧|杭氧|装备", ("80301", "80401", "80501")),
)
ABOUT = (
    "企业名称、各年销售收入、研发费用、职工和研发人员人数、净资产取自上市公司 2019—2021 年年度报告，"
    "按 2023—2025 年显示。",
    "来源：GitHub MetaGLM/FinGLM（SMP 2023 公开竞赛数据），由年报机器抽取，未逐项核对；"
    "合并报表口径，与单一法人口径不同。",
    "每两家中有一家的全部数额和人数除以一个整数，使销售收入落在 1,000 至 20,000 万元左右；除数见“演示说明”列。",
    "统一社会信用代码、注册日期、技术领域、Ⅰ类、Ⅱ类、总收入超出营业收入的部分、高新技术产品收入、"
    "境内研发费用、联系人和电话是虚构的，由股票代码推算而来，与真实企业无关。",
    "“科技人员”用年报的研发人员数代替。空格表示年报没有或没有抽取到。",
    "地址中没有写明县区的企业，“所属县区”留空，由市局分派。",
)


def draw(code: str, purpose: str, below: int) -> int:
    """A number from 0 that always comes out the same for a firm and a purpose."""
    return int.from_bytes(hashlib.sha256(f"{code}:{purpose}".encode()).digest()[:8], "big") % below


@dataclass(frozen=True)
class Listed:
    """A listed firm: the lines of the source by year."""

    code: str
    years: dict[int, dict[str, str]]

    @property
    def latest(self) -> dict[str, str]:
        return self.years[max(self.years)]

    @property
    def name(self) -> str:
        return self.latest["full_name"]

    def figure(self, year: int, column: str) -> Decimal | None:
        text = self.years.get(year, {}).get(column, "")
        return Decimal(text) if text else None


def listed_firms(source: Path) -> list[Listed]:
    """The firms of the city with sales in the last year, in the order of their codes."""
    found: dict[str, dict[int, dict[str, str]]] = {}
    with source.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            found.setdefault(line["stock_code"], {})[int(line["year"])] = line
    firms = [Listed(code, years) for code, years in sorted(found.items())]
    return [firm for firm in firms if is_of_city(firm) and firm.figure(PUBLISHED[-1], "revenue")]


def is_of_city(firm: Listed) -> bool:
    """Hangzhou Bay belongs to other cities, whatever the derived code says."""
    return firm.latest["region_code_derived"].startswith(CITY) and "杭州湾" not in firm.latest["reg_address"]


def county_of(firm: Listed) -> str:
    """The county its address names, under its present name; empty where it names none."""
    code = firm.latest["region_code_derived"]
    if code == CITY_CODE:
        code = next((now for words, now in PLACES.items() if words in firm.latest["reg_address"]), "")
    return code


def divisor_of(firm: Listed, at: int) -> int:
    """1 for every other firm; else what brings its sales near one of the targets, to two figures."""
    sales = (firm.figure(PUBLISHED[-1], "revenue") or Decimal(0)) / WAN
    if at % 2 or sales < TARGETS[0]:
        return 1
    exact = sales / TARGETS[draw(firm.code, "target", len(TARGETS))]
    digits = Decimal(10) ** (exact.adjusted() - 1)
    return max(int((exact / digits).to_integral_value(ROUND_HALF_UP) * digits), 1)


def credit_code(firm: Listed, county: str) -> str:
    letters = CREDIT_CODE_LETTERS[:10] + "ABCDEFGHJKLMNPQRTUWXY"
    body = "MA" + "".join(letters[draw(firm.code, f"letter {at}", len(letters))] for at in range(6))
    check = weighted_check((int(letter, 36) for letter in body), ORGANISATION_WEIGHTS, complement=True)
    first = f"91{county or CITY_CODE}{body}{check}"
    return first + str(uscc.calc_check_digit(first))


def registered_on(firm: Listed) -> date | None:
    if draw(firm.code, "no day", 14) == 0:
        return None
    return date(1996, 1, 1) + timedelta(days=draw(firm.code, "day", 24 * 365))


def field_of(firm: Listed) -> str:
    for words, codes in FIELDS:
        if re.search(words, firm.name) and draw(firm.code, "no field", 8):
            return codes[draw(firm.code, "field", len(codes))]
    return ""


def rights_of(firm: Listed) -> tuple[int | None, int | None]:
    """Class I and II: none for one firm in twelve, unknown for another one."""
    match draw(firm.code, "rights", 12):
        case 0:
            return 0, 0
        case 1:
            return None, None
        case _:
            return draw(firm.code, "class one", 9), 3 + draw(firm.code, "class two", 40)


def money(amount: Decimal | None) -> Decimal | None:
    """万元 to the yuan's hundredth."""
    return None if amount is None else (amount / WAN).quantize(Decimal("0.000001")).quantize(CENT, ROUND_HALF_UP)


def year_cells(firm: Listed, year: int, divisor: int) -> dict[str, Cell]:
    def figure(column: str) -> Decimal | None:
        value = firm.figure(year, column)
        return None if value is None else value / divisor

    sales, rd, assets = figure("revenue"), figure("rd_expense"), figure("net_assets_derived")
    total = None if sales is None else sales * (1 + Decimal(draw(firm.code, f"other income {year}", 40)) / 1000)
    hitech = None if total is None else total * hitech_share(firm)
    domestic = None if rd is None else rd * domestic_share(firm)
    staff, tech = heads(figure("employees")), heads(figure("rd_staff"))
    return {
        "sales": money(sales),
        "total_income": money(total),
        "non_taxable_income": None if total is None else Decimal(0),
        "hitech_income": None if draw(firm.code, "no hi-tech", 9) == 0 else money(hitech),
        "rd_total": money(rd),
        "rd_domestic": money(domestic),
        "net_assets": money(assets),
        "staff": staff,
        "tech_staff": tech if tech is None or staff is None else min(tech, staff),
    }


def hitech_share(firm: Listed) -> Decimal:
    """Between 45 % and 95 %, one firm in six within a point of the 60 % that the law asks."""
    if draw(firm.code, "near", 6) == 0:
        return Decimal(594 + draw(firm.code, "hi-tech near", 13)) / 1000
    return Decimal(450 + draw(firm.code, "hi-tech", 500)) / 1000


def domestic_share(firm: Listed) -> Decimal:
    return (
        Decimal(1) if draw(firm.code, "domestic", 5) else Decimal(550 + draw(firm.code, "domestic share", 400)) / 1000
    )


def heads(number: Decimal | None) -> int | None:
    return None if number is None else int(number.to_integral_value(ROUND_HALF_UP))


def firm_cells(firm: Listed, county: str, county_name: str) -> dict[str, Cell]:
    one, two = rights_of(firm)
    return {
        "code": credit_code(firm, county),
        "name": firm.name,
        "county": county_name or None,
        "registered_on": registered_on(firm),
        "field": field_of(firm) or None,
        "industry": None,
        "contact": CONTACTS[draw(firm.code, "contact", len(CONTACTS))],
        "phone": f"1390000{draw(firm.code, 'phone', 10_000):04}",
        "class_one": one,
        "class_two": two,
    }


def row_of(firm: Listed, at: int, counties: dict[str, str]) -> list[Cell]:
    county, divisor = county_of(firm), divisor_of(firm, at)
    about = firm_cells(firm, county, counties.get(county, ""))
    cells: list[Cell] = [about[column.key] for column in FIRM_COLUMNS]
    for year in PUBLISHED:
        figures = year_cells(firm, year, divisor)
        cells += [figures[column.key] for column in YEAR_COLUMNS]
    divided = f"数额和人数已除以 {divisor:,}；" if divisor > 1 else ""
    return [*cells, f"{PUBLISHED[0]}—{PUBLISHED[-1]} 年年报数；{divided}{MADE_UP}"]


def pages(rows: Iterable[Sequence[Cell]], years: Sequence[int]) -> list[Page]:
    head = [heading(column, year) for column, year in official_order(list(years))]
    about = Page("说明", [Heading("演示名册说明", 110)], [[line] for line in ABOUT])
    return [Page(SHEET_NAME, [*head, Heading(NOTE, 60)], list(rows)), about]


def shown_in(file: Path, year: int) -> bytes:
    """The carried workbook with its three years moved to those before `year`; as it is where they are that already."""
    sheets = read(file, name=file.name)
    head, *rows = [row.cells for row in next(sheets).rows]
    years = [year - 3, year - 2, year - 1]
    if head[len(FIRM_COLUMNS)] == YEAR_COLUMNS[0].heading(years[0]):
        return file.read_bytes()
    return written(pages(rows, years))


def drawn(source: Path, counties: dict[str, str]) -> bytes:
    """The workbook, from the published figures; `counties` gives the name of each county's code."""
    rows = [row_of(firm, at, counties) for at, firm in enumerate(listed_firms(source))]
    return written(pages(rows, [year + SHOWN_LATER_BY for year in PUBLISHED]))
