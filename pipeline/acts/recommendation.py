"""What a recommendation rests on, and how it goes to the province: the county's check, the numbered list, its file."""

from collections.abc import Iterator, Mapping
from datetime import date
from io import BytesIO
from typing import Any, BinaryIO

from django.db import IntegrityError, transaction
from django.db.models import Max, OuterRef, Subquery
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.access import Actor
from pipeline.acts import progress
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import Application, Case, CountyCheck, Listed, MoveRefused, ProvinceList, Round, Transition, Visit
from pipeline.models.recommendation import AGREES, CHECKED, FINDINGS
from pipeline.models.round import ApplicationQuerySet
from pipeline.outside import storage
from pipeline.outside.sheet_writer import Form, Heading, Page, written
from pipeline.rules.codes.fields import carried_fields

# The columns of the list as the province reads them: key -> heading, width. It is a Chinese paper in any language.
COLUMNS: Mapping[str, tuple[str, int]] = {
    "position": ("序号", 6),
    "name": ("企业名称", 36),
    "uscc": ("统一社会信用代码", 22),
    "county": ("所属县（市、区）", 16),
    "field": ("技术领域", 28),
    "kind": ("申报类型", 12),
    "visited": ("现场核查日期", 14),
    "county_says": ("县（市、区）意见", 36),
    "recommended": ("市级推荐日期", 14),
    "case": ("市级办件编号", 16),
}
FORMS: Mapping[str, Form] = {"position": "number"}
KINDS = {Case.POOL: "首次认定", Case.DIRECT: "首次认定", Case.RENEWAL: "重新认定"}
OPINIONS = {"for": "同意推荐", "against": "不同意推荐"}


@transaction.atomic
def check(
    applications: ApplicationQuerySet,
    *,
    visit: Visit,
    findings: Mapping[str, Mapping[str, str]],
    says: str,
    by: Actor,
    on: date,
) -> CountyCheck:
    """Keep what the county found: at which site visit, of each thing looked at (`findings` is {thing: {is, says}})
    whether it agrees with the dossier, and the conclusion.
    """
    access.require(by, "application.check", applications)
    application = applications.get()
    progress.must_stand(applications, "application.check", ["county_review", "county_returned"])
    unmet = [*_visit_wanting(application, visit, on), *_findings_wanting(findings)]
    if not says.strip():
        unmet.append(Missing("says", _("Say what the county concludes.")))
    if unmet:
        raise ConditionUnmet(unmet)
    return CountyCheck.objects.create(
        firm_id=application.firm_id,
        application=application,
        visit=visit,
        findings={name: {"is": each["is"], "says": each["says"].strip()} for name, each in findings.items()},
        says=says.strip(),
        by_id=by.pk,
        on=on,
    )


@transaction.atomic
def draw(round: Round, *, by: Actor, on: date) -> ProvinceList:
    """Put the firms of a round that are recommended and stand on no list yet on its next one, in the order of their
    counties and names.
    """
    access.require(by, "province_list.draw")
    lines = list(_to_list(round))
    demand(bool(lines), "", _("No firm of this round is recommended and waits for a list."))
    last = ProvinceList.objects.filter(round=round).aggregate(last=Max("number"))["last"] or 0
    try:
        with transaction.atomic():
            drawn = ProvinceList.objects.create(
                round=round, number=last + 1, drawn_by_id=by.pk, drawn_on=on, firms=len(lines)
            )
    except IntegrityError:
        raise ConditionUnmet([Missing("", _("A list of this round waits to be sent: send it or drop it."))]) from None
    Listed.objects.bulk_create(
        Listed(firm_id=each.firm_id, application=each, list=drawn, position=position, says=_line(each))
        for position, each in enumerate(lines, start=1)
    )
    return drawn


@transaction.atomic
def drop(drawn: ProvinceList, *, by: Actor, on: date) -> None:
    """Give up a list that was not sent; its firms wait for the next one."""
    access.require(by, "province_list.drop")
    held = _held(drawn)
    Listed.objects.filter(list=held).delete()
    ProvinceList.objects.filter(pk=held.pk).update(dropped_on=on)


@transaction.atomic
def send(drawn: ProvinceList, *, document: str, by: Actor, on: date) -> ProvinceList:
    """Send a list that somebody else drew up: its file is written and kept with its hash, and neither changes any more.

    Refused, with who, where a firm on it is not recommended any more.
    """
    access.require(by, "province_list.send")
    held = _held(drawn)
    demand(held.drawn_by_id != by.pk, "", _("Nobody sends the list they drew up: another person must do it."))
    lines = list(Listed.objects.filter(list=held).select_related("application", "firm").order_by("position"))
    astray = [each.firm.name for each in lines if each.application.stage != "recommended"]
    demand(not astray, "", _("No longer recommended: %(firms)s. Drop the list and draw it anew.") % {
        "firms": ", ".join(astray[:5])
    })  # fmt: skip
    kept = storage.keep(BytesIO(_workbook(held, lines, document.strip(), on)))
    ProvinceList.objects.filter(pk=held.pk).update(
        sent_by_id=by.pk, sent_on=on, document=document.strip(), firms=len(lines), sha256=kept
    )
    return ProvinceList.objects.get(pk=held.pk)


def content(sent: ProvinceList) -> BinaryIO:
    """The file as it went out."""
    return storage.fetch(sent.sha256)


def _visit_wanting(application: Application, visit: Visit, on: date) -> Iterator[Missing]:
    theirs = visit.firm_id == application.firm_id and visit.way == "visit"
    if not theirs or not application.opened_on <= visit.on <= on:
        says = _("Choose a visit on the spot since the dossier was begun; a call does not count.")
        yield Missing("visit", says)


def _findings_wanting(findings: Mapping[str, Mapping[str, str]]) -> Iterator[Missing]:
    """Everything on the list is answered; what does not agree, or was not seen, with words."""
    for name in CHECKED:
        found = findings.get(name, {})
        if found.get("is") not in FINDINGS:
            yield Missing(name, _("Say whether this agrees with the dossier."))
        elif found["is"] != AGREES and not found.get("says", "").strip():
            yield Missing(f"{name}_says", _("Say what differs, or why it was not seen."))


def _held(drawn: ProvinceList) -> ProvinceList:
    """The list, for this transaction alone. Raises MoveRefused where it was sent or dropped."""
    held = ProvinceList.objects.select_for_update().filter(pk=drawn.pk, sent_on=None, dropped_on=None).first()
    if held is None:
        raise MoveRefused("province_list.send", {str(drawn): ("", 0)})
    return held


def _to_list(round: Round) -> Any:
    """Recommended applications that stand on no list, each with what a line says of it."""
    moves = Transition.objects.filter(application=OuterRef("pk")).order_by("-pk")
    forwarded, recommended = moves.filter(move="application.forward"), moves.filter(move="application.recommend")
    checks = CountyCheck.objects.filter(application=OuterRef("pk")).order_by("-pk")
    waiting = Application.objects.filter(round=round, stage="recommended", listed=None)
    return (
        waiting.select_related("firm", "case")
        .defer("firm__search")
        .with_county()
        .annotate(
            opinion=Subquery(forwarded.values("opinion")[:1]),
            says=Subquery(checks.values("says")[:1]),
            visited=Subquery(checks.values("visit__on")[:1]),
            recommended_on=Subquery(recommended.values("on")[:1]),
        )
        .order_by("county__code", "firm__pinyin", "pk")
    )


def _line(application: Any) -> dict[str, str]:
    firm = application.firm
    opinion = OPINIONS.get(application.opinion or "", "")
    return {
        "name": firm.name,
        "uscc": firm.uscc,
        "county": application.county_name or "",
        "field": carried_fields().get(firm.field, firm.field),
        "kind": KINDS[application.case.kind],
        "visited": f"{application.visited or ''}",
        "county_says": "：".join(part for part in (opinion, application.says or "") if part),
        "recommended": f"{application.recommended_on or ''}",
        "case": application.case.number,
    }


def _workbook(held: ProvinceList, lines: list[Listed], document: str, on: date) -> bytes:
    above = [
        f"{held.round.name}高新技术企业推荐名单（第 {held.number} 号）",
        f"报送日期：{on.isoformat()}　企业 {len(lines)} 家" + (f"　文号：{document}" if document else ""),
    ]
    head = [Heading(text, width, FORMS.get(name, "text")) for name, (text, width) in COLUMNS.items()]
    rows = [[each.position, *(each.says[name] for name in COLUMNS if name != "position")] for each in lines]
    return written([Page("推荐名单", head, rows, above)])
