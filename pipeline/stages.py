"""The tables of moves: which stage follows which, by which act, and what each face reads.

Plain data. `Case.objects.move()` and `Application.objects.move()` are the only writers of a stage; the database
refuses the rest with a trigger generated from these tables (`register.py`).
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Face = Literal["staff", "firm"]
Language = Literal["zh", "en"]
Turn = Literal["county", "city", "firm", "coach", "agency", "nobody"]
Clock = Literal["runs", "paused", "none"]


@dataclass(frozen=True)
class Stage:
    """One stage. `term` names the value of the pool book that gives its working days; `dots` says how many of the
    four marks (county, city, coaching, certification) are reached and whether the last one is hollow, sent back."""

    zh: str
    en: str
    firm_zh: str
    firm_en: str
    turn: Turn
    dots: tuple[int, bool]
    clock: Clock = "none"
    term: str = ""

    def label(self, language: Language, face: Face = "staff") -> str:
        labels = {"staff": {"zh": self.zh, "en": self.en}, "firm": {"zh": self.firm_zh, "en": self.firm_en}}
        return labels[face][language]


@dataclass(frozen=True)
class Move:
    """`from_` holds the stages left, None among them where the move opens the row; `to` the stages it may lead to."""

    from_: frozenset[str | None]
    to: frozenset[str]
    zh: str
    en: str
    reasons: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Due:
    """What the clock of a case says on a day; `workdays` counts down, below 0 when over.

    A public notice is a wait, not a term to be kept: until its last day is past it is never soon.
    """

    kind: Literal["over", "today", "soon", "calm", "notice", "paused", "none"]
    day: date | None = None
    workdays: int | None = None
    provisional: bool = False


CASE_STAGES = {
    "lead": Stage("线索", "Lead", "", "", "county", (0, False)),
    "draft": Stage("企业填报", "Being filled in", "入库申请填写中", "Application being filled in", "firm", (0, False)),
    "county_review": Stage(
        "县区初审",
        "County review",
        "县区审核中",
        "With the county",
        "county",
        (1, False),
        "runs",
        "county_review_workdays",
    ),
    "county_returned": Stage(
        "县区退回补正",
        "Returned by county",
        "请补正材料",
        "Please correct",
        "firm",
        (1, True),
        "paused",
        "firm_correction_workdays",
    ),
    "city_review": Stage(
        "市级审核", "City review", "市级审核中", "With the city", "city", (2, False), "runs", "city_review_workdays"
    ),
    "city_returned": Stage(
        "市级退回补正",
        "Returned by city",
        "请补正材料",
        "Please correct",
        "firm",
        (2, True),
        "paused",
        "firm_correction_workdays",
    ),
    "publicity": Stage(
        "入库公示", "Publicity", "公示中", "On public notice", "city", (2, False), "runs", "publicity_workdays"
    ),
    "coaching": Stage("在库培育", "In the pool", "培育辅导中", "Being coached", "firm", (3, False)),
    "ready": Stage("达标待报", "Ready to apply", "已具备申报条件", "Ready to apply", "firm", (3, False)),
    "in_certification": Stage("申报认定", "In certification", "申报认定中", "In certification", "agency", (4, False)),
    "closed": Stage("已结案", "Closed", "已结案", "Closed", "nobody", (4, False)),
}

APPLICATION_STAGES = {
    "draft": Stage(
        "编制申报材料", "Dossier in preparation", "申报材料准备中", "Preparing the dossier", "firm", (3, False)
    ),
    "county_review": Stage(
        "县区审查核查",
        "County check",
        "县区审查中",
        "With the county",
        "county",
        (4, False),
        "runs",
        "county_review_workdays",
    ),
    "county_returned": Stage(
        "县区退回",
        "Returned by county",
        "请补正材料",
        "Please correct",
        "firm",
        (4, True),
        "paused",
        "dossier_correction_workdays",
    ),
    "city_review": Stage(
        "市级复核", "City check", "市级审查中", "With the city", "city", (4, False), "runs", "city_review_workdays"
    ),
    "city_returned": Stage(
        "市级退回",
        "Returned by city",
        "请补正材料",
        "Please correct",
        "firm",
        (4, True),
        "paused",
        "dossier_correction_workdays",
    ),
    "recommended": Stage(
        "已推荐上报", "Recommended", "已推荐至认定机构", "Recommended to the agency", "agency", (4, False)
    ),
    "supplement": Stage(
        "认定机构要求补充", "Agency asks for more", "请补充材料", "Please supplement", "firm", (4, True)
    ),
    "expert_review": Stage("专家评审", "Expert review", "专家评审中", "With the experts", "agency", (4, False)),
    "agency_decision": Stage("审查认定", "Agency decision", "认定机构审查中", "With the agency", "agency", (4, False)),
    "publicity": Stage("认定公示", "On public notice", "公示中", "On public notice", "agency", (4, False)),
    "announced": Stage("已公告", "Announced", "已公告，待发证", "Announced, certificate to follow", "city", (4, False)),
    "certified": Stage("已认定", "Certified", "已认定", "Certified", "nobody", (4, False)),
    "refused": Stage("未通过", "Refused", "未通过", "Not passed", "nobody", (4, True)),
    "not_recommended": Stage("未推荐", "Not recommended", "未推荐", "Not recommended", "nobody", (4, True)),
    "withdrawn": Stage("已撤回", "Withdrawn", "已撤回", "Withdrawn", "nobody", (4, True)),
}

# reason of closing -> (Chinese, English)
CLOSED = {
    "certified": ("已认定", "certified"),
    "failed_review": ("审核未通过", "not admitted"),
    "withdrawn": ("企业撤回", "withdrawn by the firm"),
    "not_interested": ("无意向", "not interested"),
    "no_correction": ("逾期未补正", "not corrected in time"),
    "expired": ("培育期满", "term over"),
    "inactive": ("长期未活动", "inactive"),
    "became_ineligible": ("不再符合条件", "no longer eligible"),
    "cancelled_fraud": ("弄虚作假取消", "cancelled for fraud"),
    "dissolved": ("企业注销", "dissolved"),
    "moved_out": ("迁出本市", "moved out of the city"),
}

OPEN = frozenset(CASE_STAGES) - {"closed"}
IN_REVIEW = frozenset({"county_review", "county_returned", "city_review", "city_returned"})
BEFORE_RECOMMENDED = frozenset({"draft", "county_review", "county_returned", "city_review", "city_returned"})
ENDED = ["certified", "refused", "not_recommended", "withdrawn"]
WITH_AGENCY = frozenset({"recommended", "supplement", "expert_review", "agency_decision", "publicity"})
RESULTS = frozenset({"refused", "withdrawn"})


def _move(
    from_: frozenset[str] | str, to: frozenset[str] | str, zh: str, en: str, *, opens: bool = False, reasons: str = ""
) -> Move:
    sources: frozenset[str | None] = frozenset(from_.split()) if isinstance(from_, str) else frozenset(from_)
    targets = frozenset(to.split()) if isinstance(to, str) else to
    return Move(sources | {None} if opens else sources, targets, zh, en, frozenset(reasons.split()))


CASE_MOVES = {
    "case.open_lead": _move("", "lead", "登记线索", "Register lead", opens=True),
    "case.invite": _move("lead", "draft", "邀请填报", "Invite"),
    "case.begin": _move("lead", "draft", "开始填报", "Begin application", opens=True),
    "case.open_renewal": _move("", "coaching", "开始复审培育", "Open renewal", opens=True),
    "case.submit": _move("draft", "county_review", "提交申请", "Submit"),
    "case.return_from_county": _move("county_review", "county_returned", "退回补正", "Return for correction"),
    "case.resubmit_to_county": _move("county_returned", "county_review", "补正后提交", "Resubmit"),
    "case.forward": _move("county_review", "city_review", "转报市级", "Forward to the city"),
    "case.send_back": _move("city_review", "county_review", "退回县区", "Send back to the county"),
    "case.return_from_city": _move("city_review", "city_returned", "退回补正", "Return for correction"),
    "case.resubmit_to_city": _move("city_returned", "city_review", "补正后提交", "Resubmit"),
    "case.change_county": _move(IN_REVIEW, "county_review", "变更县区", "Change county"),
    "case.publish": _move("city_review", "publicity", "公示", "Put on public notice"),
    "case.refuse": _move("city_review publicity", "closed", "不予入库", "Refuse", reasons="failed_review"),
    "case.reconsider": _move("publicity", "city_review", "重新审核", "Reconsider"),
    "case.admit": _move("publicity", "coaching", "入库", "Admit"),
    "case.mark_ready": _move("coaching", "ready", "标记达标", "Mark ready"),
    "case.unready": _move("ready", "coaching", "退回培育", "Back to coaching"),
    "application.open": _move("coaching ready", "in_certification", "开始申报", "Apply", opens=True),
    "application.end": _move("in_certification", "coaching", "申报结束，继续培育", "Back to coaching"),
    "certificate.issue": _move(OPEN, "closed", "登记证书", "Record certificate", reasons="certified"),
    "case.withdraw": _move(OPEN - {"lead", "in_certification"}, "closed", "撤回", "Withdraw", reasons="withdrawn"),
    "case.drop_lead": _move("lead", "closed", "放弃线索", "Drop lead", reasons="not_interested"),
    "case.lapse": _move(
        "draft county_returned city_returned", "closed", "逾期结案", "Close as lapsed", reasons="no_correction"
    ),
    "case.remove": _move(
        "coaching ready", "closed", "出库", "Remove", reasons="expired inactive became_ineligible cancelled_fraud"
    ),
    "case.record_departure": _move(OPEN, "closed", "登记迁出或注销", "Record departure", reasons="dissolved moved_out"),
}

APPLICATION_MOVES = {
    "application.open": _move("", "draft", "开始申报", "Apply", opens=True),
    "application.submit": _move("draft", "county_review", "提交申报材料", "Submit dossier"),
    "application.return_from_county": _move("county_review", "county_returned", "退回补正", "Return for correction"),
    "application.resubmit_to_county": _move("county_returned", "county_review", "补正后提交", "Resubmit"),
    "application.forward": _move("county_review", "city_review", "转报市级", "Forward to the city"),
    "application.return_from_city": _move("city_review", "city_returned", "退回补正", "Return for correction"),
    "application.send_back": _move("city_review", "county_review", "退回县区", "Send back to the county"),
    "application.resubmit_to_city": _move("city_returned", "city_review", "补正后提交", "Resubmit"),
    "application.recommend": _move("city_review", "recommended", "推荐上报", "Recommend"),
    "application.not_recommend": _move("city_review", "not_recommended", "不予推荐", "Do not recommend"),
    "application.change_county": _move(
        "county_review county_returned city_review city_returned", "county_review", "变更县区", "Change county"
    ),
    "application.record": _move(
        WITH_AGENCY,
        (WITH_AGENCY - {"recommended"}) | {"announced"} | RESULTS,
        "登记认定机构结果",
        "Record the agency's step",
    ),
    "application.supply": _move("supplement", "recommended", "补充材料", "Supply"),
    "application.withdraw": _move(BEFORE_RECOMMENDED, "withdrawn", "撤回申报", "Withdraw"),
    "application.lapse": _move("draft county_returned city_returned", "withdrawn", "逾期撤回", "Close as lapsed"),
    "case.record_departure": _move(
        BEFORE_RECOMMENDED | WITH_AGENCY | {"announced"}, "withdrawn", "企业离开，申报撤回", "Withdrawn, the firm left"
    ),
    "certificate.issue": _move(
        BEFORE_RECOMMENDED | WITH_AGENCY | {"announced"}, "certified", "登记证书", "Record certificate"
    ),
}

# What a head decides of a case that stays where it stands -> (Chinese, English).
IN_PLACE = {"case.extend_term": ("延长培育期", "Lengthen the term")}
# Decisions that an open flag of the firm forbids.
DECISIONS = {"case": ("case.publish", "case.admit"), "application": ("application.recommend",)}

STAGES = {"case": CASE_STAGES, "application": APPLICATION_STAGES}
MOVES = {"case": CASE_MOVES, "application": APPLICATION_MOVES}


def pairs(table: Literal["case", "application"]) -> list[tuple[str, str]]:
    """Every allowed (from, to) of a table, sorted; the trigger of the database is made of them."""
    return sorted(
        {
            (source, to)
            for move in MOVES[table].values()
            for source in move.from_
            if source
            for to in move.to
            if source != to
        }
    )


def decisions(table: Literal["case", "application"]) -> list[tuple[str, str]]:
    """The (from, to) of a table that an open flag of the firm forbids, sorted."""
    moves = [MOVES[table][name] for name in DECISIONS[table]]
    return sorted((source, to) for move in moves for source in move.from_ if source for to in move.to)


def openings(table: Literal["case", "application"]) -> list[str]:
    """The stages in which a new row may appear."""
    return sorted({to for move in MOVES[table].values() if None in move.from_ for to in move.to})


def moves_from(table: Literal["case", "application"], stage: str) -> list[str]:
    return [name for name, move in MOVES[table].items() if stage in move.from_]
