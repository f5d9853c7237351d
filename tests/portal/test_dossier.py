"""The dossier looked over by the firm: what looks wrong, which attachments are there, texts, agency, secrets."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import transaction

from config.postgres.scope import acting
from pipeline.access import Refused
from pipeline.acts import filing, paper
from pipeline.models import Auditor, IntellectualProperty, MoveRefused, RdProject, Statement, Tie
from pipeline.models.dossier.gathering import dossier_of
from pipeline.models.filing import TOPICS
from tests.cast import DAY, Cast
from tests.portal.conftest import Visitor, statements

TEXT = "围绕主导产品形成的专利覆盖采样、控制与执行三个环节，"


def recorded(cast: Cast) -> RdProject:
    """A project that begins after the right was granted to which it is tied."""
    firm = cast.qinghe
    right = IntellectualProperty.objects.create(
        firm=firm, kind="invention", number="ZL1", granted_on=date(2024, 5, 1), holder="宁波别家科技有限公司"
    )
    project = RdProject.objects.create(firm=firm, code="RD01", title="课题", starts_on=date(2025, 1, 1))
    Tie.objects.create(firm=firm, project=project, right=right)
    return project


def form(**changed: object) -> dict[str, object]:
    return {**dict.fromkeys(TOPICS, ""), "name": "", "blameless": "", **changed}


def test_rows_read_as_one_statement_are_the_rows(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        project = recorded(cast)
        held = dossier_of(cast.qinghe, DAY)
        [read] = held.projects
        assert (read.pk, read.starts_on, read.secret) == (project.pk, date(2025, 1, 1), False)
        assert held.figures[2025].sales == Decimal("86400000.00")
        assert isinstance(held.figures[2025].staff, Decimal)
        assert held.rights[0].holder == "宁波别家科技有限公司"


def test_what_looks_wrong_leads_to_where_it_is_put_right(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        recorded(cast)
    li = Visitor(cast.li)
    page = li.text("dossier")
    assert li.url("project", "RD01") in page
    assert li.url("property") in page
    assert "宁波别家科技有限公司" in page
    assert li.url("triangle") in page


def test_a_missing_paper_leads_to_where_it_is_sent_in(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        recorded(cast)
    page = Visitor(cast.li).text("dossier")
    for query in ("?proves=property.ZL1", "?proves=project.RD01", "?purpose=rd_system", "?purpose=licence"):
        assert query in page, query


def test_the_page_asks_as_little_of_a_full_record(cast: Cast) -> None:
    li = Visitor(cast.li)
    li.get("dossier")
    with statements() as empty:
        li.get("dossier")
    with acting(cast.li), transaction.atomic():
        recorded(cast)
        paper.keep(cast.qinghe, BytesIO(b"%PDF-1.4 x"), name="a.pdf", size=10, purpose="rd_system", by=cast.li)
    with statements() as full:
        li.get("dossier")
    assert len(full) == len(empty) <= 12


def test_texts_and_agency_are_kept_for_the_year(cast: Cast) -> None:
    li = Visitor(cast.li)
    li.post("dossier_texts", **form(property=TEXT, name="某会计师事务所", staff="30", licensed="9"))
    with acting(cast.li), transaction.atomic():
        [text] = Statement.objects.all()
        [agency] = Auditor.objects.all()
    assert (text.topic, text.says, text.year) == ("property", TEXT, DAY.year)
    assert (agency.name, agency.staff, agency.blameless) == ("某会计师事务所", Decimal(30), None)


def test_a_text_changed_by_a_colleague_meanwhile_is_not_written_over(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        filing.write_texts(cast.qinghe, DAY.year, {"property": "一"}, versions={}, by=cast.li)
        filing.write_texts(cast.qinghe, DAY.year, {"property": "二"}, versions={"property": 1}, by=cast.li)
        with pytest.raises(MoveRefused), transaction.atomic():
            filing.write_texts(cast.qinghe, DAY.year, {"property": "三"}, versions={"property": 1}, by=cast.li)
        with pytest.raises(MoveRefused), transaction.atomic():
            filing.write_texts(cast.qinghe, DAY.year, {"property": "三"}, versions={}, by=cast.li)
        assert Statement.objects.get().says == "二"


def test_an_emptied_text_is_taken_out(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        filing.write_texts(cast.qinghe, DAY.year, {"property": "一"}, versions={}, by=cast.li)
        filing.write_texts(cast.qinghe, DAY.year, {"property": ""}, versions={"property": 1}, by=cast.li)
        assert not Statement.objects.exists()


def test_more_licensed_than_people_is_refused_where_it_was_typed(cast: Cast) -> None:
    li = Visitor(cast.li)
    answer = li.client.post(li.url("dossier_texts"), form(name="某事务所", staff="20", licensed="21"))
    assert answer.status_code == 422
    assert "id_licensed_error" in answer.content.decode()


def test_the_owner_alone_marks_what_is_secret(cast: Cast) -> None:
    with acting(cast.li), transaction.atomic():
        project = recorded(cast)
    Visitor(cast.li).post("dossier_secrets", classified="1", project=str(project.pk))
    with acting(cast.li), transaction.atomic():
        assert (cast.qinghe.classified, RdProject.objects.get().secret) == (True, True)
        assert not IntellectualProperty.objects.get().secret
    with acting(cast.bai), transaction.atomic(), pytest.raises(Refused):
        filing.mark_secret(cast.qinghe, classified=False, secret={}, by=cast.bai)


def test_a_mark_on_what_is_not_the_firms_is_refused(cast: Cast) -> None:
    Visitor(cast.li).post("dossier_secrets", classified="1", project="999999")
    with acting(cast.li), transaction.atomic():
        assert not cast.qinghe.classified
