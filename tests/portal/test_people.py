"""The firm's members, the coach and the agency it lets in, and who looked."""

from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from config.postgres.scope import acting
from pipeline.acts import coaching, mandate, people
from pipeline.models import (
    Appointment,
    FinancialYear,
    Firm,
    IntellectualProperty,
    Invitation,
    Mandate,
    Notice,
    SourcedFigure,
    Step,
    Viewing,
)
from tests.cast import DAY, QINGHE, YUNLING, Cast, Story
from tests.portal.conftest import Travel, Visitor
from tests.portal.test_property import RIGHT

UNTIL = date(2027, 11, 2)


def appointed(cast: Cast) -> None:
    with acting(cast.wang), transaction.atomic():
        coaching.appoint(cast.qinghe, cast.zhang, by=cast.wang, on=DAY, until=UNTIL)


def let_act(cast: Cast, *parts: str) -> None:
    with acting(cast.li), transaction.atomic():
        mandate.grant(cast.qinghe, "agent", parts=parts, until=UNTIL, by=cast.li, on=DAY)


def test_members_are_listed_with_their_seats(cast: Cast) -> None:
    page = Visitor(cast.bai).text("people")
    assert "李青" in page
    assert "何云" not in page


def test_the_owner_lets_a_coach_in_and_out_again(cast: Cast) -> None:
    appointed(cast)
    Visitor(cast.li).post("people", coach="zhang")
    with acting(cast.li), transaction.atomic():
        assert Appointment.objects.get().consented_on == DAY
    Visitor(cast.li).post("people", do="withdraw-consent", coach="zhang")
    with acting(cast.li), transaction.atomic():
        assert Appointment.objects.get().consented_on is None


def test_nobody_else_of_the_firm_can(cast: Cast) -> None:
    appointed(cast)
    assert Visitor(cast.bai).post("people", coach="zhang").status_code == 403
    invitation = {"invite-to": "13900000077", "invite-kind": "firm_viewer"}
    assert Visitor(cast.bai).post("people", do="invite", **invitation).status_code == 403


def test_an_invitation_shows_its_link_once_and_the_link_asks_to_sign_in(cast: Cast) -> None:
    sent = {"do": "invite", "invite-to": "１３９ 0000 0077", "invite-kind": "firm_rd"}
    link = Visitor(cast.li).post("people", **sent).context["link"]
    with acting(cast.li), transaction.atomic():
        assert Invitation.objects.get().phone == "13900000077"
    assert link.rpartition("/")[2] not in Visitor(cast.li).text("people")
    assert Client().get(link).status_code == 302


def test_a_number_that_is_none_is_told_at_the_field(cast: Cast) -> None:
    page = Visitor(cast.li).post("people", do="invite", **{"invite-to": "12", "invite-kind": "firm_rd"})
    assert page.context["invite"].errors["to"]


def test_an_agency_acts_only_in_the_parts_it_was_let_into_and_its_look_is_told(cast: Cast) -> None:
    let_act(cast, "figures")
    agent = Visitor(cast.agent)
    assert cast_name(cast) in agent.client.get(reverse("portal:clients")).content.decode()
    assert "李青" in agent.text("home")
    assert agent.get("figures", 2025).status_code == 200
    assert agent.get("property").status_code == 404
    assert agent.get("people").status_code == 404
    assert Visitor(cast.agent, YUNLING).get("figures", 2025).status_code == 404
    with acting(cast.li), transaction.atomic():
        assert [(each.part, each.day) for each in Viewing.objects.all()] == [("figures", DAY)]
    assert "代理记账" in Visitor(cast.li).text("people")


def test_a_coachs_look_is_told_too(cast: Cast) -> None:
    appointed(cast)
    Visitor(cast.li).post("people", coach="zhang")
    Visitor(cast.zhang).client.get(reverse("desk:diagnosis", args=[QINGHE]))
    with acting(cast.li), transaction.atomic():
        assert [(each.person.name, each.part) for each in Viewing.objects.select_related("person")] == [
            ("张工", "plan")
        ]


def test_an_officers_look_is_no_ones_news(cast: Cast) -> None:
    Visitor(cast.wang).client.get(reverse("desk:diagnosis", args=[QINGHE]))
    with acting(cast.li), transaction.atomic():
        assert not Viewing.objects.exists()


def cast_name(cast: Cast) -> str:
    with acting(cast.li), transaction.atomic():
        return cast.qinghe.name


def test_an_agency_fills_in_its_parts_under_the_eyes_of_the_database(story: Story, travel: Travel) -> None:
    """Rows that the database would hide or refuse would show here as pages that fail."""
    cast = story.to("coaching").cast
    travel(story.day)
    let_act(cast, "figures", "rights", "plan")
    agent = Visitor(cast.agent)
    page = agent.get("figures", 2025)
    sent = {field.html_name: field.value() or "" for field in page.context["form"]}
    assert f'data-autosave="{agent.url("figures_draft", 2025)}"' in page.content.decode()
    assert agent.client.post(agent.url("figures_draft", 2025), sent | {"rd_total-2025": "320"}).status_code == 200
    assert agent.get("figures", 2025).context["form"]["rd_total-2025"].value() == "320", "kept, and not on record"
    agent.post("figures", 2025, **sent | {"rd_total-2025": "330", "rd_domestic-2025": "330"})
    agent.post("reconciliation", 2025, **{"sales-annual_audit": "8640"})
    agent.post("property", **RIGHT)
    with acting(cast.li), transaction.atomic():
        step = Step.objects.filter(firm=cast.qinghe).current().order_by("position")[0]
        assert FinancialYear.objects.get(year=2025).rd_total == 3_300_000
        assert SourcedFigure.objects.get().figure == "sales"
        assert f"ZL{IntellectualProperty.objects.get().number}" == RIGHT["number"]
    paper = SimpleUploadedFile("台账.pdf", b"%PDF-1.7 a paper", "application/pdf")
    agent.post("step", step.position, hand_in="1", version=step.version, papers=paper, remark="已补")
    assert agent.get("step", step.position).status_code == 200
    with acting(cast.li), transaction.atomic():
        step.refresh_from_db()
        assert (step.state, Notice.objects.filter(kind="coaching.finish_step").count()) == ("handed_in", 1)


def test_an_ended_mandate_closes_the_pages_at_the_next_request(cast: Cast) -> None:
    let_act(cast, "figures", "rights")
    assert Visitor(cast.agent).get("property").status_code == 200
    Visitor(cast.li).post("people", do="revoke", agent="agent")
    assert Visitor(cast.agent).get("property").status_code == 404
    late = Visitor(cast.agent)
    assert late.client.post(late.url("figures_draft", 2025), {"rd_total-2025": "1"}).status_code == 404
    with acting(cast.li), transaction.atomic():
        assert not Mandate.objects.current().exists()


def test_an_agency_that_nobody_knows_is_told_at_the_field(cast: Cast) -> None:
    sent = {"mandate-agent": "zhang", "mandate-parts": "plan", "mandate-until": "2027-01-01"}
    page = Visitor(cast.li).post("people", do="mandate", **sent)
    assert page.context["mandate"].errors["agent"]


def test_the_owner_changes_and_ends_a_seat(cast: Cast) -> None:
    with acting(cast.bai), transaction.atomic():
        seat = cast.bai.seats[0].pk
    Visitor(cast.li).post("people", do="end", seat=str(seat))
    assert Visitor(cast.bai).get("home").status_code == 404


def test_whoever_has_seats_in_two_firms_chooses_between_them(cast: Cast) -> None:
    with acting(cast.song), transaction.atomic():
        people.grant_seat(cast.bai, "firm_viewer", by=cast.song, on=DAY, firm=Firm(pk=cast.he.seats[0].firm_id))
    page = Visitor(cast.bai).text("home")
    assert f"/portal/{YUNLING}/" in page
    assert Visitor(cast.bai, YUNLING).get("home").status_code == 200
    assert f"/portal/{YUNLING}/" not in Visitor(cast.li).text("home")
