"""The application form with its inner tables, filled from the record: always in Chinese, as it is handed in.

Its eight parts are those of the form in the annex of 国科火字〔2016〕195号.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import batched
from typing import Any

from pipeline.models.dossier.gathering import Dossier
from pipeline.models.dossier.printed import Block, Heading, Paragraph, Table
from pipeline.models.filing import TOPICS
from pipeline.models.ledger import CATEGORY_NAMES, CERTIFICATION, KIND_NAMES, RdProject
from pipeline.models.product import WAY_NAMES, ProductIncome, Tie
from pipeline.models.property import CLASS_ONE
from pipeline.models.staff import DEGREE_NAMES, EMPLOYED_NAMES
from pipeline.rules.codes.fields import carried_fields

LEFT_OUT, UNKNOWN = "（涉密，未列入）", "—"
PROJECTS_ABREAST = 6
WAN = Decimal(10_000)
RIGHT_KINDS = {
    "invention": "发明专利", "defence_invention": "国防专利", "plant_variety": "植物新品种",
    "crop_variety": "国家级农作物品种", "new_drug": "国家新药", "protected_tcm": "国家一级中药保护品种",
    "ic_layout": "集成电路布图设计专有权", "utility_model": "实用新型专利", "design": "外观设计专利",
    "software": "软件著作权",
}  # fmt: skip
ACQUIRED = {"own_rd": "自主研发", "assigned": "受让", "donated": "受赠", "merger": "并购", "licensed": "许可（不计）"}
DEGREES = {**DEGREE_NAMES, "": ("未填", "not told")}
TEXTS = {
    "property": "知识产权对企业竞争力的作用", "conversion": "科技成果转化情况",
    "management": "研究开发与技术创新组织管理情况", "people": "管理与科技人员情况",
    "standards": "参加国家标准或行业标准制定情况",
}  # fmt: skip


def form_of(dossier: Dossier, county: str) -> list[Block]:
    """All eight parts; where something stays out, its place says so."""
    parts = (_situation, _rights, _people, _projects, _expense, _products, _ability, _standards)
    return [*_cover(dossier, county), *(block for part in parts for block in part(dossier))]


def left_out_of(dossier: Dossier) -> list[str]:
    """The numbers of what is secret, as they may be told: never a name."""
    secret = [each for each in (*dossier.projects, *dossier.products) if dossier.is_secret(each)]
    codes = [str(each) for each in secret]
    numbers = [f"IP{at:02}" for at, each in enumerate(dossier.rights, 1) if dossier.is_secret(each)]
    results = [f"成果{at}" for at, each in enumerate(dossier.conversions, 1) if dossier.is_secret(each)]
    return [*codes, *numbers, *results]


def _cover(dossier: Dossier, county: str) -> Iterator[Block]:
    firm = dossier.firm
    rows = [
        ("企业名称", firm.name),
        ("统一社会信用代码", firm.uscc),
        ("所属县区", county or UNKNOWN),
        ("申请年度", str(dossier.day.year)),
        ("生成日期", dossier.day.isoformat()),
    ]
    yield Table(["项目", "内容"], rows, (3, 7))
    yield Paragraph(
        "本件依据系统记录生成，供核对、签章和报送使用；正式申报以高新技术企业认定管理工作网填报的为准。", quiet=True
    )
    if left_out_of(dossier):
        says = "本企业为涉密企业，本件已作脱密处理，下列内容未列入："
        yield Paragraph(f"{says}{'、'.join(left_out_of(dossier))}。")


def _situation(dossier: Dossier) -> Iterator[Block]:
    firm, years = dossier.firm, dossier.years
    last = dossier.figures.get(years[-1])
    field = carried_fields().get(firm.field, "")
    counted = [each for each in dossier.rights if not dossier.is_secret(each)]
    first = sum(each.kind in CLASS_ONE for each in counted)
    yield Heading("一、主要情况")
    facts = [
        ("成立日期", _text(firm.registered_on)),
        ("注册地址", firm.address or UNKNOWN),
        ("技术领域", f"{firm.field} {field}".strip() or UNKNOWN),
        ("行业代码", firm.industry or UNKNOWN),
        ("职工总数（上年月平均）", _number(getattr(last, "staff", None))),
        ("其中：科技人员", _number(getattr(last, "tech_staff", None))),
        ("知识产权", f"Ⅰ类 {first} 项，Ⅱ类 {len(counted) - first} 项"),
        ("近三年科技成果转化", f"{len(dossier.conversions)} 项"),
        ("上年总收入（万元）", _wan(getattr(last, "total_income", None))),
        ("上年高新技术产品（服务）收入（万元）", _wan(getattr(last, "hitech_income", None))),
    ]
    yield Table(["项目", "内容"], facts, (4, 6))
    columns = [
        ("净资产（万元）", "net_assets"), ("销售收入（万元）", "sales"), ("研究开发费用（万元）", "rd_total"),
        ("其中：境内（万元）", "rd_domestic"),
    ]  # fmt: skip
    rows = [
        [str(year), *(_wan(getattr(dossier.figures.get(year), figure, None)) for _title, figure in columns)]
        for year in years
    ]
    yield Table(["年度", *(title for title, _figure in columns)], rows, (2, 3, 3, 3, 3), frozenset(range(1, 5)))


def _rights(dossier: Dossier) -> Iterator[Block]:
    yield Heading("二、知识产权汇总表")
    rows = []
    for at, right in enumerate(dossier.rights, 1):
        code = f"IP{at:02}"
        if dossier.is_secret(right):
            rows.append([code, LEFT_OUT, *[UNKNOWN] * 4])
            continue
        kind = f"{RIGHT_KINDS[right.kind]}（{'Ⅰ' if right.kind in CLASS_ONE else 'Ⅱ'}类）"
        told = [right.title or UNKNOWN, kind, _text(right.granted_on), right.number, ACQUIRED[right.acquired_by]]
        rows.append([code, *told])
    yield _table(["编号", "知识产权名称", "类别", "授权日期", "授权号", "获得方式"], rows, (2, 6, 4, 3, 5, 3))


def _people(dossier: Dossier) -> Iterator[Block]:
    year = dossier.years[-1]
    listed = [each for each in dossier.listed if each.year == year]
    yield Heading("三、人力资源情况表")
    employed = [
        [name, str(_count(listed, employed_as=kind)), str(_count(listed, employed_as=kind, does_rd=True))]
        for kind, (name, _english) in EMPLOYED_NAMES.items()
    ]
    employed.append(["合计", str(_count(listed)), str(_count(listed, does_rd=True))])
    yield Paragraph(f"{year} 年名册人数；比例按月平均数计算，见主要情况。", quiet=True)
    yield Table(["用工形式", "人数", "其中：从事研发"], employed, (4, 3, 3), frozenset({1, 2}))
    degrees = [
        [name, str(_count(listed, degree=kind))]
        for kind, (name, _english) in DEGREES.items()
        if _count(listed, degree=kind)
    ]
    yield _table(["学历", "人数"], degrees, (6, 4), frozenset({1}))


def _projects(dossier: Dossier) -> Iterator[Block]:
    yield Heading("四、企业研究开发活动情况表")
    spent, rights = _spent(dossier), _codes_of_rights(dossier)
    for project in dossier.projects:
        if dossier.is_secret(project):
            yield Heading(f"{project.code} {LEFT_OUT}", 2)
            continue
        yield Heading(f"{project.code} {project.title}", 2)
        tied = [rights[tie.right_id] for tie in dossier.all(Tie) if tie.project_id == project.pk and tie.right_id]
        by_year = "；".join(f"{year} 年 {_wan(spent.get((year, project.pk)))}" for year in dossier.years)
        rows = [
            ("起止时间", f"{_text(project.starts_on)} 至 {_text(project.ends_on)}"),
            ("研发方式", KIND_NAMES[project.kind][0]),
            ("技术领域", carried_fields().get(project.field, UNKNOWN)),
            ("研发经费预算（万元）", _wan(project.budget)),
            ("近三年研发费用（万元）", by_year),
            ("知识产权", "、".join(sorted(tied)) or UNKNOWN),
            ("取得的成果", project.result or UNKNOWN),
        ]
        yield Table(["项目", "内容"], rows, (3, 7))
    if not dossier.projects:
        yield Paragraph("没有记录。")


def _expense(dossier: Dossier) -> Iterator[Block]:
    yield Heading("五、企业年度研究开发费用结构明细表")
    for year in dossier.years:
        yield Heading(f"{year} 年度（单位：万元）", 2)
        booked, columns = _booked(dossier, year)
        if not columns:
            yield Paragraph("没有按项目归集的记录。")
        for some in batched(columns, PROJECTS_ABREAST):
            rows = [
                [CATEGORY_NAMES[category][0], *(_wan(booked.get((category, code))) for code in some),
                 _wan(sum((booked.get((category, code), Decimal(0)) for code in columns), Decimal(0)))]
                for category in CERTIFICATION
            ]  # fmt: skip
            totals = [_total(booked, [code]) for code in some]
            rows.append(["合计", *map(_wan, totals), _wan(_total(booked, columns))])
            numbers = frozenset(range(1, len(some) + 2))
            yield Table(["科目", *some, "全部合计"], rows, (5, *[3] * len(some), 3), numbers)


def _products(dossier: Dossier) -> Iterator[Block]:
    yield Heading("六、上年度高新技术产品（服务）情况表")
    year, rights = dossier.years[-1], _codes_of_rights(dossier)
    codes = {each.pk: each.code for each in dossier.projects if not dossier.is_secret(each)}
    income = {each.product_id: each.amount for each in dossier.all(ProductIncome) if each.year == year}
    rows = []
    for product in dossier.products:
        if dossier.is_secret(product):
            rows.append([product.code, LEFT_OUT, *[UNKNOWN] * 4])
            continue
        ties = [tie for tie in dossier.all(Tie) if tie.product_id == product.pk]
        own = sorted({rights[tie.right_id] for tie in ties if tie.right_id})
        from_ = sorted({codes[tie.project_id] for tie in ties if tie.project_id in codes})
        main = "是" if product.main else "否"
        rows.append([
            product.code, product.title, _wan(income.get(product.pk)), main, "、".join(own) or UNKNOWN,
            "、".join(from_) or UNKNOWN,
        ])  # fmt: skip
    head = ["编号", "产品（服务）名称", f"{year} 年收入（万元）", "主要产品", "知识产权", "研发活动"]
    yield _table(head, rows, (2, 6, 3, 2, 4, 4), frozenset({2}))


def _ability(dossier: Dossier) -> Iterator[Block]:
    yield Heading("七、企业创新能力")
    for topic in TOPICS[:4]:
        yield Heading(TEXTS[topic], 2)
        yield Paragraph(dossier.texts.get(topic, "尚未填写。"))
    yield Heading("科技成果转化汇总", 2)
    rows = [
        [str(at), str(each.year), LEFT_OUT if dossier.is_secret(each) else each.result,
         UNKNOWN if dossier.is_secret(each) else WAY_NAMES[each.way][0]]
        for at, each in enumerate(dossier.conversions, 1)
    ]  # fmt: skip
    yield _table(["序号", "年度", "成果", "转化方式"], rows, (1, 2, 7, 4))


def _standards(dossier: Dossier) -> Iterator[Block]:
    yield Heading("八、参加国家标准或行业标准制定情况汇总表")
    yield Paragraph(dossier.texts.get("standards", "没有记录。"))


def _table(
    head: list[str], rows: list[list[str]], widths: tuple[int, ...], right: frozenset[int] = frozenset()
) -> Block:
    return Table(head, rows, widths, right) if rows else Paragraph("没有记录。")


def _codes_of_rights(dossier: Dossier) -> dict[int, str]:
    return {each.pk: f"IP{at:02}" for at, each in enumerate(dossier.rights, 1)}


def _spent(dossier: Dossier) -> dict[tuple[int, int], Decimal]:
    spent: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for each in dossier.booked:
        if each.hte_category:
            spent[each.year, each.project] += each.amount
    return spent


def _booked(dossier: Dossier, year: int) -> tuple[Mapping[tuple[str, str], Decimal], list[str]]:
    """By category and column; what is spent on secret projects stands together in one."""
    columns = {each.pk: "涉密项目" if dossier.is_secret(each) else each.code for each in dossier.all(RdProject)}
    booked: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for each in dossier.booked:
        if each.year == year and each.hte_category:
            booked[each.hte_category, columns[each.project]] += each.amount
    return booked, sorted({column for _category, column in booked})


def _total(booked: Mapping[tuple[str, str], Decimal], columns: Iterable[str]) -> Decimal:
    chosen = set(columns)
    return sum((amount for (_category, column), amount in booked.items() if column in chosen), Decimal(0))


def _count(listed: Iterable[Any], **like: Any) -> int:
    return sum(each.people for each in listed if all(getattr(each, name) == value for name, value in like.items()))


def _wan(amount: Decimal | None) -> str:
    return UNKNOWN if amount is None else f"{amount / WAN:,.2f}"


def _number(amount: Decimal | None) -> str:
    return UNKNOWN if amount is None else f"{amount.normalize():f}"


def _text(value: Any) -> str:
    return UNKNOWN if value in (None, "") else str(value)
