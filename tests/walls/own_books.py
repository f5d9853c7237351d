"""What a firm keeps itself, one of each, for the addresses that name one."""

from datetime import date
from decimal import Decimal

from pipeline.acts import conversion, ledger, product, staff
from pipeline.models import Firm, StaffMember, User


def own_books(firm: Firm, *, by: User, on: date) -> dict[str, int]:
    """A project RD01 with a line, a product PS01, a result put to use and a person of 2025: the keys of what has no
    code.
    """
    project = ledger.write_project(firm, {"code": "RD01", "title": "监测"}, version=None, by=by)
    spent = {"amount": Decimal(1), "hte_category": "direct", "tax_category": "direct"}
    line = {"project": project, "day": date(2025, 3, 1), "voucher_number": "1", "summary": "料", **spent}
    product.record(firm, {"code": "PS01", "title": "终端"}, {}, version=None, by=by)
    result = {"year": 2025, "result": "成果", "way": "self"} | dict.fromkeys(("project", "right", "product"))
    staff.record_member(firm, 2025, {"name": "王一", "post": "", "days_worked": 200}, member=None, by=by)
    return {
        "line": ledger.write_line(firm, line, line=None, by=by, on=on),
        "conversion": conversion.record(firm, result, conversion=None, by=by, on=on).pk,
        "member": StaffMember.objects.get(firm=firm).pk,
    }
