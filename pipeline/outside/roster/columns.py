"""The columns of a roster: one list, from which the reading, the template and the page of the manual are made."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pipeline.rules.labels import Label

type Form = Literal["code", "name", "county", "day", "field", "industry", "contact", "phone", "count", "money", "heads"]

SPACES = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff]+")
SIGNS = re.compile(r"[()\[\]{}<>:;,.·、。，；：\-—–_/*★#'\"“”‘’《》【】「」|\\]+")
YEAR = re.compile(r"((?:19|20)\d{2})(?:年度|年末|年底|年|(?!\d))")
UNITS = {
    "亿元": Decimal(10**8),
    "百万元": Decimal(10**6),
    "万元": Decimal(10**4),
    "千元": Decimal(10**3),
    "元": Decimal(1),
}
UNIT = re.compile(
    r"[(\[【](?:单位[:：]?)?(?:人民币)?(亿元|百万元|万元|千元|元|人|件|个|项)[)\]】]|(?<=.)[:：,，]?(亿元|百万元|万元|千元|元)$"
)


def squeezed(text: str) -> str:
    """Half-width, without any space or invisible sign."""
    return SPACES.sub("", unicodedata.normalize("NFKC", text))


def plain(text: str) -> str:
    """What two ways of writing one head have in common."""
    return re.sub(r"^\d{1,2}(?=\D)", "", SIGNS.sub("", squeezed(text)).casefold())


NO_NOTE = Label("", "")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its official name, what its cells hold, and other names it is known by."""

    key: str
    name: Label
    form: Form
    also: tuple[str, ...] = ()
    yearly: bool = False
    compulsory: bool = False
    note: Label = NO_NOTE

    @property
    def money(self) -> bool:
        return self.form == "money"

    def heading(self, year: int | None = None) -> str:
        """The head of the column in the official wording, with year and unit."""
        return f"{year}年{self.name.zh}{'（万元）' if self.money else ''}" if year else self.name.zh


FIRM_COLUMNS = (
    Column(
        "code",
        Label("统一社会信用代码", "Credit code"),
        "code",
        ("社会信用代码", "信用代码", "统一信用代码", "统一社会信用代码证号", "税号", "纳税人识别号", "uscc"),
        compulsory=True,
        note=Label(
            "18 位；请把这一列设为文本，否则全是数字的代码会丢掉末几位。",
            "18 characters; keep the column as text, or an all-digit code loses its end.",
        ),
    ),
    Column(
        "name",
        Label("企业名称", "Firm"),
        "name",
        ("单位名称", "公司名称", "企业全称", "名称", "申报单位", "name"),
        compulsory=True,
        note=Label("与营业执照一致的全称。", "The full name as on the licence."),
    ),
    Column(
        "county",
        Label("所属县区", "County"),
        "county",
        (
            "县区",
            "区县",
            "所属区县",
            "所在县区",
            "所在区县",
            "县市区",
            "区县市",
            "所属县市区",
            "所属区县市",
            "属地",
            "所属地区",
        ),
        compulsory=True,
        note=Label(
            "本市现在的县、区名称，如“滨江区”；留空的行由市局分派县区。",
            "A county of this city by its present name; empty rows are assigned by the city office.",
        ),
    ),
    Column(
        "registered_on",
        Label("注册日期", "Registered on"),
        "day",
        ("成立日期", "注册时间", "成立时间", "登记日期", "设立日期"),
        note=Label("如 2015-03-02。", "Such as 2015-03-02."),
    ),
    Column(
        "field",
        Label("技术领域", "Field"),
        "field",
        ("所属技术领域", "高新技术领域", "所属领域", "国家重点支持的高新技术领域"),
        note=Label(
            "国家重点支持的高新技术领域的代码或名称，最好到第三级，如 10109。",
            "Code or name of the high-tech field, best to the third level, such as 10109.",
        ),
    ),
    Column(
        "industry",
        Label("行业代码", "Industry code"),
        "industry",
        ("行业", "所属行业", "国民经济行业代码", "国民经济行业", "行业分类代码"),
        note=Label("GB/T 4754-2017 的代码，如 6513 或 I6513。", "Code of GB/T 4754-2017, such as 6513 or I6513."),
    ),
    Column("contact", Label("联系人", "Contact"), "contact", ("企业联系人", "联系人姓名", "经办人")),
    Column(
        "phone",
        Label("联系电话", "Phone"),
        "phone",
        ("电话", "手机", "手机号", "手机号码", "联系方式", "联系人电话", "移动电话"),
        note=Label("手机 11 位，固定电话带区号。", "Eleven digits for a mobile; a fixed line with its area code."),
    ),
    Column(
        "class_one",
        Label("Ⅰ类", "Class I"),
        "count",
        ("Ⅰ类知识产权", "Ⅰ类知识产权数", "Ⅰ类知识产权件数", "一类知识产权", "一类", "发明专利", "发明专利数"),
        note=Label(
            "Ⅰ类知识产权件数（发明专利、植物新品种、集成电路布图设计等）。",
            "Rights of class I: invention patents, plant varieties, IC layouts and so on.",
        ),
    ),
    Column(
        "class_two",
        Label("Ⅱ类", "Class II"),
        "count",
        ("Ⅱ类知识产权", "Ⅱ类知识产权数", "Ⅱ类知识产权件数", "二类知识产权", "二类"),
        note=Label(
            "Ⅱ类知识产权件数（实用新型、外观设计、软件著作权，不含商标）。",
            "Rights of class II: utility models, designs, software; trademarks do not count.",
        ),
    ),
)

YEAR_COLUMNS = (
    Column(
        "sales",
        Label("销售收入", "Sales"),
        "money",
        ("营业收入", "销售额", "主营业务收入和其他业务收入", "销售营业收入"),
        yearly=True,
        note=Label("主营业务收入与其他业务收入之和。", "Main and other business income together."),
    ),
    Column(
        "total_income",
        Label("总收入", "Total income"),
        "money",
        ("收入总额", "企业总收入"),
        yearly=True,
        note=Label(
            "填收入总额：法规所称总收入由系统减去不征税收入得出。一般不低于销售收入。",
            "Enter gross income: what the law calls total income is reckoned from it, less what is non-taxable."
            " Usually not below sales.",
        ),
    ),
    Column("non_taxable_income", Label("不征税收入", "Non-taxable income"), "money", ("其中不征税收入",), yearly=True),
    Column(
        "hitech_income",
        Label("高新技术产品收入", "Hi-tech income"),
        "money",
        (
            "高新技术产品服务收入",
            "高新技术产品服务收入总额",
            "高新收入",
            "高新产品收入",
            "其中高新技术产品收入",
            "高品收入",
        ),
        yearly=True,
        note=Label(
            "高新技术产品（服务）收入，含技术性收入。",
            "Income of high-tech products and services, technical income included.",
        ),
    ),
    Column(
        "rd_total",
        Label("研发费用", "R&D expense"),
        "money",
        ("研究开发费用", "研发费用总额", "研发费", "研究开发费用总额", "研发投入", "研发经费"),
        yearly=True,
        note=Label("按高企认定口径归集后的合计。", "The total as aggregated for certification."),
    ),
    Column(
        "rd_domestic",
        Label("其中境内", "Of it domestic"),
        "money",
        (
            "境内研发费用",
            "研发费用其中境内",
            "其中境内研发费用",
            "境内研究开发费用",
            "其中在中国境内研发费用",
            "研发费用境内",
        ),
        yearly=True,
        note=Label("研发费用中在中国境内发生的部分。", "The part of the R&D expense spent inside the country."),
    ),
    Column(
        "net_assets",
        Label("净资产", "Net assets"),
        "money",
        ("所有者权益", "年末净资产", "期末净资产", "净资产总额"),
        yearly=True,
    ),
    Column(
        "staff",
        Label("职工总数", "Staff"),
        "heads",
        ("职工人数", "从业人数", "从业人员", "从业人员数", "员工总数", "员工人数", "职工数"),
        yearly=True,
        note=Label("全年月平均人数。", "Average of the months of the year."),
    ),
    Column(
        "tech_staff",
        Label("科技人员", "Tech staff"),
        "heads",
        ("科技人员数", "科技人员总数", "其中科技人员", "科技人员人数"),
        yearly=True,
        note=Label(
            "全年月平均人数；与研发人员是两回事。", "Average of the months of the year; not the same as R&D personnel."
        ),
    ),
)

COLUMNS = FIRM_COLUMNS + YEAR_COLUMNS
COLUMN = {column.key: column for column in COLUMNS}
COMPULSORY = tuple(column for column in COLUMNS if column.compulsory)
KNOWN_AS = {plain(name): column for column in COLUMNS for name in (*column.also, column.name.en, column.name.zh)}


@dataclass(frozen=True, slots=True)
class HeadText:
    """A head taken apart: what column it names, for which year, in which unit; `factor` turns its figures into yuan."""

    column: Column | None
    year: int | None
    factor: Decimal | None


def understood(text: str) -> HeadText:
    """What a head says. A year or unit it does not give is None."""
    words = squeezed(text)
    year = YEAR.search(words)
    rest = YEAR.sub("", words, count=1) if year else words
    unit = UNIT.search(rest)
    sign = next((group for group in unit.groups() if group), None) if unit else None
    named = KNOWN_AS.get(plain(UNIT.sub("", rest, count=1))) or KNOWN_AS.get(plain(rest))
    return HeadText(named, int(year[1]) if year else None, UNITS.get(sign or ""))


def official_order(years: list[int]) -> list[tuple[Column, int | None]]:
    """Every column of a roster of these years, in the order of the template."""
    return [(column, None) for column in FIRM_COLUMNS] + [(column, year) for year in years for column in YEAR_COLUMNS]
