"""The funnel by county, and what a leader is not told."""

from itertools import product

import pytest
from django.db import transaction
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import case, certificate
from pipeline.acts.listings.behind import OPEN, STAGES
from pipeline.desk.funnel import COLUMNS, kept_back
from pipeline.models import Firm
from tests.cast import DAY, Cast, Story
from tests.desk.conftest import Seat, statements, text
from tests.desk.crowd import crowd

PAGE = reverse("desk:funnel")
BEHIND = reverse("desk:funnel_firms")


def leads(cast: Cast, count: int, place: str = "linan") -> list[Firm]:
    firms = crowd(cast, count, place)
    with acting(cast.chen), transaction.atomic():
        case.open_lead(Firm.objects.filter(pk__in=[each.pk for each in firms]), by=cast.chen, on=DAY)
    return firms


def table(answer: object) -> dict[tuple[str, str], tuple[int, str]]:
    """Line and column -> number and how it is shown."""
    lines = [*answer.context["lines"], answer.context["city"]]  # type: ignore[attr-defined]
    return {
        (line.name, column): (cell.count, cell.kind)
        for line in lines
        for column, cell in zip(COLUMNS, line.cells, strict=True)
    }


def test_stages_add_up_to_open_cases_and_counties_to_the_city(story: Story, seat: Seat) -> None:
    story.to("county_review")
    leads(story.cast, 6)
    leads(story.cast, 3, "xihu")
    found = {place: count for place, (count, _kind) in table(seat(story.cast.chen).get(PAGE)).items()}
    rows = {name for name, _column in found}
    everywhere = next(name for name in rows if name not in ("临安区", "西湖区"))
    for name in rows:
        assert sum(found[name, stage] for stage in STAGES) == found[name, OPEN]
    for column in COLUMNS:
        assert found["临安区", column] + found["西湖区", column] == found[everywhere, column]
    assert (found["临安区", "lead"], found["西湖区", "lead"], found["临安区", "county_review"]) == (6, 3, 1)


def test_every_number_opens_a_list_of_as_many_firms(story: Story, seat: Seat) -> None:
    story.to("county_review")
    held = leads(story.cast, 2, "xihu")[0]
    crowd(story.cast, 1, None)
    with acting(story.cast.chen), transaction.atomic():
        certificate.issue(held, number="GR202633001234", issued_on=DAY, by=story.cast.chen, on=DAY)
    chen = seat(story.cast.chen)
    shown = chen.get(PAGE)
    lines = [*shown.context["lines"], shown.context["city"]]
    cells = [cell for line in lines for cell in line.cells] + [shown.context["pool"]]
    for cell in {cell.url: cell for cell in cells}.values():
        assert chen.get(cell.url).context["total"] == cell.count, cell.url


def test_a_gap_opens_the_screening_list_of_as_many_firms(cast: Cast, seat: Seat) -> None:
    crowd(cast, 3, rd_total=49, rd_domestic=49)
    crowd(cast, 2, rd_total=30, rd_domestic=30, hitech_income=100)
    chen = seat(cast.chen)
    gaps = {gap["rule"]: gap["firms"] for gap in chen.get(PAGE).context["gaps"]}
    assert gaps["rd_intensity"] == 5
    assert gaps["hitech_income"] == 2
    for rule, firms in gaps.items():
        assert len(chen.get(reverse("desk:screening"), {"rule": rule}).context["rows"]) == firms


def test_a_county_counts_its_own_firms_only(cast: Cast, seat: Seat) -> None:
    leads(cast, 2)
    leads(cast, 4, "xihu")
    shown = seat(cast.wang).get(PAGE)
    assert [line.name for line in shown.context["lines"]] == ["临安区"]
    assert shown.context["city"].total.count == 2
    elsewhere = seat(cast.wang).get(BEHIND, {"county": "330106", "stage": "lead"})
    assert elsewhere.context["total"] == 2, "another county is none of the choices, and one's own firms are shown"
    assert len(elsewhere.context["faults"]) == 1


def test_a_leader_is_told_no_group_of_fewer_than_five(cast: Cast, seat: Seat) -> None:
    leads(cast, 7)
    leads(cast, 3, "xihu")
    shown = seat(cast.gu).get(PAGE)
    found = table(shown)
    assert found["西湖区", "lead"][1] == "small"
    assert all(count == 0 or count >= 5 for count, kind in found.values() if kind == "shown")


def test_a_leader_gets_no_list_of_a_group_of_fewer_than_five(cast: Cast, seat: Seat) -> None:
    few, many = leads(cast, 3, "xihu"), leads(cast, 6)
    gu = seat(cast.gu)
    small = gu.get(BEHIND, {"county": "330106", "stage": "lead"})
    assert few[0].name not in text(small)
    assert str(small.context["rows"]) == "[]"
    large = gu.get(BEHIND, {"county": "330112", "stage": "lead"})
    assert many[0].name in text(large)


def test_a_leader_reads_names_stages_and_certificates_and_opens_no_firm(cast: Cast, seat: Seat) -> None:
    leads(cast, 6)
    page = text(seat(cast.gu).get(BEHIND, {"county": "330112", "stage": "lead"}))
    assert "/desk/cases/" not in page
    assert "/desk/firms/" not in page
    assert seat(cast.gu).get(PAGE).context["gaps"] == []


ROWS = ("a", "b", "c", "")


def numbers(**stages: tuple[int, int, int]) -> dict[tuple[str, str], int]:
    """A table of three counties with the given stages, its sums filled in."""
    found = dict.fromkeys(product(ROWS, COLUMNS), 0)
    for stage, counts in stages.items():
        for row, count in zip(ROWS, counts, strict=False):
            for place in ((row, stage), (row, OPEN), ("", stage), ("", OPEN)):
                found[place] += count
    return found


@pytest.mark.parametrize(
    "stages",
    [
        {"lead": (3, 20, 30)},
        {"lead": (3, 20, 30), "draft": (10, 10, 10)},
        {"lead": (4, 9, 12), "draft": (6, 1, 8), "coaching": (40, 2, 3)},
        {"lead": (1, 0, 0)},
        {"ready": (5, 5, 5)},
    ],
)
def test_no_hidden_number_can_be_had_by_subtraction(stages: dict[str, tuple[int, int, int]]) -> None:
    found = numbers(**stages)
    hidden = kept_back(found)
    assert all(place in hidden for place, count in found.items() if 0 < count < 5)
    for row in ROWS:
        assert sum((row, column) in hidden for column in (*STAGES, OPEN)) != 1
    for column in COLUMNS:
        assert sum((row, column) in hidden for row in ROWS) != 1


def test_nothing_is_withheld_where_nothing_is_small() -> None:
    assert kept_back(numbers(lead=(5, 20, 30), coaching=(10, 10, 10))) == {}


def test_the_page_asks_as_much_of_the_database_for_many_firms_as_for_few(cast: Cast, seat: Seat) -> None:
    chen, asked = seat(cast.chen), []
    for more in (2, 20):
        leads(cast, more)
        leads(cast, more, "xihu")
        with statements() as counted:
            chen.get(PAGE)
        asked.append(len(counted))
    assert asked[0] == asked[1] <= 8


def test_an_unknown_stage_in_the_address_means_all_firms(cast: Cast, seat: Seat) -> None:
    crowd(cast, 2)
    assert seat(cast.chen).get(BEHIND, {"stage": "nonsense"}).context["total"] == 4
