"""A city with one of everything, which every address can be tried on."""

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from psycopg.types.range import DateRange

from config.postgres.scope import acting
from pipeline.access import INTAKE
from pipeline.acts import (
    accounts,
    application,
    book,
    bulk,
    bundle,
    claim,
    difficulty,
    event,
    evidence,
    expert,
    export,
    people,
    roster,
    round,
    saved_view,
    trial,
    trial_sheet,
    workbook,
)
from pipeline.models import (
    Adjustment,
    Appointment,
    Case,
    Certificate,
    Claim,
    DocumentVersion,
    FinancialYear,
    Hit,
    Import,
    Mandate,
    Objection,
    Obligation,
    ProvinceList,
    Result,
    ResultList,
    SmeRegistration,
    Step,
    Upload,
    User,
)
from pipeline.models.case_list import Asked
from tests.cast import QINGHE, SINCE, Cast, Story, the
from tests.outside.workbooks import CODE, HEAD, xlsx
from tests.panels import entered, members, opened, pool, said
from tests.walls.own_books import own_books
from tests.walls.pool_rows import pool_rows

OWN = {
    "city_officer": "chen", "city_head": "zhou", "county_officer": "wang", "county_head": "zhao", "leader": "gu",
    "coach": "zhang", "agency": "agent", "bank": "lender", "expert": "expert", "system_admin": "feng",
    "security_admin": "song", "audit_admin": "tang", "firm_owner": "li",
    "firm_finance": "bai", "firm_rd": "own rd", "firm_editor": "own editor",
    "firm_viewer": "own viewer",
}  # fmt: skip
# The same seats elsewhere: for them Qinghe and all that is its own is foreign.
FOREIGN = {
    "county_officer": "sun", "county_head": "foreign head", "leader": "foreign leader", "coach": "foreign coach",
    "firm_owner": "he", "firm_finance": "foreign finance", "firm_rd": "foreign rd", "firm_editor": "foreign editor",
    "firm_viewer": "foreign viewer", "agency": "foreign agent", "bank": "foreign bank",
}  # fmt: skip
MISSING = {
    "uscc": "91330106MA2CGLR470", "number": "GP2020-9999", "certificate": "GR202033999999",
    "uuid": UUID("00000000-0000-4000-8000-000000000000"), "project": "RD99", "product": "PS99", "row": 999_999_999,
}  # fmt: skip


@dataclass
class Home:
    """Qinghe in certification, with one of everything, as its people and those of its county own it."""

    cast: Cast
    number: str = ""
    roster: UUID = MISSING["uuid"]  # type: ignore[assignment]
    paper: UUID = MISSING["uuid"]  # type: ignore[assignment]
    trial: UUID = MISSING["uuid"]  # type: ignore[assignment]
    scheme: UUID = MISSING["uuid"]  # type: ignore[assignment]
    bulk: UUID = MISSING["uuid"]  # type: ignore[assignment]
    export: UUID = MISSING["uuid"]  # type: ignore[assignment]
    view: UUID = MISSING["uuid"]  # type: ignore[assignment]
    claim: UUID = MISSING["uuid"]  # type: ignore[assignment]
    event: UUID = MISSING["uuid"]  # type: ignore[assignment]
    panel: UUID = MISSING["uuid"]  # type: ignore[assignment]
    task: UUID = MISSING["uuid"]  # type: ignore[assignment]
    workbook: UUID = MISSING["uuid"]  # type: ignore[assignment]
    accounts: UUID = MISSING["uuid"]  # type: ignore[assignment]
    hit: UUID = MISSING["uuid"]  # type: ignore[assignment]
    objection: UUID = MISSING["uuid"]  # type: ignore[assignment]
    result_list: UUID = MISSING["uuid"]  # type: ignore[assignment]
    round: int = 0
    adjustment: UUID = MISSING["uuid"]  # type: ignore[assignment]
    difficulty: UUID = MISSING["uuid"]  # type: ignore[assignment]
    upload: UUID = MISSING["uuid"]  # type: ignore[assignment]
    bundle: UUID = MISSING["uuid"]  # type: ignore[assignment]
    certificate: str = "GR202333000001"
    day: date = date(2026, 11, 2)
    own: dict[str, int] = field(default_factory=dict)  # rows of its ledger and lists
    people: dict[str, User] = field(default_factory=dict)


def furnished(home: Home, folder: Path) -> Home:
    story = Story(home.cast).to("coaching")
    home.number, home.day = story.number, story.day
    _more_people(home)
    cast, li = home.cast, home.cast.li
    with acting(cast.chen):
        dates = dict.fromkeys(("opens_on", "county_date", "city_date", "province_date"), home.day)
        opened = round.open(name="第一批", by=cast.chen, **dates)
        ProvinceList.objects.create(round=opened, number=1, drawn_by=cast.zhou, drawn_on=home.day)
        home.round = opened.pk
    with acting(li), transaction.atomic():
        application.open(the(cast.qinghe), opened, by=li, on=home.day)
        year = FinancialYear.objects.get(firm__uscc=QINGHE, year=2025)
        content = b"%PDF-1.4\n" + b"0" * 64
        evidence.receive(
            cast.qinghe, BytesIO(content), name="审计.pdf", size=len(content), purpose="figures", by=li, year=year
        )
        home.upload = Upload.objects.create(
            firm=cast.qinghe, name="许可证.pdf", size=9, received=0, purpose="licence", by=li
        ).pk
    home.roster = _roster(home, folder)
    _books(home, folder)
    with acting(li), transaction.atomic():
        home.own = own_books(cast.qinghe, by=li, on=home.day)
        asked = bundle.ask(cast.qinghe, by=li, on=home.day)
        bundle.make(asked.pk, by=li)
        home.bundle = asked.public_id
    home.trial, home.scheme = _supposed(home)
    home.bulk, home.export, home.view = _listed(home)
    with acting(li):
        home.difficulty = difficulty.ask(cast.qinghe, kind="policy", says="问", by=li, on=home.day).public_id
    home.claim = _claimed(home)
    home.event = _trained(home)
    home.panel, home.task = _judged(home)
    with acting(INTAKE), transaction.atomic():
        DocumentVersion.objects.update(state="clean")
        home.paper = DocumentVersion.objects.get().document_id
        _certificate(home)
        home.hit = _odd(home)
        home.objection, home.adjustment = _pooled(home)
        home.result_list = _agency_list(home)
        assert Step.objects.filter(firm=cast.qinghe, position=1).exists()
    return home


def _pooled(home: Home) -> tuple[UUID, UUID]:
    """An objection to Qinghe, and the list of the year with Qinghe on it."""
    kept, chen = Case.objects.get(number=home.number), home.cast.chen
    pool_rows({"firm": kept.firm}, kept, home.cast.divisions["xihu"].pk, chen.pk, home.day)
    SmeRegistration.objects.create(
        firm=kept.firm, year=2026, route="points", state="handed_in", handed_in_on=home.day, by=chen
    )
    return Objection.objects.get().public_id, Adjustment.objects.get().public_id


def _judged(home: Home) -> tuple[UUID, UUID]:
    """A panel that judges Qinghe, and the task of the expert in it who came in."""
    cast = home.cast
    pool(cast, but=1)
    with acting(cast.expert), transaction.atomic():
        expert.keep(cast.expert, said(), by=cast.expert, on=home.day, version=0)
    opened_panel = opened(cast, technical=5)
    task = next(each for each in members(cast, opened_panel) if each.user_id == cast.expert.pk)
    entered(task)
    return opened_panel.public_id, task.public_id


def _more_people(home: Home) -> None:
    cast, song = home.cast, home.cast.song
    with acting(INTAKE), transaction.atomic():
        qinghe, yunling = cast.qinghe, cast.yunling
    where: dict[str, dict[str, Any]] = {
        "own rd": {"firm": qinghe}, "own editor": {"firm": qinghe}, "own viewer": {"firm": qinghe},
        "foreign finance": {"firm": yunling}, "foreign rd": {"firm": yunling}, "foreign editor": {"firm": yunling},
        "foreign viewer": {"firm": yunling}, "foreign head": {"office": cast.offices["xihu"]},
        "foreign leader": {"office": cast.offices["xihu"]}, "foreign coach": {}, "foreign agent": {},
        "foreign bank": {},
    }  # fmt: skip
    kinds = {name: kind for seats in (OWN, FOREIGN) for kind, name in seats.items()}
    with acting(song):
        for name, place in where.items():
            cast.people[name] = User.objects.create_user(name, name=name)
            people.grant_seat(cast.people[name], kinds[name], by=song, on=SINCE, **place)
    with acting(INTAKE), transaction.atomic():
        for firm, coach in ((qinghe, "zhang"), (yunling, "foreign coach")):
            Appointment.objects.create(
                firm=firm, coach=cast.people[coach], during=DateRange(SINCE, None), consented_on=SINCE
            )
        agency, bank = (Mandate.AGENCY, Mandate.PARTS), (Mandate.BANK, Mandate.BANK_PARTS)
        for firm, agent, owner, (kind, parts) in (
            (qinghe, "agent", "li", agency),
            (yunling, "foreign agent", "he", agency),
            (qinghe, "lender", "li", bank),
            (yunling, "foreign bank", "he", bank),
        ):
            Mandate.objects.create(
                firm=firm,
                agent=cast.people[agent],
                kind=kind,
                parts=list(parts),
                during=DateRange(SINCE, date(2027, 12, 31)),
                by=cast.people[owner],
            )


def _roster(home: Home, folder: Path) -> UUID:
    """A roster of Lin'an that was read and waits to be confirmed."""
    wang = home.cast.wang
    content = xlsx(folder / "名册.xlsx", [HEAD, [CODE, "临安新苗有限公司", "临安区"]]).read_bytes()
    with acting(wang):
        received = roster.receive(BytesIO(content), name="名册.xlsx", by=wang, on=home.day)
        roster.read(received.pk, by=wang, on=home.day)
        return Import.objects.get(pk=received.pk).public_id


def _books(home: Home, folder: Path) -> None:
    """A workbook that came back as it went out, and a trial balance."""
    li = home.cast.li
    with acting(li), transaction.atomic():
        firm = home.cast.qinghe
        content = BytesIO(workbook.given_out(firm, [2023, 2024, 2025], on=home.day))
        home.workbook = workbook.receive(firm, content, name="数据.xlsx", by=li, on=home.day).public_id
        lines = [["科目名称", "本期借方", "本期贷方"], ["主营业务收入", 1, 1]]
        books = BytesIO(xlsx(folder / "科目余额表.xlsx", lines).read_bytes())
        kept = accounts.receive(firm, books, year=2025, name="科目余额表.xlsx", by=li, on=home.day)
        home.accounts = kept.public_id


def _supposed(home: Home) -> tuple[UUID, UUID]:
    """What Lin'an tried, with its sheet, and keeps as a scheme."""
    wang, changes = home.cast.wang, {"entry_score": "55"}
    with acting(wang), transaction.atomic():
        scheme = book.save(name="设想", book="pool", changes=changes, by=wang, on=home.day)
        asked = trial.ask(before=trial.side("pool", home.day), after=trial.side("pool", home.day, changes), by=wang)
        trial.run(asked.pk, by=wang)
        asked.refresh_from_db()
        trial_sheet.write(trial_sheet.ask(asked, rule="", language="zh-hans", by=wang).pk, by=wang)
    return asked.public_id, scheme.public_id


def _listed(home: Home) -> tuple[UUID, UUID, UUID]:
    """What Lin'an rehearsed, took out as a file and keeps as a view of the office."""
    wang = home.cast.wang
    kept: dict[str, Any] = {"language": "zh-hans", "by": wang, "on": home.day}
    columns: dict[str, Any] = {"columns": ["number"], "form": "csv", "says": ""}
    with acting(wang), transaction.atomic():
        own = Case.objects.filter(number=home.number)
        rehearsed = bulk.ask(own, kind="tag", said={"name": "重点"}, query="", **kept)
        bulk.work(rehearsed.pk, by=wang)
        asked = export.ask(listing="queue", asked=Asked("all"), **columns, **kept)
        export.write(asked.pk, by=wang)
        view = saved_view.keep(listing="queue", name="全部", query="view=all", shared=True, by=wang)
    return rehearsed.public_id, asked.public_id, view.public_id


def _trained(home: Home) -> UUID:
    """A training of Lin'an to which Qinghe is invited."""
    wang, soon = home.cast.wang, home.day + timedelta(days=30)
    said: dict[str, Any] = {"title": "归集实务", "says": "", "on": soon, "begins": time(14), "place": "302"}
    with acting(wang), transaction.atomic():
        planned = event.plan({**said, "seats": 30, "answer_by": soon}, by=wang, on=home.day)
        event.invite(the(home.cast.qinghe), planned, by=wang, on=home.day)
    return planned.public_id


def _claimed(home: Home) -> UUID:
    """Somebody says to act for a firm of Lin'an; the paper was found clean."""
    newcomer = User.objects.create_user("newcomer", name="新人", phone="13900000001")
    content, office = b"%PDF-1.4\n", home.cast.offices["linan"]
    with acting(newcomer), transaction.atomic():
        file: dict[str, Any] = {"content": BytesIO(content), "file_name": "a.pdf", "size": len(content)}
        made = claim.make(office, uscc=CODE, name="新苗", **file, by=newcomer, on=home.day)
    with acting(INTAKE), transaction.atomic():
        Claim.objects.update(paper_state=Claim.CLEAN)
    return made.public_id


def _odd(home: Home) -> UUID:
    """A figure of Qinghe that looks off by a unit."""
    facts = {"figure": "sales", "year": 2025, "beside": "2024", "values": ["1", "10000"], "factor": 10_000}
    odd: dict[str, Any] = {"kind": "off_by_unit", "about": "2025.sales.2024", "sides": "0", "found_on": home.day}
    return Hit.objects.create(firm=home.cast.qinghe, facts=facts, **odd).public_id


def _agency_list(home: Home) -> UUID:
    """A list of the county's, which the city sees too, with a line nobody knows."""
    day, office = home.day, home.cast.offices["linan"]
    told: dict[str, Any] = {"kind": "certified", "day": day, "digest": "0" * 64, "taken_on": day, "by": home.cast.chen}
    listed = ResultList.objects.create(office=office, **told)
    line: dict[str, Any] = {"position": 1, "sheet": "公告", "line": 2, "name": "某企业", "state": "elsewhere"}
    Result.objects.create(result_list=listed, office=office, **line)
    return listed.public_id


def _certificate(home: Home) -> None:
    issued, own = date(2023, 12, 1), {"firm": home.cast.qinghe}
    valid = DateRange(issued, date(2026, 12, 1))
    held = Certificate.objects.create(**own, number=home.certificate, issued_on=issued, valid=valid)
    Obligation.objects.create(
        **own,
        certificate=held,
        kind="annual_report",
        year=2026,
        due_on=date(2027, 5, 31),
        source="第十三条",
    )


# How a route names one that is there; and, for what alone decides whether the thing exists, one that is not.
