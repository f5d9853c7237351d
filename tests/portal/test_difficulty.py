"""Asking for help, from the firm's side."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import difficulty
from pipeline.models import Difficulty, Evidence
from tests.cast import DAY, QINGHE, YUNLING, Cast
from tests.portal.conftest import Travel, Visitor

PDF = b"%PDF-1.7 a paper"


def asked(cast: Cast) -> Difficulty:
    with acting(cast.li), transaction.atomic():
        return difficulty.ask(cast.qinghe, kind="finance", says="贷款贴息怎么申请？", by=cast.li, on=DAY)


def test_a_question_is_asked_with_a_paper_and_stands_on_the_list(cast: Cast) -> None:
    li = Visitor(cast.li)
    paper = SimpleUploadedFile("合同.pdf", PDF)
    page = li.post("difficulties", kind="talent", to="county", says="想招两名博士", papers=paper).content.decode()
    assert "想招两名博士" in page
    with acting(cast.li):
        one = Difficulty.objects.get()
        assert Evidence.objects.get().difficulty == one
    assert "合同.pdf" in li.text("difficulty", one.public_id)


def test_a_file_that_is_no_paper_keeps_the_question_in_the_form(cast: Cast) -> None:
    paper = SimpleUploadedFile("macro.exe", b"MZ")
    page = Visitor(cast.li).post("difficulties", kind="talent", to="county", says="想招两名博士", papers=paper)
    assert "macro.exe" in page.content.decode()
    assert "想招两名博士" in page.content.decode()
    with acting(cast.li):
        assert not Difficulty.objects.exists()


def test_an_answer_is_read_and_rated(cast: Cast) -> None:
    one, li = asked(cast), Visitor(cast.li)
    with acting(cast.wang), transaction.atomic():
        difficulty.answer(Difficulty.objects.filter(pk=one.pk), says="走科技贷。", by=cast.wang, on=DAY, version=1)
    assert "走科技贷。" in li.text("difficulty", one.public_id)
    li.post("difficulty", one.public_id, version="2", rating="4", says="有用")
    with acting(cast.li):
        assert Difficulty.objects.get().rating == 4


def test_a_question_past_its_day_says_so(cast: Cast, travel: Travel) -> None:
    one = asked(cast)
    travel(one.due_on + timedelta(days=1))
    page = Visitor(cast.li).text("difficulties")
    assert 'class="due over"' in page


def test_the_question_of_another_firm_is_not_there(cast: Cast) -> None:
    one = asked(cast)
    for address in (QINGHE, YUNLING):
        assert Visitor(cast.he, address).get("difficulty", one.public_id).status_code == 404
