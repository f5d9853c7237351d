"""What projects, categories and persons are called, on the screen, in a pasted row and in the official layouts."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from pipeline.models.ledger import CATEGORY_NAMES, CERTIFICATION, KIND_NAMES, STAGE_NAMES
from pipeline.models.product import WAY_NAMES
from pipeline.models.staff import DEGREE_NAMES, EMPLOYED_NAMES

type Words = Mapping[str, tuple[str, str]]

# The eight categories of 国科发火〔2016〕195号, and what of them the tax law calls otherwise or leaves out.
CATEGORIES: Words = CATEGORY_NAMES
TAX_CATEGORIES: Words = {
    "personnel": ("人员人工费用", "Personnel"),
    "direct": ("直接投入费用", "Direct inputs"),
    "depreciation": ("折旧费用", "Depreciation"),
    "amortisation": ("无形资产摊销", "Amortisation"),
    "design": ("新产品设计费等", "Design of new products and trials"),
    "other": ("其他相关费用", "Other related expenses"),
    "outsourced_domestic": ("委托境内", "Outsourced inside the country"),
    "outsourced_foreign": ("委托境外机构", "Outsourced to bodies abroad"),
    "outsourced_foreign_persons": ("委托境外个人（不计）", "Outsourced to persons abroad (left out)"),
    "property_rent": ("仪器设备以外的租赁费（不计）", "Rent of other than equipment (left out)"),
    "sold_materials": ("已销售产品的材料费用（不计）", "Materials of products sold (left out)"),
    "buildings_depreciation": ("建筑物折旧（不计）", "Depreciation of buildings (left out)"),
    "deferred_expense": ("长期待摊费用（不计）", "Long-term deferred expense (left out)"),
    "fiscal_funds": ("不征税财政资金支出（扣减）", "Paid from non-taxable public funds (taken off)"),
    "special_income": ("特殊收入（扣减）", "Special income (taken off)"),
}
PROJECT_KINDS: Words = KIND_NAMES
STAGES: Words = STAGE_NAMES
WAYS: Words = WAY_NAMES
PROOFS: Words = {
    "contract": ("合同", "Contract"),
    "invoice": ("发票", "Invoice"),
    "test_report": ("检测报告", "Test report"),
    "user_report": ("用户使用报告", "User report"),
}
EMPLOYED_AS: Words = EMPLOYED_NAMES
DEGREES: Words = DEGREE_NAMES
BEGINNINGS = re.compile(r"^(R\d|[一二三四五六七八九十\d]+[.、．])")


def plain(text: str) -> str:
    """A word as it is compared: without spaces, brackets, its number in a list, and the word for expense."""
    bare = re.sub(r"[\s()\[\]（）/]", "", unicodedata.normalize("NFKC", text)).lower()
    return BEGINNINGS.sub("", bare.upper()).lower().removesuffix("费用").removesuffix("不计").removesuffix("扣减")


def code_of(text: str, words: Words) -> str:
    """The code of a word in either language, or what was written where nobody calls anything that."""
    told = plain(text)
    for code, names in words.items():
        if told in (code, *(plain(name) for name in names)):
            return code
    return text.strip()


def in_order(words: Words, codes: Iterable[str] = CERTIFICATION) -> list[tuple[str, tuple[str, str]]]:
    return [(code, words[code]) for code in codes if code in words]
