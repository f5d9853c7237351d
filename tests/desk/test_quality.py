"""What looks odd: kinds with counts, both sides and the reason, settled by people; merged and taken back."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.access import ASSESSOR, INTAKE
from pipeline.acts import quality
from pipeline.models import Contact, Firm, Hit, IntellectualProperty, MergedRecord, RegistryEvent, User
from tests.acts.twins import CERTIFICATE, TWIN, TWIN_NAME, furnish, registered
from tests.cast import DAY, QINGHE, Cast
from tests.desk.conftest import Travel
from tests.outside.workbooks import xlsx

RIGHT = "201710601862.3"


@pytest.fixture(autouse=True)
def monday(travel: Travel) -> None:
    """On the day of the stories."""


@pytest.fixture
def pair(cast: Cast) -> Hit:
    """One right on record of two firms in two counties."""
    with acting(INTAKE), transaction.atomic():
        for firm in (cast.qinghe, cast.yunling):
            IntellectualProperty.objects.create(firm=firm, kind="invention", number=RIGHT)
    look()
    with acting(cast.chen), transaction.atomic():
        return Hit.objects.get(kind="same_right")


def look() -> None:
    with acting(ASSESSOR), transaction.atomic():
        quality.look(list(Firm.objects.values_list("pk", flat=True)), by=ASSESSOR, on=DAY)


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(person: User, address: str, query: str = "") -> str:
    return as_(person).get(address + query).content.decode()


def test_the_list_opens_at_the_first_kind_there_is_and_names_both_firms(cast: Cast, pair: Hit) -> None:
    shown = as_(cast.chen).get(reverse("desk:quality"))
    assert shown.context["kind"] == "same_right"
    assert {tab["url"]: tab["count"] for tab in shown.context["groups"]}["?kind=same_right"] == "1"
    text = shown.content.decode()
    assert all(name in text for name in ("青禾", "云岭", RIGHT))


def test_a_hit_shows_both_sides_and_the_reason_and_is_settled_with_one(cast: Cast, pair: Hit) -> None:
    address = reverse("desk:hit", args=[pair.public_id])
    text = page(cast.chen, address)
    assert all(said in text for said in ("青禾", "云岭", RIGHT, "临安区", "西湖区"))
    empty = as_(cast.chen).post(address, {"why": ""})
    assert empty.context["form"].errors["why"]
    as_(cast.chen).post(address, {"why": "共同权利人"})
    assert "共同权利人" in page(cast.chen, reverse("desk:quality"), "?kind=same_right&settled=1")
    as_(cast.chen).post(address, {"reopen": "1"})
    with acting(cast.chen), transaction.atomic():
        assert Hit.objects.get(pk=pair.pk).state == Hit.OPEN


def test_a_county_finds_no_pair_of_which_it_has_one_firm_only(cast: Cast, pair: Hit) -> None:
    for county in (cast.wang, cast.sun):
        assert as_(county).get(reverse("desk:hit", args=[pair.public_id])).status_code == 404
        assert RIGHT not in page(county, reverse("desk:quality"))


def test_a_figure_off_by_a_unit_stands_beside_the_one_it_was_compared_with(cast: Cast) -> None:
    with acting(INTAKE), transaction.atomic():
        held: Any = cast.qinghe.financialyear_set.get(year=2025)
        held.sales = 8_640
        held.save()
    look()
    with acting(cast.wang), transaction.atomic():
        found = Hit.objects.get(about="2025.sales.2024")
    text = page(cast.wang, reverse("desk:hit", args=[found.public_id]))
    assert [said for said in ("10,000", "7,560 万元", "8,640 元") if said not in text] == []


def test_what_would_move_is_shown_then_done_then_taken_back(cast: Cast) -> None:
    with acting(cast.chen):
        twin = registered(cast)
    furnish(cast, twin)
    chen, address = as_(cast.chen), reverse("desk:merge") + f"?gone={TWIN}&into={QINGHE}"
    shown = chen.get(address)
    assert all(said in shown.content.decode() for said in (TWIN_NAME, CERTIFICATE, RIGHT))
    with acting(cast.chen), transaction.atomic():
        assert not MergedRecord.objects.exists()
    seen = shown.context["why"].initial["seen"]
    stale = chen.post(address, {"why": "同一家", "seen": "0" * 64})
    assert stale.context["why"].non_field_errors() or stale.context["why"].errors["seen"]
    assert chen.post(address, {"why": "同一家", "seen": seen}).status_code == 302
    own = chen.post(address, {"seen": seen})
    assert own.status_code == 200, "who proposed it does not confirm it"
    assert "同一家" in page(cast.zhou, reverse("desk:merges"))
    zhou = as_(cast.zhou)
    again = zhou.get(address)
    assert all(said in again.content.decode() for said in (TWIN_NAME, CERTIFICATE, RIGHT, "同一家")), "sees the same"
    assert zhou.post(address, {"seen": again.context["why"].initial["seen"]}).status_code == 302
    assert TWIN in page(cast.chen, reverse("desk:firm", args=[QINGHE]))
    assert QINGHE in page(cast.chen, reverse("desk:firm", args=[TWIN]))
    with acting(cast.chen), transaction.atomic():
        merged = MergedRecord.objects.get()
    undone = chen.post(reverse("desk:merges"), {"merged": merged.pk, "why": "两家公司"})
    assert undone.status_code == 302
    assert "两家公司" in page(cast.chen, reverse("desk:merges"))


def test_a_code_that_is_nobodys_is_told_at_its_field(cast: Cast) -> None:
    shown = as_(cast.chen).get(reverse("desk:merge"), {"gone": "91330106MA2CGLR470", "into": QINGHE})
    assert "gone" in shown.context["form"].errors
    assert "into" not in shown.context["form"].errors


def test_two_records_of_one_firm_are_offered_to_be_merged_by_the_city(cast: Cast) -> None:
    with acting(cast.chen):
        twin = registered(cast)
    with acting(INTAKE), transaction.atomic():
        Contact.objects.create(firm=twin, name="李青", phone="13900001234")
    look()
    with acting(cast.chen), transaction.atomic():
        found = Hit.objects.get(kind="same_phone")
    address = reverse("desk:hit", args=[found.public_id])
    offered = f"?gone={TWIN}&amp;into={QINGHE}"
    assert offered in page(cast.chen, address)
    assert offered not in page(cast.wang, address)


def test_an_extract_is_taken_in_and_its_effect_shown_before_it_is_done(cast: Cast, tmp_path: Path) -> None:
    rows = [
        ["统一社会信用代码", "变更事项", "变更日期", "变更后名称"],
        [QINGHE, "更名", "2026-10-20", "青禾新名有限公司"],
    ]
    content = xlsx(tmp_path / "变更.xlsx", [*rows, ["x", "更名", "2026-10-20", "甲"]]).read_bytes()
    chen, address = as_(cast.chen), reverse("desk:registry")
    file = BytesIO(content)
    file.name = "变更.xlsx"
    shown = chen.post(address, {"file": file}, follow=True)
    [(_extract, taken)] = shown.context["extracts"]
    assert (taken.kept, taken.unreadable) == (1, 1)
    assert "青禾新名有限公司" in shown.content.decode()
    [row] = shown.context["rows"]
    assert any("杭州青禾智控科技有限公司" in each for each in row["effects"])
    assert chen.post(address, {"event": row["event"].pk}).status_code == 302
    with acting(cast.chen), transaction.atomic():
        assert Firm.objects.get(uscc=QINGHE).name == "青禾新名有限公司"
        assert RegistryEvent.objects.get().state == RegistryEvent.DONE


def test_leaving_a_line_without_a_reason_is_told(cast: Cast) -> None:
    with acting(INTAKE), transaction.atomic():
        told: dict[str, Any] = {"file": "a.xlsx", "line": 2, "kind": "split", "day": DAY, "by": cast.chen}
        made = RegistryEvent.objects.create(office=cast.offices["hangzhou"], uscc=QINGHE, **told)
    shown = as_(cast.chen).post(reverse("desk:registry"), {"event": made.pk, "leave": "1", "why": ""})
    assert shown.context["form"].errors["why"]
