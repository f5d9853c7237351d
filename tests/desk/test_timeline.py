"""One timeline of a firm: all kinds, in order, page by page, for whom it is."""

from datetime import date, time
from typing import Any

from django.db import connection, transaction
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.access import INTAKE
from pipeline.acts import call, certificate, coaching, difficulty, event, flag, handover, note
from pipeline.desk.happenings import Fold, Line
from pipeline.models import (
    AnnualUpdate,
    Certificate,
    CertificateEvent,
    Firm,
    Flag,
    Objection,
    User,
)
from pipeline.models.timeline import KINDS, cursor_of, timeline
from tests.acts.test_merging import merge
from tests.acts.twins import registered
from tests.cast import QINGHE, Story, the
from tests.desk.conftest import Seat, statements, text

URL = reverse("desk:timeline", args=[QINGHE])


def full(story: Story) -> Story:
    """A firm with something of nearly every kind."""
    cast = story.cast
    with acting(cast.chen), transaction.atomic():
        issued: dict[str, Any] = {"number": "GR202033000001", "issued_on": date(2020, 12, 1)}
        certificate.issue(cast.qinghe, by=cast.chen, on=story.day, **issued)
    story.to("coaching")
    day = story.day
    with acting(cast.li), transaction.atomic():
        difficulty.ask(cast.qinghe, kind="policy", says="怎么归集", by=cast.li, on=day)
    with acting(cast.wang), transaction.atomic():
        coaching.record_visit(story.case.get(), by=cast.wang, on=day, way="visit", notes="看了台账")
        call.note(the(cast.qinghe), says="答应补合同", by=cast.wang, on=day)
        note.write(cast.qinghe, "@赵越 留意<b>委托研发</b>", by=cast.wang, on=day)
        note.write(cast.qinghe, "请补合同", by=cast.wang, on=day, internal=False)
        flag.raise_flag(the(cast.qinghe), kind="objection", by=cast.wang, on=day, says="有人反映")
    _pooled(story)
    with acting(cast.chen), transaction.atomic():
        twin = registered(cast)
    merge(twin, the_firm(story), by=cast.chen)
    return story


def _pooled(story: Story) -> None:
    """Trained, objected to, asked for its yearly update, about to move, its certificate checked."""
    cast, day = story.cast, story.day
    said = {
        "title": "研发费用归集", "says": "", "on": day, "begins": time(9), "place": "三楼", "seats": 20,
        "answer_by": day,
    }  # fmt: skip
    with acting(cast.wang), transaction.atomic():
        event.invite(the(cast.qinghe), event.plan(said, by=cast.wang, on=day), by=cast.wang, on=day)
        case, own = story.case.get(), {"firm": cast.qinghe, "case": story.case.get()}
        handover.prepare(story.case, cast.divisions["xihu"], by=cast.wang, on=day, note="迁址")
        raised: dict[str, Any] = {"flag": Flag.objects.get(), "registered_by": cast.wang, "received_on": day}
        Objection.objects.create(about="admission", objector="某公司", says="人员不实", **raised, **own)
    with acting(INTAKE), transaction.atomic():
        AnnualUpdate.objects.create(firm_id=case.firm_id, case=case, year=2026, due_on=day)
    with acting(cast.chen), transaction.atomic():
        held = Certificate.objects.get()
        CertificateEvent.objects.create(firm=held.firm, certificate=held, kind="recheck", on=day, by=cast.chen)


def the_firm(story: Story) -> Firm:
    with acting(story.cast.chen), transaction.atomic():
        return story.cast.qinghe


def pages(story: Story, person: User, size: int) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []
    before = None
    with acting(person), transaction.atomic():
        while True:
            stretch = timeline(story.cast.qinghe, person, before=before, size=size)
            found += [(each.kind, each.key) for each in stretch.happenings]
            if not stretch.older:
                return found
            before = cursor_of(stretch.older)


def test_pages_of_any_length_show_every_happening_once_in_the_same_order(story: Story) -> None:
    full(story)
    whole = pages(story, story.cast.chen, 500)
    assert len(set(whole)) == len(whole) > 20
    assert {kind for kind, _key in whole} == set(KINDS) - {"assignment", "paper"}
    for size in (1, 2, 3, 7):
        assert pages(story, story.cast.chen, size) == whole


def test_a_page_of_the_timeline_is_one_statement_whatever_kinds_it_holds(story: Story) -> None:
    full(story)
    with acting(story.cast.chen), transaction.atomic():
        story.cast.chen.reach()
        firm = story.cast.qinghe
        for kinds in (KINDS, ("note",), ("move", "visit")):
            with statements() as taken:
                timeline(firm, story.cast.chen, kinds=kinds, size=20)
            assert len(taken) == 1


def test_every_kind_is_entered_by_the_firm(story: Story) -> None:
    """With whole reads made dear, nothing that is really done reads a table from end to end."""
    full(story)
    chen = story.cast.chen
    with acting(chen), transaction.atomic():
        firm = story.cast.qinghe
        chen.reach()
        with statements() as taken:
            timeline(firm, chen, size=20)
    plan = explained(chen, taken[0])
    assert len(plan) > 100
    assert [line for line in plan if "Seq Scan" in line and "never executed" not in line] == []


def explained(person: User, statement: str) -> list[str]:
    with acting(person), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute(f"explain (analyze, costs off, timing off) {statement}")
        return [row[0] for row in cursor.fetchall()]


def test_a_place_in_the_timeline_that_is_none_begins_at_the_newest(story: Story, seat: Seat) -> None:
    full(story)
    chen = seat(story.cast.chen)
    newest = anchors(chen.get(URL))
    for wrong in ("x", "2026-11-02~note~1", "2026-11-02T00:00:00+00:00~note~-1", "~~", "2026-11-02T00:00:00+00:00~x~1"):
        assert anchors(chen.get(URL, {"before": wrong, "kind": "nonsense"})) == newest


def anchors(answer: object) -> list[str]:
    lines = answer.context["lines"]  # type: ignore[attr-defined]
    return [line.anchor if isinstance(line, Line) else line.lines[0].anchor for line in lines]


def test_the_page_narrows_to_a_kind_folds_noise_and_links_to_entries(story: Story, seat: Seat) -> None:
    full(story)
    chen = seat(story.cast.chen)
    whole = chen.get(URL)
    folds = [line for line in whole.context["lines"] if isinstance(line, Fold)]
    assert {line.kind for fold in folds for line in fold.lines} == {"letter"}
    notes = chen.get(URL, {"kind": "notes"})
    assert {line.kind for line in notes.context["lines"]} == {"note"}
    shown = text(notes)
    assert "<b>@</b>赵越 留意&lt;b&gt;委托研发&lt;/b&gt;" in shown
    for anchor in anchors(notes):
        assert f'id="{anchor}"' in shown
        assert f'href="#{anchor}"' in shown


def test_trainings_objections_moves_updates_merges_and_certificates_are_told_with_what_they_open(
    story: Story, seat: Seat
) -> None:
    full(story)
    chen = seat(story.cast.chen)
    for group, kinds, url in (
        ("trainings", {"training"}, "/desk/trainings/"),
        ("objections", {"objection"}, "/desk/pool/objections/"),
        ("hand-overs", {"hand_over", "merge"}, "/desk/pool/hand-overs/"),
        ("updates", {"update"}, "/desk/pool/updates/"),
        ("certificates", {"certificate", "certificate_event"}, "/certificate"),
    ):
        answer = chen.get(URL, {"kind": group})
        assert {line.kind for line in answer.context["lines"]} == kinds
        assert any(url in line.url for line in answer.context["lines"])
        for line in answer.context["lines"]:
            assert f'href="{line.url}"' in text(answer)
            assert chen.get(line.url).status_code == 200, line.url


def test_what_is_for_offices_alone_is_told_to_no_firm(story: Story) -> None:
    full(story)
    li = story.cast.li
    with acting(li), transaction.atomic():
        kinds = {each.kind for each in timeline(story.cast.qinghe, li, size=500).happenings}
    assert not kinds & {"objection", "hand_over", "call", "assignment"}


def test_the_page_takes_at_most_twelve_statements(story: Story, seat: Seat) -> None:
    full(story)
    for person in (story.cast.chen, story.cast.wang):
        client = seat(person)
        client.get(URL)
        with statements() as taken:
            client.get(URL)
        assert len(taken) <= 12, "\n".join(each[:150] for each in taken)


def test_another_county_finds_no_timeline(story: Story, seat: Seat) -> None:
    full(story)
    assert seat(story.cast.sun).get(URL).status_code == 404


def test_a_note_is_written_on_the_page_and_stands_there(story: Story, seat: Seat) -> None:
    story.to("county_review")
    wang = seat(story.cast.wang)
    sent = {"text": "@赵越 请看", "audience": "inside", "case": story.number}
    done = wang.post(URL, sent)
    assert done.headers["Location"] == reverse("desk:case", args=[story.number]) + "#timeline"
    assert "请看" in text(wang.get(done.headers["Location"]))
    wrong = wang.post(URL, {"text": "@无名 请看", "audience": "inside"})
    assert wrong.status_code == 200
    assert "无名" in text(wrong)
    assert 'role="alert"' in text(wrong)
