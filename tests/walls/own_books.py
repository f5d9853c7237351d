"""What a firm keeps itself: one of each, for the addresses that name one, or many, for lists that grow."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from pipeline.acts import conversion, ledger, product, staff
from pipeline.models import Firm, IntellectualProperty, RdProject, StaffMember, User

CORNERS = dict.fromkeys(("project", "right", "product"))


def own_books(firm: Firm, *, by: User, on: date) -> dict[str, int]:
    """A project RD01 with a line, a product PS01, a result put to use and a person of 2025: the keys of what has no
    code.
    """
    project = ledger.write_project(firm, {"code": "RD01", "title": "监测"}, version=None, by=by)
    spent = {"amount": Decimal(1), "hte_category": "direct", "tax_category": "direct"}
    line = {"project": project, "day": date(2025, 3, 1), "voucher_number": "1", "summary": "料", **spent}
    product.record(firm, {"code": "PS01", "title": "终端"}, {}, version=None, by=by)
    result = {"year": 2025, "result": "成果", "way": "self"} | CORNERS
    staff.record_member(firm, 2025, {"name": "王一", "post": "", "days_worked": 200}, member=None, by=by)
    return {
        "line": ledger.write_line(firm, line, line=None, by=by, on=on),
        "conversion": conversion.record(firm, result, conversion=None, by=by, on=on).pk,
        "member": StaffMember.objects.get(firm=firm).pk,
    }


def keep_many(firm: Firm, numbers: Iterable[int], *, by: User, on: date) -> None:
    """Projects from RD10 with a line each, products, results and persons; RD10 is tied to every right."""
    for at in numbers:
        named = {"code": f"RD{at + 10}", "title": f"第 {at} 个项目"}
        project = ledger.write_project(firm, named, version=None, by=by)
        spent = {"amount": Decimal(1 + at), "hte_category": "direct", "tax_category": "direct"}
        line = {"project": project, "day": date(2025, 3, 1), "voucher_number": str(at), "summary": "料", **spent}
        ledger.write_line(firm, line, line=None, by=by, on=on)
        sold = {"code": f"PS{at + 10}", "title": f"第 {at} 个产品"}
        product.record(firm, sold, {2025: Decimal(at)}, version=None, by=by)
        result = {"year": 2025, "result": f"成果{at}", "way": "self"} | CORNERS
        conversion.record(firm, result, conversion=None, by=by, on=on)
        staff.record_members(firm, 2025, [{"name": f"众{at}", "post": "", "days_worked": 200}], by=by)
    first, rights = RdProject.objects.get(firm=firm, code="RD10"), IntellectualProperty.objects.filter(firm=firm)
    product.tie(firm, add={(first.pk, each.pk, None) for each in rights}, remove=set(), by=by)
