"""The office's steps for its plans: carried, changed, left out, its own."""

from typing import Any

import pytest
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts.step_template import WHO
from pipeline.models import StepTemplate
from pipeline.models.step_template import library
from pipeline.rules.codes.step_templates import carried_steps
from pipeline.rules.condition import TITLES
from tests.cast import Cast
from tests.desk.conftest import Seat, text

PAGE = reverse("desk:step_templates")
OWN = {"rule": "owns_ip", "what": "预约专利代理机构上门", "who": "coach", "lead_days": "14", "proof": "走访记录"}


def shown(cast: Cast) -> dict[str, Any]:
    with acting(cast.zhao):
        return {entry.key: entry for entry in library(cast.offices["linan"].pk)}


def test_what_is_carried_names_known_conditions_and_people() -> None:
    wrong = [step.key for step in carried_steps().values() if step.rule not in TITLES or step.who not in WHO]
    assert wrong == []
    assert all(step.what["zh"] and step.what["en"] and step.proof["zh"] for step in carried_steps().values())


def test_a_head_adds_a_step_which_its_officers_read(cast: Cast, seat: Seat) -> None:
    seat(cast.zhao).post(PAGE, OWN)
    assert OWN["what"] in text(seat(cast.wang).get(PAGE))
    assert OWN["what"] not in text(seat(cast.sun).get(PAGE)), "another county has steps of its own"


def test_a_carried_step_is_put_in_other_words_and_left_out(cast: Cast, seat: Seat) -> None:
    zhao = seat(cast.zhao)
    zhao.post(PAGE, {**OWN, "key": "ip_plan", "what": "列出专利清单"})
    [changed] = [entry for entry in shown(cast).values() if entry.carried == "ip_plan"]
    assert (changed.what["zh"], changed.row.version) == ("列出专利清单", 1)
    zhao.post(PAGE, {"key": changed.key, "version": "1", "withdraw": "1"})
    assert shown(cast)[changed.key].withdrawn
    zhao.post(PAGE, {"key": "ip_software", "withdraw": "1"})
    assert sum(entry.withdrawn for entry in shown(cast).values()) == 2
    assert len(shown(cast)) == len(carried_steps())


def test_a_step_a_colleague_changed_meanwhile_keeps_theirs(cast: Cast, seat: Seat) -> None:
    zhao = seat(cast.zhao)
    zhao.post(PAGE, OWN)
    [own] = [entry for entry in shown(cast).values() if entry.row]
    zhao.post(PAGE, {**OWN, "key": own.key, "version": "1", "lead_days": "20"})
    page = zhao.post(PAGE, {**OWN, "key": own.key, "version": "1", "lead_days": "30"})
    assert page.context["form"].non_field_errors()
    with acting(cast.zhao):
        assert StepTemplate.objects.get().lead_days == 20


@pytest.mark.parametrize("wrong", [{"what": " "}, {"lead_days": "0"}, {"rule": "luck"}, {"who": "nobody"}])
def test_a_wrong_step_is_not_kept(cast: Cast, seat: Seat, wrong: dict[str, str]) -> None:
    assert seat(cast.zhao).post(PAGE, {**OWN, **wrong}).context["form"].errors
    with acting(cast.zhao):
        assert not StepTemplate.objects.exists()


def test_officers_read_the_steps_and_write_none(cast: Cast, seat: Seat) -> None:
    assert seat(cast.wang).post(PAGE, OWN).status_code in (403, 404)
    with acting(cast.zhao):
        assert not StepTemplate.objects.exists()
