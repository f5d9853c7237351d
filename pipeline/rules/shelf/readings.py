"""What a word in a book may say: the readings of the law that are open, and what a bureau may ask for or waive."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.rules.labels import Label

ASKED = {"required": Label("要求", "required"), "waived": Label("不要求", "waived")}
ALLOWED = {"yes": Label("可以", "yes"), "no": Label("不可以", "no")}

IN_TAX_SCOPE = {
    "excluded": Label("不计入税收口径", "left out of the tax scope"),
    "counted": Label("计入税收口径", "counted in the tax scope"),
}

STATUS = {
    "kept": Label("资格存续，证书编号和有效期不变", "the status stays, with its number and its validity"),
    "decided": Label("资格由认定机构判定", "the agency decides on the status"),
    "recertified": Label("由迁入地认定机构重新认定", "the other region certifies anew"),
}
"""What a change does to the status of a certificate's holder."""

READINGS: Mapping[str, Mapping[str, Label]] = {
    "conversion_gap": {
        "F": Label("年均大于 0、不足 1 项得 0 分", "an average above 0 and below 1 gives 0 points"),
        "E": Label("年均大于 0、不足 1 项按最低一档", "an average above 0 and below 1 counts in the lowest band"),
    },
    "negative_base": {
        "zero": Label("基期为负得 0 分", "growth from a negative base gives 0 points"),
        "as_zero": Label("基期为负按零处理", "a negative base counts as zero"),
        "literal": Label("基期为负照算", "a negative base is divided by like any other"),
    },
    "rd_other_cap_base": {
        "inclusive": Label("基数含其他费用本身", "the base counts other expenses themselves"),
        "exclusive": Label("基数不含其他费用", "the base leaves other expenses out"),
    },
    "direct_unclaimed": {
        "unknown": Label("未填报即未知", "what nobody told of is not known"),
        "absent": Label("未填报即没有", "what nobody told of is not there"),
    },
    "eligible_body": {
        "resident": Label("居民企业", "resident firms"),
        "audited": Label("查账征收的居民企业", "resident firms that are taxed by their books"),
    },
    "rd_scope": {
        "tax": Label("加计扣除口径", "the scope of the super deduction"),
        "hte": Label("高企口径", "the scope of certification"),
    },
    "rights_used_count": ALLOWED,
    "class_two_used_by": {
        "certified": Label("通过认定时", "a certification"),
        "reviewed": Label("参加评审后（不论结果）", "any application that was reviewed, whatever came of it"),
    },
    "score_staff_nonzero": ASKED,
    "field": {"hte_fields_2016": Label("2016 年目录", "the list of 2016")},
    "industry": {"none": Label("不限", "none")},
    "repayment_day": {
        "next_05-31": Label("次年 05-31", "31 May of the next year"),
        "12-31": Label("12-31", "31 December"),
    },
    "audited_taxation": ASKED,
    "credit_clean": ASKED,
    "never_certified": ASKED,
    "rd_ledger": ASKED,
    "sme_listed": ASKED,
    "re_entry_after_certification": ALLOWED,
    "re_entry_after_expiry": ALLOWED,
    "annual_update_due": {
        "03-31": Label("3 月 31 日", "31 March"),
        "04-30": Label("4 月 30 日", "30 April"),
        "05-31": Label("5 月 31 日", "31 May"),
        "06-30": Label("6 月 30 日", "30 June"),
        "09-30": Label("9 月 30 日", "30 September"),
    },
    "status_kept": STATUS,
    "status_renamed": STATUS,
    "status_moved_whole": STATUS,
    "status_moved_part": STATUS,
    "tax_buildings": IN_TAX_SCOPE,
    "tax_commissioning": IN_TAX_SCOPE,
    "tax_deferred": IN_TAX_SCOPE,
    "tax_fiscal_funds": IN_TAX_SCOPE,
    "tax_property_rent": IN_TAX_SCOPE,
    "tax_sold_materials": IN_TAX_SCOPE,
    "tax_special_income": IN_TAX_SCOPE,
    "tax_benefit_from": {
        "issue_year": Label("自证书注明的发证时间所在年度起", "from the year of the day of issue on"),
        "next_year": Label("自发证次年起", "from the year after the day of issue on"),
    },
}
"""By entry of unit `choice`: each word the book may hold, and what it means; an entry that is not here takes any."""


def in_words(rule: str, word: str) -> Label:
    """What the word of an entry means; the word itself where only one is known."""
    return READINGS.get(rule, {}).get(word, Label(word, word))
