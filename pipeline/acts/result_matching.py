"""What the record makes of the lines of an agency's list: whose each is, and whether it can be put on record."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.acts.certificate import provinces
from pipeline.models import Application, Certificate, Firm, FormerName, Result, ResultList
from pipeline.models.text_search import plain
from pipeline.outside.result_list import ResultLine
from pipeline.rules.codes.identifiers import IdentifierRefused, issued_number
from pipeline.rules.labels import Label
from pipeline.stages import APPLICATION_STAGES, WITH_AGENCY

# What lists call the conditions of HTE-M art. 11 and how they say that one is not met.
REASONS: Mapping[str, str] = {
    "registered_days": r"成立(时间)?(不满|未满|不足)|注册成立",
    "owns_ip": r"知识产权",
    "field": r"技术领域|领域不符",
    "tech_staff_ratio": r"科技人员",
    "rd_intensity": r"(?<!境内)(研发|研究开发)(费用|投入)",
    "rd_domestic": r"境内(的)?(研发|研究开发)?费?用?",
    "hitech_income": r"高新技术产品|高新(产品)?(（服务）)?收入|高品",
    "innovation_score": r"创新能力|综合(评价)?得分|评分|70\s*分",
    "no_incident": r"安全|质量事故|环境违法|失信",
}
OTHER_NAME = Label("库中这个代码的企业名称是“{name}”", "the firm of this code is on record as “{name}”")
OTHER_CODE = Label("库中同名企业的代码是 {code}", "the firm of this name has the code {code} on record")
SEVERAL = Label("有 {n} 家企业是这个名称", "{n} firms are called so")
ONCE_SO = Label("“{name}”曾用这个名称", "“{name}” was called so once")
NOT_HERE = Label("库中没有这家企业", "the firm is not on record here")
DID_NOT_APPLY = Label("这家企业在本市没有在办的申报", "the firm has no application under way here")
ANOTHER_ROUND = Label("这家企业申报的是“{round}”", "the firm applied in the round “{round}”")
TWICE = Label("本名单第 {line} 行已有这个证书编号", "line {line} of this list has the same number")
TAKEN = Label("这个证书编号已登记在“{name}”名下", "the number is on record of “{name}”")
NOT_YET = Label(
    "申报还在“{stage}”，没有上报认定机构", "the application stands at “{stage}” and was not sent to the agency"
)
NO_REASON = Label("看不出是哪项条件不符合，请选择", "it does not say which condition is not met: choose it")


@dataclass(frozen=True)
class Found:
    """Where a line stands, of which firm it is, and what is to be said about it."""

    state: str
    firm: int | None = None
    why: Label | None = None
    cell: str = ""
    number: str = ""
    rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class Known:
    """What is on record that lines of a list can meet."""

    by_code: Mapping[str, Firm]
    by_name: Mapping[str, Sequence[Firm]]
    by_former: Mapping[str, Sequence[Firm]]
    applications: Mapping[int, Application]
    refused: Mapping[int, Sequence[Application]]
    certificates: Mapping[str, Certificate]
    provinces: frozenset[str]
    seen: dict[str, int] = field(default_factory=dict)  # number of a certificate -> the line of the list


def found_of(told: ResultList, lines: Sequence[ResultLine]) -> list[Found]:
    """For each line where it stands, in their order. Seven statements for any number of lines."""
    known = _known(lines)
    return [_found(told, each, known) for each in lines]


def found_for(told: ResultList, row: Result, firm: Firm) -> Found:
    """Where a line stands once somebody has said which firm it is of."""
    line = ResultLine(row.sheet, row.line, firm.uscc, firm.name, row.number, row.issued_on, row.reasons)
    found = _found(told, line, _known([line]))
    if found.why is NO_REASON and row.rules:
        return replace(found, state=Result.SURE, why=None, rules=tuple(row.rules))
    return found if found.state != Result.ELSEWHERE or told.kind != ResultList.CERTIFIED else _all_the_same(found)


def rules_of(reasons: str) -> tuple[str, ...]:
    """The conditions that the words of a refusal name."""
    return tuple(rule for rule, words in REASONS.items() if re.search(words, reasons))


def _all_the_same(found: Found) -> Found:
    """Somebody says that a firm which did not apply here holds the certificate: it is put on record of it."""
    return replace(found, state=Result.SURE, why=None)


def _known(lines: Sequence[ResultLine]) -> Known:
    codes, names = {each.uscc for each in lines if each.uscc}, {each.name for each in lines if each.name}
    shown = Firm.objects.only("uscc", "name", "plain_name")
    by_code = {each.uscc: each for each in shown.filter(uscc__in=codes)}
    by_name = _grouped((each.plain_name, each) for each in shown.filter(plain_name__in={plain(name) for name in names}))
    former = FormerName.objects.filter(name__in=names).select_related("firm").only("name", "firm__uscc", "firm__name")
    by_former = _grouped((each.name, each.firm) for each in former)
    firms = {each.pk for group in (*by_name.values(), *by_former.values()) for each in group}
    firms |= {each.pk for each in by_code.values()}
    applications = Application.objects.open().filter(firm__in=firms).select_related("round")
    refused: dict[int, list[Application]] = defaultdict(list)
    for ended in Application.objects.filter(firm__in=firms, stage="refused"):
        refused[ended.firm_id].append(ended)
    numbers = {each.number.replace(" ", "").upper() for each in lines if each.number}
    certificates = Certificate.objects.filter(number__in=numbers).select_related("firm")
    return Known(
        by_code,
        by_name,
        by_former,
        {each.firm_id: each for each in applications},
        refused,
        {each.number: each for each in certificates},
        provinces(),
    )


def _grouped(pairs: Iterable[tuple[str, Firm]]) -> dict[str, list[Firm]]:
    groups: dict[str, list[Firm]] = defaultdict(list)
    for key, firm in pairs:
        groups[key].append(firm)
    return groups


def _found(told: ResultList, line: ResultLine, known: Known) -> Found:
    """A cell that cannot be read refuses the line, but for a name beside a code that is on record."""
    firm, doubt = _whose(line, known)
    for column in ("name", "uscc", "issued_on"):
        wrong = line.wrong.get(column)
        if wrong and (firm is None or column == "issued_on"):
            return Found(Result.REFUSED, why=wrong.says, cell=wrong.cell)
    about = KINDS[told.kind](told, line, firm, known)
    if about.state in (Result.REFUSED, Result.KNOWN):
        return about
    if doubt is not None:
        place = "uscc" if line.uscc or "uscc" in line.wrong else "name"
        return replace(about, state=Result.DOUBTFUL, why=doubt, cell=line.places.get(place, ""))
    if firm is None:
        return replace(about, state=Result.ELSEWHERE, why=NOT_HERE)
    return about


def _whose(line: ResultLine, known: Known) -> tuple[Firm | None, Label | None]:
    """The firm, by its code and then by its name, and why that is doubtful."""
    held = known.by_code.get(line.uscc)
    same, once = known.by_name.get(plain(line.name), []), known.by_former.get(line.name, [])
    if held is not None:
        agrees = not line.name or plain(line.name) == held.plain_name or held.pk in {each.pk for each in once}
        return held, None if agrees else OTHER_NAME.filled(name=held.name)
    if len(same) > 1:
        return None, SEVERAL.filled(n=len(same))
    if same and (line.uscc or "uscc" in line.wrong):
        return same[0], OTHER_CODE.filled(code=same[0].uscc)
    if same:
        return same[0], None
    return (once[0], ONCE_SO.filled(name=once[0].name)) if len(once) == 1 and not line.uscc else (None, None)


def _certified(told: ResultList, line: ResultLine, firm: Firm | None, known: Known) -> Found:
    issued_on, cell = line.issued_on or told.day, line.places.get("number", "")
    key = firm.pk if firm else None
    try:
        number = issued_number(line.number, issued_on, known.provinces)
    except IdentifierRefused as refused:
        return Found(Result.REFUSED, key, refused.says, cell)
    held = known.certificates.get(number)
    if held is not None and firm is not None and held.firm_id == firm.pk:
        return Found(Result.KNOWN, firm.pk, number=number)
    if held is not None:
        return Found(Result.REFUSED, key, TAKEN.filled(name=held.firm.name), cell, number)
    if number in known.seen:
        return Found(Result.REFUSED, key, TWICE.filled(line=known.seen[number]), cell, number)
    known.seen[number] = line.line
    return replace(_of_applicant(told, firm, known), number=number)


def _publicity(told: ResultList, _line: ResultLine, firm: Firm | None, known: Known) -> Found:
    application = known.applications.get(firm.pk) if firm else None
    if firm and application is not None and application.stage in ("publicity", "announced"):
        return Found(Result.KNOWN, firm.pk)
    return _with_agency(told, firm, known)


def _refused(told: ResultList, line: ResultLine, firm: Firm | None, known: Known) -> Found:
    if firm and _refused_before(told, firm, known):
        return Found(Result.KNOWN, firm.pk)
    found = replace(_with_agency(told, firm, known), rules=rules_of(line.reasons))
    if found.state == Result.SURE and not found.rules:
        return replace(found, state=Result.DOUBTFUL, why=NO_REASON, cell=line.places.get("reasons", ""))
    return found


KINDS = {ResultList.CERTIFIED: _certified, ResultList.PUBLICITY: _publicity, ResultList.REFUSED: _refused}


def _refused_before(told: ResultList, firm: Firm, known: Known) -> bool:
    return any(
        each.round_id == told.round_id if told.round_id else each.ended_on is not None and each.ended_on >= told.day
        for each in known.refused.get(firm.pk, ())
    )


def _of_applicant(told: ResultList, firm: Firm | None, known: Known) -> Found:
    """Of a firm that applied: sure, but for another round than the list's."""
    if firm is None:
        return Found(Result.ELSEWHERE)
    application = known.applications.get(firm.pk)
    if application is None:
        return Found(Result.ELSEWHERE, firm.pk, DID_NOT_APPLY)
    if told.round_id and application.round_id != told.round_id:
        return Found(Result.DOUBTFUL, firm.pk, ANOTHER_ROUND.filled(round=application.round.name))
    return Found(Result.SURE, firm.pk)


def _with_agency(told: ResultList, firm: Firm | None, known: Known) -> Found:
    found = _of_applicant(told, firm, known)
    application = known.applications.get(firm.pk) if firm else None
    if application is None or application.stage in WITH_AGENCY:
        return found
    place = APPLICATION_STAGES[application.stage]
    return Found(Result.REFUSED, found.firm, NOT_YET.filled(stage=Label(place.zh, place.en)))
