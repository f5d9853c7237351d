"""The list the desk opens on."""

from datetime import date

import pytest
from django.db import transaction
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import case, firm
from pipeline.models import Case, Firm, Proposal
from tests.cast import DAY, Cast, Story
from tests.desk.conftest import Seat, Travel, statements, text

QUEUE = reverse("desk:queue")


def leads(cast: Cast, count: int, place: str = "linan") -> None:
    """So many leads of a county, each a firm of its own."""
    chen = cast.chen
    with acting(chen), transaction.atomic():
        known = Firm.objects.count()
        records = [
            {"uscc": f"9133011{number:010d}X", "name": f"临安第{number}试验有限公司", "division": cast.divisions[place]}
            for number in range(known, known + count)
        ]
        firms = firm.register(records, by=chen, on=DAY)
        case.open_lead(Firm.objects.filter(pk__in=[each.pk for each in firms]), by=chen, on=DAY)


def test_a_case_stands_in_the_list_of_the_office_whose_turn_it_is(story: Story, seat: Seat) -> None:
    story.to("county_review")
    assert "杭州青禾智控科技有限公司" in text(seat(story.cast.wang).get(QUEUE))
    assert "杭州青禾智控科技有限公司" not in text(seat(story.cast.chen).get(QUEUE))
    assert "杭州青禾智控科技有限公司" in text(seat(story.cast.chen).get(QUEUE, {"view": "all"}))


def test_another_county_sees_nothing_of_it_in_any_view(story: Story, seat: Seat) -> None:
    story.to("county_review")
    for view in ("mine", "fresh", "soon", "proposed", "all"):
        assert story.number not in text(seat(story.cast.sun).get(QUEUE, {"view": view}))


def test_the_list_is_grouped_by_the_day_things_are_due(story: Story, seat: Seat, travel: Travel) -> None:
    story.to("county_review")
    groups = {date(2026, 10, 30): "later", DAY: "soon", date(2026, 11, 9): "today", date(2026, 11, 10): "over"}
    for day, group in groups.items():
        travel(day)
        shown = seat(story.cast.wang).get(QUEUE).context["groups"]
        assert [(each.key, each.count) for each in shown] == [(group, 1)], day


def test_a_proposal_waits_for_a_head_and_for_nobody_else(story: Story, seat: Seat) -> None:
    story.to("city_review")
    with acting(story.cast.chen), transaction.atomic():
        case.propose(story.case, act="case.publish", by=story.cast.chen, on=story.day, note="符合")
    assert story.number in text(seat(story.cast.zhou).get(QUEUE, {"view": "proposed"}))
    assert story.number not in text(seat(story.cast.chen).get(QUEUE, {"view": "proposed"}))


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ({"county": "330112"}, True),
        ({"county": "330106"}, False),
        ({"stage": "city_review"}, True),
        ({"stage": "county_review"}, False),
        ({"stage": "application.county_review"}, False),
        ({"text": "智控"}, True),
        ({"text": "生物"}, False),
        ({"lacking": "rd_intensity"}, True),
        ({"lacking": "rd_domestic"}, False),
        ({"kind": "pool"}, True),
        ({"kind": "renewal"}, False),
        ({"when": "over"}, False),
        ({"when": "later"}, True),
        ({"county": "no such place"}, True),
    ],
)
def test_conditions_in_the_address_narrow_the_list(
    story: Story, seat: Seat, condition: dict[str, str], found: bool
) -> None:
    story.to("city_review")
    answer = seat(story.cast.chen).get(QUEUE, condition)
    assert (story.number in text(answer)) is found


def test_an_empty_list_names_the_condition_that_emptied_it_and_drops_it(story: Story, seat: Seat) -> None:
    story.to("city_review")
    answer = seat(story.cast.chen).get(QUEUE, {"stage": "publicity"})
    assert answer.context["nothing"]["url"] == "?"
    assert "入库公示" in answer.context["nothing"]["says"]
    assert answer.context["nothing"]["says"] in text(answer).replace("&quot;", '"')


def test_the_list_takes_as_many_statements_with_fifty_rows_as_with_five(cast: Cast, seat: Seat) -> None:
    leads(cast, 5)
    client = seat(cast.wang)
    with statements() as few:
        client.get(QUEUE)
    leads(cast, 60)
    with statements() as many:
        client.get(QUEUE)
    assert len(few) == len(many) <= 12
    assert text(client.get(QUEUE)).count('name="chosen"') == 50
    assert text(client.get(QUEUE, {"page": "2"})).count('name="chosen"') == 15


def test_a_batch_is_shown_before_it_is_done_and_then_done_whole(cast: Cast, seat: Seat) -> None:
    leads(cast, 3)
    client = seat(cast.wang)
    with acting(cast.wang):
        cases = list(Case.objects.order_by("pk"))
    chosen = [each.number for each in cases]
    shown = client.post(reverse("desk:batch"), {"act": "invite", "chosen": chosen})
    assert shown.status_code == 200
    with acting(cast.wang):
        assert set(Case.objects.values_list("stage", flat=True)) == {"lead"}
    seen = [f"{each.number}:{each.version}" for each in cases]
    done = client.post(
        reverse("desk:batch"), {"act": "invite", "chosen": chosen, "seen": seen, "confirmed": "1"}, follow=True
    )
    assert done.redirect_chain == [(QUEUE, 302)]
    with acting(cast.wang):
        assert set(Case.objects.values_list("stage", flat=True)) == {"draft"}


def test_a_batch_with_one_case_moved_meanwhile_changes_none(cast: Cast, seat: Seat) -> None:
    leads(cast, 3)
    client = seat(cast.wang)
    with acting(cast.wang):
        cases = list(Case.objects.order_by("pk"))
    seen = [f"{each.number}:{each.version}" for each in cases[:2]] + [f"{cases[2].number}:7"]
    sent = {"act": "invite", "chosen": [each.number for each in cases], "seen": seen, "confirmed": "1"}
    answer = client.post(reverse("desk:batch"), sent)
    assert 'role="alert"' in text(answer)
    with acting(cast.wang):
        assert set(Case.objects.values_list("stage", flat=True)) == {"lead"}


def test_a_batch_with_one_case_proposed_already_names_it_and_proposes_none(story: Story, seat: Seat) -> None:
    story.to("city_review")
    with acting(story.cast.chen), transaction.atomic():
        case.propose(story.case, act="case.publish", by=story.cast.chen, on=story.day, note="符合")
    sent = {"act": "propose-publication", "chosen": [story.number], "confirmed": "1", "note": "再提一次"}
    shown = text(seat(story.cast.chen).post(reverse("desk:batch"), sent))
    assert 'role="alert"' in shown
    assert story.number in shown
    with acting(story.cast.chen):
        assert Proposal.objects.count() == 1


def test_everything_the_list_holds_can_be_chosen_at_once(cast: Cast, seat: Seat) -> None:
    leads(cast, 55)
    answer = seat(cast.wang).post(reverse("desk:batch") + "?view=all", {"act": "invite", "everything": "1"})
    assert len(answer.context["legal"]) == 55


def test_a_batch_needs_a_seat_that_grants_the_act(story: Story, seat: Seat) -> None:
    story.to("county_review")
    sent = {"act": "forward", "chosen": [story.number]}
    assert seat(story.cast.wang).post(reverse("desk:batch"), sent).status_code == 404
    assert seat(story.cast.zhao).post(reverse("desk:batch"), sent).status_code == 200
