"""An accountant with a printed sheet and an address: a firm's record from nothing to its first verdict, every control
found by the words that stand on the screen.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import connection, transaction
from django.utils.timezone import localdate
from playwright.sync_api import BrowserContext, Page, expect

from config.postgres.scope import acting
from pipeline.models import Contact, FinancialYear, Firm, Industry, IntellectualProperty, StaffMember, StaffMonth, User
from tests.cast import YUNLING, city
from tests.live import House, lodged

pytestmark = pytest.mark.browser

SHEET: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("sheet.yaml").read_text())
PASSWORD = "a long enough password of He"
# What the sheet calls otherwise than the screen does.
ON_SCREEN = {
    "研发费用单独设辅助账": "研发费用设有辅助账",
    "近一年无重大安全、质量事故和严重环境违法": "一年内没有重大事故或严重违法",
    "电子邮箱": "邮箱",
    "其中：不征税收入": "其中 不征税收入",
    "其中：高新技术产品（服务）收入": "其中 高新产品收入",
    "研究开发费用": "研发费用",
    "其中：在中国境内": "其中 境内",
    "职工总数（人）": "职工总数（月平均，人）",
    "其中：科技人员（人）": "其中 科技人员",
}
FIGURES = {
    "销售收入": "sales",
    "收入总额": "total_income",
    "其中：不征税收入": "non_taxable_income",
    "其中：高新技术产品（服务）收入": "hitech_income",
    "研究开发费用": "rd_total",
    "其中：在中国境内": "rd_domestic",
    "净资产": "net_assets",
    "职工总数（人）": "staff",
    "其中：科技人员（人）": "tech_staff",
}
CODES = {
    "发明专利": "invention", "实用新型": "utility_model", "软件著作权": "software", "自主研发": "own_rd",
    "受让": "assigned", "是": True, "否": False, "硕士": "master", "本科": "bachelor", "大专": "college",
    "在职": "employed", "兼职": "part_time",
}  # fmt: skip
HEADS = ("职工月初数", "职工月末数", "科技人员月初数", "科技人员月末数")


@dataclass
class Accountant:
    """Whoever fills in the sheet: knows no more of a page than what can be read on it."""

    page: Page

    def press(self, words: str) -> None:
        control = self.page.get_by_role("link", name=words, exact=True)
        control = control.or_(self.page.get_by_role("button", name=words, exact=True)).first
        with self.page.expect_navigation():
            control.click()

    def fill(self, printed: dict[str, str]) -> None:
        for label, said in printed.items():
            self.answer(ON_SCREEN.get(label, label), said)

    def answer(self, label: str, said: str) -> None:
        control = self.page.get_by_label(re.compile(rf"^{re.escape(label)}(\s*可不填)?$"))
        expect(self.page.locator("label", has_text=label).first).to_be_visible()
        kind = control.evaluate("node => node.tagName + node.type")
        if kind.startswith("SELECT"):
            control.select_option(label=said)
        elif kind == "INPUTcheckbox":
            control.set_checked(said == "是")
        else:
            control.fill(day(said).isoformat() if kind == "INPUTdate" else said)

    def write_in_table(self, row: str, column: str, said: str, *, label: str) -> None:
        """Into the field where a row and a column cross; both names can be read, in the head or beside the field."""
        for words in (row, column):
            expect(self.page.get_by_text(words).locator("visible=true").first).to_be_visible()
        self.page.get_by_label(label, exact=True).fill(said)


@pytest.fixture
def house(standing_house: House, django_db_blocker: Any) -> Iterator[House]:
    """With a database of each test's own: the sheet is filled in once."""
    with django_db_blocker.unblock(), lodged(standing_house):
        yield standing_house


@pytest.mark.parametrize(
    ("width", "scripts"),
    [(360, True), pytest.param(1280, True, marks=pytest.mark.long), pytest.param(360, False, marks=pytest.mark.long)],
)
def test_a_printed_sheet_becomes_the_record_and_a_verdict(
    house: House, new_context: Callable[..., BrowserContext], width: int, scripts: bool
) -> None:
    with transaction.atomic():
        Industry.objects.create(code="3581", level=4, name=SHEET["企业基本情况"]["行业"])
        he = city().he
        he.set_password(PASSWORD)
        he.save()
    context = new_context(viewport={"width": width, "height": 800}, java_script_enabled=scripts)
    accountant = Accountant(context.new_page())
    sign_in(accountant, house.url)
    accountant.press("开始申请")
    the_application(accountant)
    accountant.press("人员")
    the_staff(accountant)
    accountant.press("首页")
    accountant.press("看诊断")
    accountant.press("按今天的资料再诊断")
    expect(accountant.page.get_by_role("heading", level=1)).to_have_text(re.compile(r"差 \d+ 项|没有不达标的条件"))
    expect(accountant.page.get_by_text("研发费用占比").first).to_be_visible()
    assert on_record(he) == printed(localdate())


def sign_in(accountant: Accountant, address: str) -> None:
    accountant.page.goto(address)
    accountant.fill({"用户名": "he", "密码": PASSWORD})
    accountant.press("登录")


def the_application(accountant: Accountant) -> None:
    """The pages of the application, as each one leads on to the next."""
    accountant.fill(SHEET["企业基本情况"])
    accountant.press("保存，下一步")
    accountant.fill(SHEET["联系人"])
    accountant.press("保存，下一步")
    table, last = SHEET["近三年经营情况"], localdate().year - 1
    for name, row in table.items():
        if name != "单位":
            line = ON_SCREEN.get(name, name)
            for year, said in zip(range(last - 2, last + 1), row, strict=True):
                accountant.write_in_table(line, str(year), said, label=f"{year} {line}")
    accountant.press("保存，下一步")
    for right in SHEET["知识产权"]:
        accountant.fill(right)
        accountant.press("加入清单")
    accountant.press("首页")


def the_staff(accountant: Accountant) -> None:
    for month, counts in SHEET["上年人员"].items():
        row = f"{month.removesuffix('月')} 月"
        for head, said in zip(HEADS, counts, strict=True):
            accountant.write_in_table(row, head, said, label=f"{row} {head}")
    accountant.press("保存逐月人数")
    for person in SHEET["上年科技人员名单"]:
        accountant.fill(person)
        accountant.press("加入清单")


def day(said: str) -> date:
    return date(*map(int, re.findall(r"\d+", said)))


def plain(said: str) -> str:
    return re.sub(r"[\s,]", "", unicodedata.normalize("NFKC", said))


def yuan(said: str) -> Decimal:
    """What an amount on the sheet comes to: in the unit behind it, else in the table's, which is 10,000 yuan."""
    number, unit = re.fullmatch(r"([\d.]+)(.*)", plain(said)).groups()
    return Decimal(number) * {"": 10_000, "元": 1, "亿元": 100_000_000}[unit]


def printed(today: date) -> dict[str, Any]:
    """The sheet as the record should hold it."""
    first = today.year - 3
    table = {name: row for name, row in SHEET["近三年经营情况"].items() if name != "单位"}
    heads = {"职工总数（人）", "其中：科技人员（人）"}
    return {
        "firm": [day(SHEET["企业基本情况"]["注册日期"]), True, "20502", "3581", True, True, True],
        "contact": ["何云", "13900005678", "heyun@example.com"],
        "figures": {
            (first + at, FIGURES[name]): Decimal(plain(row[at])) if name in heads else yuan(row[at])
            for name, row in table.items()
            for at in range(3)
        },
        "rights": {
            plain(each["编号"]).removeprefix("ZL"): (
                CODES[each["类别"]],
                each["名称"],
                day(each["授权日期"]),
                CODES[each["获得方式"]],
                CODES[each["对主要产品起核心支持作用"]],
            )
            for each in SHEET["知识产权"]
        },
        "months": {
            (today.year - 1, int(month.removesuffix("月"))): [int(plain(count)) for count in counts]
            for month, counts in SHEET["上年人员"].items()
        },
        "persons": {
            (
                today.year - 1,
                each["姓名"],
                each["岗位"],
                CODES[each["学历"]],
                CODES[each["用工形式"]],
                CODES[each["从事研发"]],
                int(plain(each["全年实际工作天数"])),
            )
            for each in SHEET["上年科技人员名单"]
        },
    }


@contextmanager
def looking(person: User) -> Iterator[None]:
    connection.close()  # what the house wrote meanwhile
    with acting(person), transaction.atomic():
        yield


def on_record(he: User) -> dict[str, Any]:
    with looking(he):
        firm = Firm.objects.get(uscc=YUNLING)
        facts = ("registered_on", "resident", "field", "industry", "never_certified", "rd_ledger", "no_incident")
        contact = Contact.objects.get(firm=firm)
        own = {"firm": firm}
        return {
            "firm": [getattr(firm, name) for name in facts],
            "contact": [contact.name, contact.phone, contact.email],
            "figures": {
                (row.year, name): getattr(row, name)
                for row in FinancialYear.objects.filter(**own)
                for name in FIGURES.values()
            },
            "rights": {
                row.number.removeprefix("ZL"): (row.kind, row.title, row.granted_on, row.acquired_by, row.core)
                for row in IntellectualProperty.objects.filter(**own)
            },
            "months": {
                (row.year, row.month): [getattr(row, name) for name in StaffMonth.COUNTS]
                for row in StaffMonth.objects.filter(**own)
            },
            "persons": {
                (row.year, row.name, row.post, row.degree, row.employed_as, row.does_rd, row.days_worked)
                for row in StaffMember.objects.filter(**own)
            },
        }
