"""A city made for the walls: every firm-owned table holds a row of each firm, and people stand in every relation to it.

The rows are written straight, not through the acts: a wall must hold for rows in any state.

Firms: `north` and `south` lie in two counties of those names, `gone` moved from north to south a month ago, `lost` left
the city for good. People: one in each of the seats (`seat:<kind>`), and some whose right has an edge to it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import psycopg
from django.db import connection, transaction
from django.utils.timezone import localdate, make_aware
from psycopg.types.range import DateRange
from stdnum.cn import uscc

from config.postgres.scope import acting
from pipeline import access, models
from pipeline.access import INTAKE, SENDER
from pipeline.models import Division, Firm, Office, Seat, User
from tests import services
from tests.walls.help_rows import help_rows, office_rows
from tests.walls.panel_rows import EXPERTS, LOST, panel_rows
from tests.walls.pool_rows import pool_rows
from tests.walls.quality_rows import merged_rows, quality_rows, registry_row, result_row
from tests.walls.round_rows import round_rows
from tests.walls.told_rows import told_rows

LONG_AGO = date(2024, 1, 1)
MONTH = timedelta(days=30)
NAMES = ("north", "south", "gone", "lost")
# A seat of these kinds needs somewhere to stand: which office or firm that is in this world.
STANDS = {**dict.fromkeys(access.CITY, "city"), **dict.fromkeys(access.COUNTY, "north"), "leader": "city"}


@dataclass
class World:
    today: date
    firms: dict[str, int] = field(default_factory=dict)
    offices: dict[str, int] = field(default_factory=dict)
    divisions: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)

    def person(self, name: str) -> User:
        """Fresh from the database, remembering nothing of its seats."""
        return User.objects.get(pk=self.people[name])

    @property
    def left(self) -> date:
        """The day `gone` moved from north to south and `lost` left the city."""
        return self.today - MONTH


def build(today: date | None = None) -> World:
    world = World(today or localdate())
    with acting(INTAKE), transaction.atomic():
        _places(world)
        _firms(world)
        _people(world)
        for number, name in enumerate(NAMES):
            firm_rows(world, world.firms[name], number)
        officer, head = (world.person(name) for name in ("seat:city_officer", "seat:city_head"))
        merged_rows(world.firms.values(), world.offices["city"], officer, head, world.today)
        _office_rows(world)
        _book_rows(world)
        _deputy_rows(world)
        models.TrailSeal.objects.create(first=1, last=1, entries=1, digest="0" * 64)
    _panel_rows(world)
    with acting(SENDER), transaction.atomic():
        told_rows(
            [world.people[name] for name in ("seat:firm_owner", "south owner")], world.firms["north"], world.today
        )
    return world


def _places(world: World) -> None:
    city = Division.objects.create(code="330100", name="一市", level="city", during=DateRange(LONG_AGO, None))
    world.divisions["city"] = city.pk
    for code, name in (("330102", "north"), ("330103", "south")):
        county = Division.objects.create(
            code=code, name=name, level="county", parent=city, during=DateRange(LONG_AGO, None)
        )
        world.divisions[name] = county.pk
    for name, key in world.divisions.items():
        office = Office.objects.create(name=name, level="city" if name == "city" else "county", division_id=key)
        world.offices[name] = office.pk


def _firms(world: World) -> None:
    where: dict[str, list[tuple[str | None, date, date | None]]] = {
        "north": [("north", LONG_AGO, None)],
        "south": [("south", LONG_AGO, None)],
        "gone": [("north", LONG_AGO, world.left), ("south", world.left, None)],
        "lost": [("north", LONG_AGO, world.left), (None, world.left, None)],
    }
    for number, (name, moves) in enumerate(where.items()):
        body = f"91330100MA2CFYQ0{number}"
        firm = Firm.objects.create(uscc=body + uscc.calc_check_digit(body), name=f"{name}企业")
        world.firms[name] = firm.pk
        for county, first, end in moves:
            models.FirmMove.objects.create(
                firm=firm, division_id=world.divisions.get(county or ""), during=DateRange(first, end)
            )


def _people(world: World) -> None:
    now = DateRange(LONG_AGO, None)
    for kind in sorted(access.SEATS - {"security_admin"}):
        seat(world, f"seat:{kind}", kind, now)
    seat(world, "south officer", "county_officer", now, office="south")
    seat(world, "south leader", "leader", now, office="south")
    seat(world, "south owner", "firm_owner", now, firm="south")
    seat(world, "former officer", "county_officer", DateRange(LONG_AGO, world.today), office="north")
    seat(world, "coming officer", "county_officer", DateRange(world.today + timedelta(days=1), None), office="north")
    seat(world, "frozen officer", "county_officer", now, office="north", active=False)
    seat(world, "two counties", "county_officer", now, office="north")
    seat(world, "two counties", "county_head", now, office="south")
    seat(world, "official and member", "county_officer", now, office="south")
    seat(world, "official and member", "firm_editor", now, firm="north")
    seat(world, "coach of the bureau", "coach", now, office="north")
    seat(world, "misplaced city officer", "city_officer", now, office="north")
    seat(world, "misplaced county officer", "county_officer", now, office="city")
    world.people["nobody"] = User.objects.create_user("nobody", name="nobody").pk
    for name, consented, first, end in (
        ("coach with consent", world.left, LONG_AGO, None),
        ("coach without consent", None, LONG_AGO, None),
        ("coach of the past", world.left, LONG_AGO, world.today),
        ("coach to come", world.left, world.today + timedelta(days=1), None),
    ):
        seat(world, name, "coach", now)
        appoint(world, name, "south", consented, DateRange(first, end))
    for name, first, end in (
        ("agency with a mandate", LONG_AGO, world.today + MONTH),
        ("agency of the past", LONG_AGO, world.today),
        ("agency to come", world.today + timedelta(days=1), world.today + MONTH),
    ):
        seat(world, name, "agency", now)
        mandate(world, name, "south", DateRange(first, end))
    for part in models.Mandate.PARTS[1:]:
        seat(world, f"agency let into {part}", "agency", now)
        mandate(world, f"agency let into {part}", "south", DateRange(LONG_AGO, world.today + MONTH), part)
    for part in models.Mandate.BANK_PARTS:
        seat(world, f"bank shown {part}", "bank", now)
        mandate(world, f"bank shown {part}", "south", DateRange(LONG_AGO, world.today + MONTH), part, kind="bank")
    seat(world, "bank of the past", "bank", now)
    mandate(world, "bank of the past", "south", DateRange(LONG_AGO, world.today), kind="bank")
    seat(world, "agency with a bank's mandate", "agency", now)
    mandate(world, "agency with a bank's mandate", "south", DateRange(LONG_AGO, world.today + MONTH), kind="bank")
    world.people["agent without a seat"] = User.objects.create_user("agentless", name="agentless").pk
    mandate(world, "agent without a seat", "south", DateRange(LONG_AGO, world.today + MONTH))
    world.people["coach who lost the seat"] = User.objects.create_user("unseated", name="unseated").pk
    appoint(world, "coach who lost the seat", "south", world.left, now)
    seat(world, "seat:security_admin", "security_admin", now)


def _panel_rows(world: World) -> None:
    """An expert sees what of a panel asks them today, and nothing of the firms in it."""
    now = DateRange(LONG_AGO, None)
    with acting(world.person("seat:security_admin")), transaction.atomic():
        for name in EXPERTS:
            seat(world, name, "expert", now)
    keys = {"city officer": world.people["seat:city_officer"], "city head": world.people["seat:city_head"]}
    panel_rows(world.people | keys, [world.firms["north"], world.firms["south"]], world.today)
    with acting(world.person("seat:security_admin")), transaction.atomic():
        Seat.objects.filter(user=world.people[LOST]).update(during=DateRange(LONG_AGO, world.today))


def seat(
    world: World,
    name: str,
    kind: str,
    during: DateRange,
    *,
    office: str = "",
    firm: str = "",
    active: bool = True,
) -> None:
    if name not in world.people:
        user = User.objects.create_user(f"user {len(world.people)}", name=name, is_active=active)
        world.people[name] = user.pk
    place = office or STANDS.get(kind, "")
    Seat.objects.create(
        user_id=world.people[name],
        kind=kind,
        during=during,
        office_id=world.offices.get(place),
        firm_id=world.firms[firm or "north"] if kind in access.FIRM else None,
    )


def appoint(world: World, name: str, firm: str, consented: date | None, during: DateRange) -> None:
    models.Appointment.objects.create(
        firm_id=world.firms[firm], coach_id=world.people[name], consented_on=consented, during=during
    )


def mandate(
    world: World, name: str, firm: str, during: DateRange, *parts: str, kind: str = models.Mandate.AGENCY
) -> None:
    models.Mandate.objects.create(
        firm_id=world.firms[firm],
        agent_id=world.people[name],
        kind=kind,
        parts=list(parts or ["figures"]),
        during=during,
        by_id=world.people["south owner"],
    )


def firm_rows(world: World, firm: int, number: int) -> None:
    """One row of this firm in every firm-owned table that `_firms` has not filled."""
    day, author = world.left, {"by_id": world.people["seat:city_officer"]}
    own: dict[str, Any] = {"firm_id": firm}
    if NAMES[number] in ("gone", "lost"):
        for moment in (datetime.combine(day, time.min), datetime.combine(day, time.min) - timedelta(seconds=1)):
            models.Visit.objects.create(**own, on=day, notes="看过", recorded_at=make_aware(moment), **author)
        own["recorded_at"] = make_aware(datetime.combine(LONG_AGO, time.min))
    models.FormerName.objects.create(**own, name="旧名", until=day)
    models.Contact.objects.create(**own, name="联系人", phone="13900001234")
    models.Appointment.objects.create(
        **own, coach_id=world.people["seat:coach"], during=DateRange(LONG_AGO, LONG_AGO + MONTH)
    )
    _membership_rows(world, own, number, author)
    year = models.FinancialYear.objects.create(**own, year=2025, sales=Decimal(1))
    _entry_rows(own, author)
    _returned_rows(own, author)
    _filed_rows(own, author)
    right = models.IntellectualProperty.objects.create(**own, kind="invention", number=f"ZL{number}")
    document = models.Document.objects.create(**own, purpose="figures", title="审计报告")
    _ledger_rows(own, right, document)
    models.DocumentVersion.objects.create(
        **own,
        document=document,
        number=1,
        name="a.pdf",
        sha256="0" * 64,
        size=1,
        media_type="application/pdf",
        **author,
    )
    models.Evidence.objects.create(**own, document=document, year=year, **author)
    _paper_rows(own, author)
    _case_rows(world, own, number, day, author)


def _membership_rows(world: World, own: dict[str, Any], number: int, author: dict[str, Any]) -> None:
    agency = world.people["seat:agency"]
    models.Mandate.objects.create(
        **own, agent_id=agency, parts=["plan"], during=DateRange(LONG_AGO, LONG_AGO + MONTH), **author
    )
    models.Viewing.objects.create(**own, person_id=agency, part="plan", day=LONG_AGO)
    for part in models.Showing.PARTS:
        models.Showing.objects.create(**own, part=part, day=LONG_AGO, content={})
    soon = make_aware(datetime.combine(world.today + MONTH, time.min))
    models.Invitation.objects.create(
        **own, kind="firm_viewer", phone="13900005678", digest=f"{number:064}", expires_at=soon, **author
    )


def _entry_rows(own: dict[str, Any], author: dict[str, Any]) -> None:
    figure: dict[str, Any] = {"year": 2025, "figure": "sales"}
    models.SourcedFigure.objects.create(**own, **figure, source="annual_audit", amount=Decimal(1), **author)
    models.Explanation.objects.create(**own, **figure, kind="jump", says="新产线投产", **author)
    models.Draft.objects.create(**own, person_id=author["by_id"], page="figures", content={})


def _ledger_rows(own: dict[str, Any], right: Any, document: Any) -> None:
    day, spent = date(2025, 3, 1), {"hte_category": "direct", "tax_category": "direct", "amount": Decimal(1)}
    project = models.RdProject.objects.create(**own, code="RD01", title="项目")
    models.ExpenseLine.objects.create(**own, project=project, day=day, voucher_number="1", summary="料", **spent)
    product = models.HitechProduct.objects.create(**own, code="PS01", title="产品")
    models.ProductIncome.objects.create(**own, product=product, year=2025, amount=Decimal(1))
    models.Tie.objects.create(**own, project=project, right=right)
    conversion = models.Conversion.objects.create(**own, year=2025, result="成果")
    models.ConversionProof.objects.create(**own, conversion=conversion, kind="contract", document=document)
    models.StaffMonth.objects.create(**own, year=2025, month=1, opening=1)
    models.StaffMember.objects.create(**own, year=2025, name="某人", days_worked=183)


def _paper_rows(own: dict[str, Any], author: dict[str, Any]) -> None:
    upload = models.Upload.objects.create(**own, name="b.pdf", size=2, received=1, purpose="licence", **author)
    models.UploadPiece.objects.create(**own, upload=upload, start=0, content=b"%")
    models.Commitment.objects.create(
        **own, slot="licence", year=LONG_AGO.year, says="承诺", signed_as="李青", signed_on=LONG_AGO, **author
    )


def _filed_rows(own: dict[str, Any], author: dict[str, Any]) -> None:
    models.Statement.objects.create(**own, year=2026, topic="property", says="核心技术")
    models.Auditor.objects.create(**own, year=2026, name="某会计师事务所")
    models.Bundle.objects.create(**own, day=LONG_AGO, **author)


def _returned_rows(own: dict[str, Any], author: dict[str, Any]) -> None:
    file: dict[str, Any] = {"name": "企业数据.xlsx", "sha256": "0" * 64, "size": 1, "day": LONG_AGO}
    models.Workbook.objects.create(**own, **author, **file)
    models.AccountBook.objects.create(**own, **author, **file, year=2025, kind="trial_balance", layout="0" * 64)
    models.AccountMapping.objects.create(**own, **author, layout="0" * 64)


def _case_rows(world: World, own: dict[str, Any], number: int, day: date, author: dict[str, Any]) -> None:
    officer = world.people["seat:city_officer"]
    case = models.Case.objects.create(**own, number=f"GP2020-{number:04d}", stage="coaching", opened_on=day)
    later = world.today + MONTH
    open_round, _ = models.Round.objects.get_or_create(
        name="第一批",
        defaults={"year": 2026, "opens_on": day, "county_date": later, "city_date": later, "province_date": later},
    )
    application = models.Application.objects.create(**own, case=case, round=open_round, stage="draft", opened_on=day)
    transition = models.Transition.objects.create(
        **own, case=case, move="case.open_renewal", target="coaching", on=day, **author
    )
    models.Assignment.objects.create(**own, case=case, officer_id=officer, on=day, **author)
    models.Escalation.objects.create(**own, case=case, due_on=day, on=day)
    models.Call.objects.create(**own, case=case, says="答应补正", on=day, **author)
    models.Fault.objects.create(**own, case=case, raised_by=transition, place="firm.field", says="缺")
    models.Flag.objects.create(
        **own, kind="objection", says="异议", raised_by_id=officer, raised_on=day, cleared_on=day
    )
    _desk_rows(world, own, case, transition, author)
    pool_rows(own, case, world.divisions["south"], author["by_id"], day)
    models.Proposal.objects.create(
        **own, case=case, act="case.remove", says="出库", proposed_by_id=officer, proposed_on=day
    )
    diagnosis = models.Diagnosis.objects.create(
        **own,
        book="hte",
        book_version="1",
        day=day,
        facts={},
        assessment={},
        verdict="met",
        unmet=0,
        unknown=0,
        manual=0,
    )
    models.Gap.objects.create(**own, diagnosis=diagnosis, rule="rd_intensity", verdict="unmet", position=0)
    plan = models.Plan.objects.create(**own, case=case, diagnosis=diagnosis, drawn_on=day)
    step = models.Step.objects.create(**own, plan=plan, position=1, rule="rd_intensity", what={}, gap={}, who="firm")
    _step_rows(own, case, transition, step, author)
    visit = models.Visit.objects.create(**own, case=case, on=day, notes="看过", **author)
    round_rows(own, application, visit, world.divisions["north"], officer, day)
    _certificate_rows(own, number, day, case, application, author)
    help_rows(own, number, day, world.offices["city"], world.person("seat:city_officer"))
    models.Notice.objects.create(**own, case=case, to="firm", kind="case.admit", title={}, body={})


def _step_rows(own: dict[str, Any], case: Any, transition: Any, step: Any, author: dict[str, Any]) -> None:
    """What lies in the parts that an agency may be let into."""
    file: dict[str, Any] = {"name": "c.pdf", "sha256": "0" * 64, "size": 1, "media_type": "application/pdf"}
    paper = models.Document.objects.create(**own, purpose="step", title="合同")
    models.DocumentVersion.objects.create(**own, document=paper, number=1, **file, **author)
    models.Evidence.objects.create(**own, document=paper, step=step, **author)
    models.Fault.objects.create(**own, case=case, raised_by=transition, place="figures.2025.sales", says="缺")
    told: dict[str, Any] = {"kind": "coaching.finish_step", "title": {}, "body": {}}
    models.Notice.objects.create(**own, case=case, to=models.Notice.COUNTY, **told)


def _desk_rows(world: World, own: dict[str, Any], case: Any, submission: Any, author: dict[str, Any]) -> None:
    """What the bureau keeps to itself, and one note for the firm."""
    officer = {"person_id": author["by_id"], "case": case}
    models.Note.objects.create(**own, case=case, text="内部", on=world.left, **author)
    models.Note.objects.create(**own, case=case, text="请补", internal=False, on=world.left, **author)
    models.Presence.objects.create(**own, **officer, seen_at=make_aware(datetime.combine(world.left, time.min)))
    models.FaultDraft.objects.create(**own, **officer, act="case.return_from_city")
    models.Acceptance.objects.create(**own, case=case, submission=submission, place="property", on=world.left, **author)


def _certificate_rows(
    own: dict[str, Any], number: int, day: date, case: Any, application: Any, author: dict[str, Any]
) -> None:
    certificate = models.Certificate.objects.create(
        **own,
        number=f"GR202633000{number:03d}",
        issued_on=day,
        valid=DateRange(day, date(day.year + 3, 1, 1)),
        case=case,
        application=application,
    )
    quality_rows(own, number, day, author)
    models.CertificateEvent.objects.create(**own, certificate=certificate, kind="recheck", on=day, **author)
    models.Obligation.objects.create(
        **own, certificate=certificate, kind="annual_report", year=2026, due_on=date(2027, 5, 31), source="第十三条"
    )


def _office_rows(world: World) -> None:
    office_rows(list(world.offices.values()), world.today, world.people["seat:city_officer"])
    for key in world.offices.values():
        models.Phrase.objects.create(
            office_id=key, place="property", text="请补缴费凭证", by_id=world.people["seat:city_officer"]
        )
        registry_row(key, world.people["seat:city_officer"], world.today)
        result_row(key, world.people["seat:city_officer"], world.today)
        roster = models.Import.objects.create(
            office_id=key,
            by_id=world.people["seat:city_officer"],
            name="a.xlsx",
            sha256="0" * 64,
            size=1,
            day=world.today,
        )
        with acting(world.person("nobody")):
            models.Claim.objects.create(
                person_id=world.people["nobody"],
                office_id=key,
                uscc=f"91330100MA2CFYQ0{key:02}",
                firm_name="某企业",
                paper="a.pdf",
                sha256="0" * 64,
                media_type="application/pdf",
                made_on=world.today,
            )
        models.ImportRow.objects.create(
            roster=roster, office_id=key, number=1, sheet="一", line=2, state="new", cells=[]
        )


def _deputy_rows(world: World) -> None:
    """Of every office somebody away, a rule, and a signature given by a head of the office, in their own name."""
    officer, during = world.people["seat:city_officer"], DateRange(world.today + 90 * MONTH, world.today + 91 * MONTH)
    head = {"city": "seat:city_head", "north": "seat:county_head", "south": "two counties"}
    for name, key in world.offices.items():
        giver, to = world.people[head[name]], world.people[_colleague(name)]
        models.Absence.objects.create(office_id=key, user_id=giver, substitute_id=to, during=during, by_id=officer)
        models.RoutingRule.objects.create(office_id=key, position=1)
        with acting(world.person(head[name])), transaction.atomic():
            models.Delegation.objects.create(office_id=key, giver_id=giver, to_id=to, during=during)
    security = world.people["seat:security_admin"]
    with acting(world.person("seat:security_admin")), transaction.atomic():
        models.SeatRequest.objects.create(
            user_id=officer,
            kind="county_head",
            office_id=world.offices["south"],
            begins_on=world.today,
            asked_by_id=security,
            asked_on=world.today,
        )
    models.YearNotice.objects.create(
        year=2030, document="一号文", days=[], proposed_by_id=officer, proposed_on=world.today
    )


def _colleague(office: str) -> str:
    return {"city": "seat:city_officer", "north": "seat:county_officer", "south": "south officer"}[office]


def _book_rows(world: World) -> None:
    """A draft and a trial of every office, and one edition."""
    officer, head = world.people["seat:city_officer"], world.people["seat:city_head"]
    for key in world.offices.values():
        draft = models.BookDraft.objects.create(
            office_id=key, author_id=officer, name="设想", book="pool", base_version="1", saved_on=world.today
        )
        models.PoolPart.objects.create(office_id=key, day=world.today, span=0, versions="", figures=b"")
        trial = models.Trial.objects.create(office_id=key, by_id=officer, before={}, after={})
        models.TrialSheet.objects.create(office_id=key, by_id=officer, trial=trial, language="zh-hans")
        _list_rows(key, officer, world.today)
    for name, place, shared in (("seat:city_officer", "city", False), ("seat:county_officer", "north", True)):
        with acting(world.person(name)):
            own = {"person_id": world.people[name], "listing": "queue"}
            models.SavedView.objects.create(**own, office_id=world.offices[place], name="视图", shared=shared)
    with acting(world.person("seat:city_head")):
        models.BookEdition.objects.create(
            draft=draft,
            number=1,
            effective_from=world.today + 100 * MONTH,
            changes={},
            instrument="一号文",
            article="1",
            book_version="1",
            proposed_by_id=officer,
            published_by_id=head,
            published_on=world.today,
        )


def _list_rows(office: int, officer: int, today: date) -> None:
    """What an office keeps of its lists: a tag, an export, an act on many cases."""
    own: dict[str, Any] = {"office_id": office}
    case = models.Case.objects.earliest("pk")
    tag = models.Tag.objects.create(**own, name="重点")
    models.Tagging.objects.create(**own, tag=tag, case=case, by_id=officer)
    kept = {"by_id": officer, "language": "zh-hans", "day": today}
    models.Export.objects.create(**own, **kept, listing="queue", asked={}, columns=["firm"], form="csv")
    bulk = models.Bulk.objects.create(**own, **kept, kind="invite")
    models.BulkRow.objects.create(**own, bulk=bulk, case=case, version=1)


@contextmanager
def as_role(role: str) -> Iterator[psycopg.Connection]:
    """A transaction as a role of the server on the database the tests work on; nothing of it stays."""
    with services.server().connect(role, services.current_database()) as raw:
        raw.autocommit = False
        try:
            yield raw
        finally:
            raw.rollback()


def declare(raw: psycopg.Connection, scope: object) -> None:
    raw.execute("select set_config('app.scope', %s, true)", [str(scope)])


@contextmanager
def without_policies() -> Iterator[None]:
    """Django's own connection works as the superuser, whom no policy binds."""
    name = services.current_database()
    passwords = services.server().postgres.passwords()
    connection.close()
    connection.settings_dict.update({"USER": "postgres", "PASSWORD": passwords.get("postgres", "")})
    try:
        yield
    finally:
        services.point_django_at(name)
