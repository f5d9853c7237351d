"""Staff of a year, as the firm sees and fills it."""

from django.db import transaction

from config.postgres.scope import acting
from pipeline.models import FinancialYear, StaffMember, StaffMonth
from tests.cast import QINGHE, Cast
from tests.portal.conftest import Visitor

# after X8 of the policy page: by months the share is below what the last day of the year shows
STARTS = (20, 22, 22, 24, 24, 24, 26, 26, 28, 28, 28, 28)
ENDS = (22, 22, 24, 24, 24, 26, 26, 28, 28, 28, 28, 30)
HEAD = "姓名\t岗位\t学历\t是否从事研发\t全年实际工作天数"


def months(**changes: str) -> dict[str, str]:
    sent: dict[str, str] = {}
    for month, (first, last) in enumerate(zip(STARTS, ENDS, strict=True), start=1):
        tech = "2" if month <= 6 else "3"
        sent |= {f"opening_{month}": str(first), f"closing_{month}": str(last)}
        sent |= {f"tech_opening_{month}": tech, f"tech_closing_{month}": tech}
    return sent | changes


def test_months_are_averaged_as_the_law_says(cast: Cast) -> None:
    bai = Visitor(cast.bai)
    bai.post("staff", 2025, **months())
    page = bai.get("staff", 2025).context
    assert (page["average"], page["tech_average"]) == (f"{sum(STARTS + ENDS) / 24:.4f}".rstrip("0"), "2.5")
    bai.post("staff_count", 2025, what="months")
    with acting(cast.bai), transaction.atomic():
        kept = FinancialYear.objects.get(firm=cast.qinghe, year=2025)
    assert kept.staff_from == "months"
    assert kept.staff == 121


def test_only_months_that_changed_are_written_and_faults_told_at_their_field(cast: Cast) -> None:
    bai = Visitor(cast.bai)
    bai.post("staff", 2025, **months())
    seen = {f"version_{month}": "1" for month in range(1, 13)}
    bai.post("staff", 2025, **months(closing_12="３１"), **seen)
    with acting(cast.bai), transaction.atomic():
        assert list(StaffMonth.objects.filter(version=2).values_list("month", "closing")) == [(12, 31)]
    page = bai.post("staff", 2025, **months(tech_opening_4="99", opening_1="-1"), **seen)
    assert sorted(page.context["form"].errors) == ["opening_1", "tech_opening_4"]


def test_persons_are_pasted_and_the_183rd_day_decides(cast: Cast) -> None:
    bai = Visitor(cast.bai)
    rows = f"{HEAD}\n王一\t工程师\t硕士\t是\t183\n李二\t工程师\t本科\t是\t182\n赵三\t会计\t\t否\t250"
    bai.post("staff_paste", 2025, rows=rows)
    page = bai.get("staff", 2025)
    assert (len(page.context["members"]), page.context["tech"]) == (3, 1)


def test_a_day_too_many_and_an_unknown_degree_are_told_by_row(cast: Cast) -> None:
    page = Visitor(cast.bai).post("staff_paste", 2025, rows=f"{HEAD}\n王一\t工程师\t院士\t是\t367")
    assert len(page.context["form"].errors["rows"]) == 2


def test_a_person_is_added_changed_and_taken_off(cast: Cast) -> None:
    bai = Visitor(cast.bai)
    sent = {"name": "王一", "post": "工程师", "employed_as": "employed", "does_rd": "on", "days_worked": "200"}
    bai.post("staff", 2025, member="1", **sent)
    with acting(cast.bai), transaction.atomic():
        kept = StaffMember.objects.get()
    bai.post("staff_member", 2025, kept.pk, **{**sent, "days_worked": "180"}, version="1")
    assert bai.get("staff", 2025).context["tech"] == 0
    bai.post("removal", "person", kept.pk)
    assert bai.get("staff", 2025).context["members"] == []


def test_another_firms_staff_is_not_there(cast: Cast) -> None:
    assert Visitor(cast.he, QINGHE).get("staff", 2025).status_code == 404
