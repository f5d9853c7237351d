"""The main job, end to end, in a real browser on the whole running product, with the days moving.

An officer brings in the demonstration roster; a county reviews and returns, the firm answers; the city admits; the firm
proves a step of its plan; the officer records the certificate. Any error on a console and any breach of the content
security policy fails it.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from django.db import transaction
from playwright.sync_api import BrowserContext, FilePayload, Locator, Page, expect

from config.postgres.scope import acting
from pipeline.acts import firm as firms
from pipeline.management import facts
from pipeline.management.commands.demonstrate import CITY, FILE
from pipeline.management.demonstration import cast, workbook
from pipeline.models import Case, Certificate, Firm, Notice, Step, User
from pipeline.models.record import checklist
from pipeline.rules.workdays import carried_calendar
from tests.live import Complaints, House, running_house

pytestmark = pytest.mark.browser

MONDAY = date(2026, 6, 1)
LINAN = "330112"
NUMBER = "GR202633008888"
PAPER = FilePayload(name="研发费用辅助账.pdf", mimeType="application/pdf", buffer=b"%PDF-1.7\n%%EOF\n")
NewContext = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def city(fresh_database: str) -> Iterator[House]:
    """A city with its offices and people and no firm yet; web server, worker and beat as in a demonstration."""
    cast.seat_everybody(facts.load(CITY), on=MONDAY)
    with running_house(fresh_database, beat=True, DEMO="true") as house:
        yield house


class Town:
    """People at their browsers, and the day all of them live in."""

    def __init__(self, house: House, new_context: NewContext) -> None:
        self.house, self.new_context = house, new_context
        self.day = MONDAY
        self.at_work: dict[str, Page] = {}

    def person(self, username: str) -> Page:
        """The page of somebody signed in by the log-in form."""
        if username not in self.at_work:
            page: Page = self.new_context().new_page()
            page.goto(f"{self.house.url}/accounts/login/")
            page.fill("input[name=login]", username)
            page.fill("input[name=password]", cast.PASSWORD)
            page.press("input[name=password]", "Enter")
            page.wait_for_url(re.compile("/(desk|portal)/"))
            self.at_work[username] = page
        return self.at_work[username]

    def go(self, username: str, path: str) -> Page:
        page = self.person(username)
        page.goto(f"{self.house.url}{path}")
        return page

    def move_to(self, day: date) -> None:
        """Everybody wakes up on another day: the demonstration's banner is used by the city officer."""
        page = self.go("chen", "/desk/")
        banner = page.locator("details", has=page.locator("input[name=day]"))
        banner.locator("summary").click()
        banner.locator("input[name=day]").fill(day.isoformat())
        press(page, banner.locator("button").first)
        self.day = day


@pytest.fixture
def town(city: House, new_context: NewContext) -> Town:
    return Town(city, new_context)


def test_a_firm_goes_from_a_row_of_a_roster_to_a_certificate(town: Town, complaints: Complaints) -> None:
    town.move_to(MONDAY)
    bring_in_the_roster(town)
    firm = the_one_that_is_close(town)
    number = make_it_a_case(town, firm)
    the_firm_applies(town, firm, number)
    the_county_returns_and_forwards(town, firm, number)
    the_city_publishes_and_admits(town, firm, number)
    the_firm_proves_a_step(town, firm, number)
    the_officer_records_the_certificate(town, firm, number)
    everybody_looks_again(town, firm, number)
    complaints.expect(f"404 (Not Found) ({town.house.url}/desk/cases/{number}/)")  # another county's officer


def bring_in_the_roster(town: Town) -> None:
    page = town.go("chen", "/desk/rosters/")
    content = workbook.shown_in(FILE, town.day.year)
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    page.set_input_files("input[name=file]", {"name": "杭州名册.xlsx", "mimeType": sheet, "buffer": content})
    page.get_by_role("button", name="上传并核对").click()
    confirm = page.get_by_role("button", name=re.compile("导入 .* 行"))
    expect(confirm).to_be_visible(timeout=60_000)
    confirm.click()
    expect(page.get_by_text(re.compile(r"已导入|导入 \d+ 行"))).to_be_visible(timeout=60_000)


def the_one_that_is_close(town: Town) -> Firm:
    """A firm of Lin'an one condition away, whose record lacks nothing but what only the firm itself can say."""
    page = town.go("chen", "/desk/screening/?group=one")
    for _attempt in range(60):
        with acting(User.objects.get(username="chen")), transaction.atomic():
            close = Firm.objects.in_county(LINAN).filter(latest_diagnosis__unmet=1, diagnosis_due=False)
            waiting = Firm.objects.filter(diagnosis_due=True).exists()
            found = [each for each in close.order_by("pk") if lacks_only_its_own_word(each, town.day)]
        if found and not waiting:
            break
        page.wait_for_timeout(1_000)
    assert found, "the roster holds a firm of Lin'an that is one condition away"
    page.reload()
    expect(page.locator("table")).to_be_visible()
    return found[0]


def press(page: Page, button: Locator) -> None:
    """Send a form and wait for the page that answers it."""
    with page.expect_navigation():
        button.click()


def lacks_only_its_own_word(firm: Firm, day: date) -> bool:
    shortest = firm.latest_diagnosis.shortest if firm.latest_diagnosis else ""
    missing = {item.place for item in checklist(firm, day) if not item.done}
    return shortest == "rd_intensity" and missing <= {"firm"}


def make_it_a_case(town: Town, firm: Firm) -> str:
    page = town.go("linan", f"/desk/firms/{firm.uscc}/")
    page.get_by_role("link", name="登记线索").click()
    press(page, page.locator("main form button").first)
    with acting(User.objects.get(username="chen")), transaction.atomic():
        number = Case.objects.get(firm=firm).number
    do(town, "linan", number, "invite")
    give_the_firm_an_owner(town, firm)
    return number


def give_the_firm_an_owner(town: Town, firm: Firm) -> None:
    """Seats are the security administrator's to give; her screen comes later."""
    song = User.objects.get(username="song")
    cast.seat_owner(firm, 0, by=song, on=town.day - timedelta(days=30))
    chen = User.objects.get(username="chen")
    with acting(chen), transaction.atomic():
        firms.verify(Firm.objects.filter(pk=firm.pk), by=chen, on=town.day)


def do(town: Town, username: str, number: str, slug: str, **typed: str) -> Page:
    """One move of a case by its form."""
    page = town.go(username, f"/desk/cases/{number}/do/{slug}")
    for name, value in typed.items():
        field = page.locator(f"main [name={name}]").first
        kind = field.evaluate("node => node.tagName + (node.type || '')")
        if kind.startswith("SELECT"):
            field.select_option(value)
        elif kind == "INPUTradio":
            page.locator(f"main [name={name}][value={value}]").check()
        else:
            field.fill(value)
    press(page, page.locator("main button[name=step][value=do]"))
    page.wait_for_url(f"**/desk/cases/{number}/")
    return page


def the_firm_applies(town: Town, firm: Firm, number: str) -> None:
    page = town.go("li", f"/portal/{firm.uscc}/firm")
    page.locator("main select[name=resident]").select_option("yes")
    page.fill("main input[name=industry]", "3463")
    press(page, page.get_by_role("button", name="保存并退出"))
    page = town.go("li", f"/portal/{firm.uscc}/submit")
    press(page, page.get_by_role("button", name="提交给县区"))
    expect(page.get_by_text(number).first).to_be_visible()
    assert stage(number) == "county_review"


def the_county_returns_and_forwards(town: Town, firm: Firm, number: str) -> None:
    town.move_to(town.day + timedelta(days=1))
    do(town, "linan", number, "return-from-county", place="contact", says="联系电话打不通，请更新")
    assert stage(number) == "county_returned"
    page = town.go("li", f"/portal/{firm.uscc}/")
    expect(page.get_by_text("补正 1 处").first).to_be_visible()
    page = town.go("li", f"/portal/{firm.uscc}/corrections")
    page.locator("main textarea").first.fill("电话已更新，今天试拨可接通")
    press(page, page.get_by_role("button", name="提交补正"))
    page.wait_for_url(re.compile(f"/portal/{firm.uscc}/$"))
    assert stage(number) == "county_review"
    page = do(town, "linan-head", number, "forward", opinion="for", note="材料齐全，同意推荐")
    assert stage(number) == "city_review"


def the_city_publishes_and_admits(town: Town, firm: Firm, number: str) -> None:
    page = town.go("chen", f"/desk/cases/{number}/")
    page = town.go("chen", "/desk/")
    expect(page.get_by_role("link", name=firm.name).first).to_be_visible()
    do(town, "chen", number, "propose-publication", note="符合入库条件")
    do(town, "zhou", number, "publish")
    stranger = town.new_context().new_page()
    stranger.goto(f"{town.house.url}/notices/")
    expect(stranger.get_by_text("临安区").first).to_be_visible()
    over = carried_calendar().add(town.day, 6).due
    town.move_to(over)
    do(town, "chen", number, "admit")
    assert stage(number) == "coaching"


def the_firm_proves_a_step(town: Town, firm: Firm, number: str) -> None:
    page = town.go("li", f"/portal/{firm.uscc}/plan")
    with acting(User.objects.get(username="li")), transaction.atomic():
        position = Step.objects.get(plan__case__number=number, rule="rd_intensity").position
    page = town.go("li", f"/portal/{firm.uscc}/plan/{position}")
    page.set_input_files("input[name=papers]", PAPER)
    page.fill("textarea[name=remark]", "已建立研发费用辅助账，补计委托研发费用")
    press(page, page.get_by_role("button", name="提交这一步"))
    page = town.go("linan", f"/desk/cases/{number}/plan/")
    press(page, page.locator(f"form[action$='/plan/{position}/accept'] button"))
    with acting(User.objects.get(username="li")), transaction.atomic():
        assert Step.objects.get(plan__case__number=number, rule="rd_intensity").state == Step.DONE


def the_officer_records_the_certificate(town: Town, firm: Firm, number: str) -> None:
    issued = town.day + timedelta(days=150)
    town.move_to(issued + timedelta(days=10))
    page = town.go("chen", f"/desk/firms/{firm.uscc}/certificate")
    page.fill("input[name=number]", NUMBER)
    page.fill("input[name=issued_on]", issued.isoformat())
    press(page, page.get_by_role("button", name="登记这张证书"))
    with acting(User.objects.get(username="chen")), transaction.atomic():
        kept = Case.objects.get(number=number)
        assert (kept.stage, kept.reason, kept.closed_on) == ("closed", "certified", issued)
        assert Certificate.objects.get(firm=firm).valid.lower == issued
    page = town.go("li", f"/portal/{firm.uscc}/certificate")
    expect(page.get_by_text(NUMBER).first).to_be_visible()


def everybody_looks_again(town: Town, firm: Firm, number: str) -> None:
    for path in ("/desk/screening/", f"/desk/firms/{firm.uscc}/diagnosis/", "/desk/funnel/"):
        expect(town.go("chen", path).locator("h1").first).to_be_visible()
    page = town.go("xihu", "/desk/")
    assert page.goto(f"{town.house.url}/desk/cases/{number}/").status == 404
    with acting(User.objects.get(username="chen")), transaction.atomic():
        told = set(Notice.objects.filter(case__number=number, to="firm").values_list("kind", flat=True))
    assert {"case.return_from_county", "case.publish", "case.admit", "certificate.issue"} <= told


def stage(number: str) -> str:
    with acting(User.objects.get(username="chen")), transaction.atomic():
        return Case.objects.get(number=number).stage
