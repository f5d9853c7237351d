"""An officer's day without a mouse: in, the queue narrowed, two cases done at once, one looked over, noted, called
about and returned with its faults.
"""

import re

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import Page, expect

from config.postgres.scope import acting
from pipeline.acts import case, firm
from pipeline.models import Acceptance, Call, Case, Fault, Firm, Note
from tests.browser.keyboard import Hands
from tests.cast import SINCE, Story, city
from tests.live import House

pytestmark = pytest.mark.browser
PASSWORD = "a long pass phrase for tests"


@pytest.fixture(scope="module")
def story(house: House) -> Story:
    """Qinghe waits for the county; Wang of Lin'an has two leads besides and can sign in."""
    with transaction.atomic():
        cast = city()
        cast.wang.set_password(PASSWORD)
        cast.wang.save()
        said = {"division": cast.divisions["linan"]}
        records = [{"uscc": f"9133011{n:010d}X", "name": f"临安第{n}试验有限公司", **said} for n in range(2)]
        with acting(cast.chen):
            made = firm.register(records, by=cast.chen, on=SINCE)
            leads = Firm.objects.filter(pk__in=[each.pk for each in made])
            case.open_lead(leads, by=cast.chen, on=SINCE)
        return Story(cast).to("county_review")


def test_a_day_is_done_by_keyboard_alone(house: House, story: Story, page: Page) -> None:
    hands = Hands(page)
    page.goto(house.url + reverse("account_login"))
    sign_in(hands, story.cast.wang.username)
    narrow_the_queue(hands)
    invite_two_leads(hands)
    look_over_a_case(hands, story.number)
    note_what_was_seen_and_said(hands, story.number)
    return_it_with_its_fault(hands, story.number)
    with transaction.atomic(), acting(story.cast.wang):
        assert sorted(Case.objects.values_list("stage", flat=True)) == ["county_returned", "draft", "draft"]
        assert "少一页" in Fault.objects.get().says
        assert Note.objects.get().text == "台账要再看"
        assert Call.objects.get().says == "答应周五前补齐"
        assert Acceptance.objects.count() == 1


def sign_in(hands: Hands, username: str) -> None:
    hands.go_to("用户名")
    hands.write(username)
    hands.go_to("密码")
    hands.write(PASSWORD)
    hands.follow("Enter")
    assert hands.page.url.endswith(reverse("desk:queue"))


def narrow_the_queue(hands: Hands) -> None:
    """To the leads, by a condition of the menu."""
    hands.go_to("条件")
    hands.press("Enter")
    hands.go_to("阶段")
    hands.choose("线索")
    hands.go_to("筛选")
    hands.follow("Enter")
    expect(hands.page.locator("input[name=chosen]")).to_have_count(2)


def invite_two_leads(hands: Hands) -> None:
    hands.press("j", "x", "j", "x")
    hands.go_to("邀请填报")
    hands.follow("Enter")
    expect(hands.page.locator("tbody tr")).to_have_count(2)  # what it would do to each of them
    hands.go_to("邀请填报")
    hands.follow("Enter")
    expect(hands.page.locator(".note.good")).to_be_visible()


def find(hands: Hands, text: str) -> None:
    answer = hands.page.locator("#palette-found [data-for]")
    hands.press("Control+k")
    expect(answer).to_have_attribute("data-for", "")
    hands.write(text)
    expect(answer).to_have_attribute("data-for", text)


def open_case(hands: Hands, number: str) -> None:
    find(hands, number)
    hands.follow("Enter")
    assert hands.page.url.endswith(reverse("desk:case", args=[number]))


def look_over_a_case(hands: Hands, number: str) -> None:
    open_case(hands, number)
    hands.go_to("认可")
    hands.follow("Enter")


def note_what_was_seen_and_said(hands: Hands, number: str) -> None:
    hands.go_to("写备注")
    hands.press("Enter")
    hands.go_to("备注内容")
    hands.write("台账要再看")
    hands.go_to("保存备注")
    hands.follow("Enter")
    open_case(hands, number)
    hands.follow("c")
    hands.go_to("通话内容")
    hands.write("答应周五前补齐")
    hands.go_to("记下通话")
    hands.follow("Enter")


def return_it_with_its_fault(hands: Hands, number: str) -> None:
    """The palette knows what can be done with the case at hand."""
    open_case(hands, number)
    find(hands, "退回")
    hands.press("ArrowDown")
    hands.follow("Enter")
    assert re.search(r"/do/return-from-county$", hands.page.url)
    hands.go_to("位置")
    hands.choose("研发费用")
    hands.go_to("有什么问题，怎么补")
    hands.write("审计报告少一页，请补上")
    hands.go_to("退回补正")
    hands.follow("Enter")
