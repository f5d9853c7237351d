"""The history of a firm's record: who changed what, from what to what, why."""

from django.db import transaction

from config.postgres.scope import acting
from pipeline.models import Firm
from pipeline.models.history import history
from tests.cast import YUNLING, Cast
from tests.portal.conftest import Visitor
from tests.portal.test_figures import on_record


def test_a_change_is_told_with_person_amounts_and_reason(cast: Cast) -> None:
    bai = Visitor(cast.bai)
    bai.post("figures", 2025, **(on_record(bai) | {"sales-2025": "16000", "total_income-2025": "17000"}
                                 | {"why-sales-2025": "新产线投产"}))  # fmt: skip
    [newest, *_older] = Visitor(cast.li).get("history", figure="sales").context["changes"]
    assert (newest.who, newest.why) == ("白会计", "新产线投产")
    assert "86,400,000.00" in newest.before
    assert "160,000,000.00" in newest.after


def test_the_history_of_one_figure_holds_no_other(cast: Cast) -> None:
    told = {each.what for each in Visitor(cast.li).get("history", figure="staff").context["changes"]}
    assert told == {f"{year} 年职工总数" for year in (2023, 2024, 2025)} or len(told) == 3


def test_a_firm_reads_its_own_history_only(cast: Cast) -> None:
    assert Visitor(cast.li, YUNLING).get("history").status_code == 404
    for person, sees in ((cast.li, True), (cast.he, False), (cast.wang, True), (cast.sun, False), (cast.tang, False)):
        with acting(person), transaction.atomic():
            assert bool(history(cast_firm(cast), "pipeline_financialyear")) is sees, person.username


def test_what_an_office_wrote_for_itself_is_not_told(cast: Cast) -> None:
    with acting(cast.chen), transaction.atomic():
        assert history(cast_firm(cast), "pipeline_flag", "pipeline_case", "pipeline_proposal") == []


def cast_firm(cast: Cast) -> Firm:
    """As the city sees it, so that the key is known to who may not see the firm."""
    with acting(cast.chen), transaction.atomic():
        return cast.qinghe
