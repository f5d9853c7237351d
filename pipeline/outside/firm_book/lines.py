"""What a firm's workbook asks: its sheets and their lines, in the official order and wording."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

type Form = Literal["money", "heads", "text", "day", "yes_no", "choice", "field", "industry", "phone", "email", "right"]

KINDS = {
    "invention": "发明专利",
    "defence_invention": "国防专利",
    "plant_variety": "植物新品种",
    "crop_variety": "国家级农作物品种",
    "new_drug": "国家新药",
    "protected_tcm": "国家一级中药保护品种",
    "ic_layout": "集成电路布图设计专有权",
    "utility_model": "实用新型专利",
    "design": "外观设计专利",
    "software": "软件著作权",
}
WAYS = {"own_rd": "自主研发", "assigned": "受让", "donated": "受赠", "merger": "并购", "licensed": "许可（不计入）"}
PROJECT_KINDS = {"in_house": "自主研发", "commissioned": "委托研发", "joint": "合作研发"}
STAGES = {"planned": "未开始", "running": "进行中", "finished": "已完成", "stopped": "已终止"}
YES_NO = {"yes": "是", "no": "否"}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is asked. `also` are other names it is known by; what is `needed` cannot be emptied."""

    key: str
    name: str
    form: Form = "text"
    note: str = ""
    also: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    longest: int = 200
    negative: bool = False
    needed: bool = False
    planned: bool = False  # a day that may lie ahead

    @property
    def unit(self) -> str:
        return {"money": "万元", "heads": "人"}.get(self.form, "")

    @property
    def choosable(self) -> Mapping[str, str]:
        return YES_NO if self.form == "yes_no" else self.choices


FIRM = (
    Line(
        "firm.registered_on", "注册日期", "day", "与营业执照一致，如 2017-03-14", ("成立日期", "注册时间"), needed=True
    ),
    Line("firm.resident", "是否为居民企业", "yes_no", "在中国境内（不含港澳台）注册并按居民企业纳税", ("居民企业",)),
    Line("firm.field", "技术领域", "field", "《国家重点支持的高新技术领域》的代码，如 10109", ("所属技术领域",)),
    Line("firm.industry", "行业代码", "industry", "GB/T 4754-2017 的四位代码，如 3562", ("国民经济行业代码",)),
    Line("firm.address", "通信地址", "text", "", ("地址",)),
    Line("firm.never_certified", "从未通过高新技术企业认定", "yes_no"),
    Line("firm.rd_ledger", "研发费用单独设辅助账", "yes_no"),
    Line("firm.no_incident", "近一年无重大安全、质量事故和严重环境违法", "yes_no"),
    Line("contact.name", "联系人", "text", "", ("联系人姓名",), longest=40),
    Line("contact.phone", "联系电话", "phone", "手机 11 位，固定电话带区号", ("手机", "电话")),
    Line("contact.email", "电子邮箱", "email", "", ("邮箱",), longest=254),
)
FIGURES = (
    Line("sales", "销售收入", "money", "主营业务收入与其他业务收入之和", ("营业收入",)),
    Line(
        "total_income",
        "总收入",
        "money",
        "填收入总额：法规所称总收入由系统减去不征税收入得出",
        ("收入总额", "企业总收入"),
    ),
    Line("non_taxable_income", "其中：不征税收入", "money", "", ("不征税收入",)),
    Line("hitech_income", "其中：高新技术产品（服务）收入", "money", "", ("高新技术产品收入", "高新技术产品服务收入")),
    Line("rd_total", "研究开发费用总额", "money", "按高新技术企业认定口径归集", ("研发费用", "研究开发费用")),
    Line("rd_domestic", "其中：在中国境内研发费用", "money", "", ("境内研发费用", "在中国境内研发费用总额")),
    Line("net_assets", "净资产", "money", "年末资产总额减负债总额", ("所有者权益",), negative=True),
    Line("total_assets", "资产总额", "money", "年末", ("资产总计",)),
    Line("costs", "成本费用支出", "money", "", ("成本费用总额",)),
    Line("taxable_income", "应纳税所得额", "money", "", (), negative=True),
)
STAFF = (
    Line("staff", "职工总数", "heads", "全年月平均数", ("职工人数", "从业人数")),
    Line("tech_staff", "其中：科技人员", "heads", "全年月平均数，累计工作 183 天以上", ("科技人员", "科技人员数")),
)
RIGHT = (
    Line("number", "授权号", "right", "", ("专利号", "登记号", "授权编号"), longest=40, needed=True),
    Line("kind", "类别", "choice", "", ("知识产权类别",), KINDS, needed=True),
    Line("title", "知识产权名称", "text", "", ("名称",)),
    Line("granted_on", "授权日期", "day", "", ("授权公告日", "登记日期")),
    Line("acquired_by", "获得方式", "choice", "", ("取得方式",), WAYS, needed=True),
    Line("core", "是否支持主要产品", "yes_no", "", ("支持主要产品", "核心支持")),
)
PROJECT = (
    Line("code", "项目编号", "right", "RD01、RD02……", ("研发项目编号", "RD编号"), longest=6, needed=True),
    Line("title", "项目名称", "text", "", ("研发项目名称",), needed=True),
    Line("field", "技术领域", "field", "《国家重点支持的高新技术领域》的代码，如 10109"),
    Line("kind", "研发形式", "choice", "", ("项目类型",), PROJECT_KINDS, needed=True),
    Line("stage", "项目阶段", "choice", "", ("项目状态",), STAGES, needed=True),
    Line("starts_on", "开始日期", "day", "", ("起始日期",), planned=True),
    Line("ends_on", "结束日期", "day", "", ("终止日期",), planned=True),
    Line("budget", "预算总额（万元）", "money"),
    Line("result", "取得的成果", "text", "", ("成果",), longest=400),
)
PARTS = {"non_taxable_income": "total_income", "hitech_income": "total_income", "rd_domestic": "rd_total"} | {
    "tech_staff": "staff"
}
RIGHT_FIELDS, PROJECT_FIELDS = RIGHT[1:], PROJECT[1:]

FIRM_SHEET, FIGURES_SHEET, RIGHTS_SHEET, STAFF_SHEET = "基本情况", "财务数据", "知识产权", "人员"
PROJECTS_SHEET = "研发项目"
GUIDE_SHEET, STAMP_SHEET = "填写说明", "版本（请勿改动）"
YEAR_SHEETS = {FIGURES_SHEET: FIGURES, STAFF_SHEET: STAFF}
# sheets with one thing a row: the first word of their keys, and their lines, the first of which names the thing
ROW_SHEETS = {RIGHTS_SHEET: ("property", RIGHT), PROJECTS_SHEET: ("project", PROJECT)}


def line_of(key: str) -> Line:
    """The line of a key, which may be any that the workbook's values hold."""
    page, _dot, rest = key.partition(".")
    if page == "figures":
        return _BY_KEY[rest.partition(".")[2]]
    return _BY_PAGE[page][rest.rpartition(".")[2]] if page in _BY_PAGE else _BY_KEY[key]


def name_of(key: str) -> str:
    """A key in the words of the workbook: 2025年 销售收入; ZL201710601862.3 授权日期."""
    page, _dot, rest = key.partition(".")
    name = line_of(key).name
    if page == "figures":
        return f"{rest.partition('.')[0]}年 {name}"
    return f"{rest.rpartition('.')[0]} {name}" if page in _BY_PAGE else name


def shown(key: str, value: str | None) -> str:
    """A value as the workbook writes it, for a person to read."""
    line = line_of(key)
    if value is None:
        return ""
    return line.choosable.get(value, value)


_BY_KEY = {line.key: line for line in (*FIRM, *FIGURES, *STAFF)}
_BY_PAGE = {page: {line.key: line for line in lines} for page, lines in ROW_SHEETS.values()}
