"""The page for the boss fits one sheet of A4, for the firm that has most to do, in both languages."""

import re

import pytest
from django.urls import reverse

from tests import services
from tests.browser.conftest import Demonstration, NewContext

pytestmark = pytest.mark.browser

FULLEST = """
select f.uscc, u.username from pipeline_firm f join pipeline_diagnosis d on d.id = f.latest_diagnosis_id
join pipeline_seat s on s.firm_id = f.id and s.kind = 'firm_owner' join pipeline_user u on u.id = s.user_id
order by d.unmet + d.unknown desc, d.manual desc, f.id limit 1
"""
PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_it_prints_on_one_sheet(demonstration: Demonstration, new_context: NewContext, language: str) -> None:
    with services.server().connect("postgres", demonstration.house.database) as database:
        [(uscc, owner)] = database.execute(FULLEST)
    page = demonstration.page(owner, new_context)
    page.context.add_cookies([{"name": "language", "value": language, "url": demonstration.house.url}])
    page.goto(demonstration.house.url + reverse("portal:one_page", args=[uscc]))
    assert page.locator("html").get_attribute("lang") == ("en" if language == "en" else "zh-CN")
    assert page.locator(".data tbody tr").count() > 4
    assert len(PAGE.findall(page.pdf(format="A4", prefer_css_page_size=True))) == 1
