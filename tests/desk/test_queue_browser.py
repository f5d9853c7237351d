"""The list by keyboard alone, in a real browser: move, select, do to many, find."""

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import Page, expect

from config.postgres.scope import acting
from pipeline.acts import case, firm
from pipeline.models import Call, Case, Firm
from tests.cast import QINGHE, SINCE, Cast, Story, city
from tests.live import House

pytestmark = pytest.mark.browser
PASSWORD = "a long pass phrase for tests"
LEADS = 4


@pytest.fixture(scope="module")
def officer(house: House) -> Cast:
    """Wang of Lin'an, with a few leads."""
    with transaction.atomic():
        cast = city()
        wang = cast.wang
        wang.set_password(PASSWORD)
        wang.save()
        records = [
            {
                "uscc": f"9133011{number:010d}X",
                "name": f"临安第{number}试验有限公司",
                "division": cast.divisions["linan"],
            }
            for number in range(LEADS)
        ]
        with acting(cast.chen):
            firms = firm.register(records, by=cast.chen, on=SINCE)
            case.open_lead(Firm.objects.filter(pk__in=[each.pk for each in firms]), by=cast.chen, on=SINCE)
    return cast


@pytest.fixture
def queue(house: House, officer: Cast, page: Page) -> Page:
    page.goto(house.url + reverse("account_login"))
    page.locator("[name=login]").fill(officer.wang.username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("button.go").click()
    page.wait_for_url("**/desk/")
    return page


def stages(cast: Cast) -> list[str]:
    with transaction.atomic(), acting(cast.wang):
        return sorted(Case.objects.values_list("stage", flat=True))


def test_two_cases_are_chosen_and_invited_by_keyboard_and_the_rest_stays(queue: Page, officer: Cast) -> None:
    bar = queue.locator("[data-batch]")
    expect(bar).to_be_hidden()
    for key in ("j", "x", "j", "x"):
        queue.keyboard.press(key)
    expect(bar).to_be_visible()
    expect(queue.locator("input[name=chosen]:checked")).to_have_count(2)
    bar.locator("button[value=invite]").press("Enter")
    expect(queue.locator("table.data tbody tr")).to_have_count(2)
    assert stages(officer) == ["lead"] * 4
    queue.locator("main form button.go").press("Enter")
    expect(queue.locator(".note.good")).to_be_visible()
    assert stages(officer) == ["draft", "draft", "lead", "lead"]


def test_escape_lets_go_and_enter_opens_the_row(queue: Page) -> None:
    queue.keyboard.press("j")
    queue.keyboard.press("x")
    queue.keyboard.press("Escape")
    expect(queue.locator("[data-batch]")).to_be_hidden()
    queue.keyboard.press("Enter")
    queue.wait_for_url("**/desk/cases/GP*/")


def test_a_firm_is_found_and_opened_without_the_mouse(queue: Page) -> None:
    queue.keyboard.press("Control+k")
    queue.keyboard.type("青禾")
    expect(queue.locator("#palette-found a").first).to_contain_text("青禾")
    queue.keyboard.press("Enter")
    queue.wait_for_url("**/desk/firms/**")


def test_a_call_is_noted_and_a_day_explained_by_keyboard_from_a_case(queue: Page, officer: Cast) -> None:
    with transaction.atomic():
        story = Story(officer).to("county_review")
    queue.goto(queue.url.split("/desk/")[0] + reverse("desk:case", args=[story.number]))
    queue.locator(".due[title]").first.focus()
    expect(queue.get_by_role("tooltip")).to_contain_text("2026-11-02")
    queue.keyboard.press("Escape")
    expect(queue.get_by_role("tooltip")).to_be_hidden()
    queue.keyboard.press("c")
    queue.wait_for_url(f"**{reverse('desk:call_note')}?firm={QINGHE}")
    queue.locator("[name=says]").fill("答应周五前补齐")
    queue.locator("main form button.go").press("Enter")
    queue.wait_for_url(f"**{reverse('desk:firm', args=[QINGHE])}")
    with transaction.atomic(), acting(officer.wang):
        assert Call.objects.get().case == story.case.get()


def test_a_column_is_made_wider_by_keyboard_and_by_pointer_and_stays_so(queue: Page, house: House) -> None:
    def width(column: str) -> int:
        return int(queue.locator(f"th[data-column={column}]").evaluate("head => head.getBoundingClientRect().width"))

    queue.goto(house.url + reverse("desk:funnel_firms"))
    handle = queue.locator("th[data-column=stage] [role=separator]")
    handle.focus()
    before = width("stage")
    for _press in range(3):
        queue.keyboard.press("ArrowRight")
    assert width("stage") == before + 48
    box = queue.locator("th[data-column=county] [role=separator]").bounding_box()
    assert box is not None
    queue.mouse.move(box["x"] + 3, box["y"] + 5)
    county = width("county")
    with queue.expect_response("**/lists/funnel_firms/look"):
        queue.mouse.down()
        queue.mouse.move(box["x"] + 63, box["y"] + 5)
        queue.mouse.up()
    assert abs(width("county") - county - 60) <= 1
    queue.reload()
    assert abs(width("stage") - before - 48) <= 1
    assert abs(width("county") - county - 60) <= 1
