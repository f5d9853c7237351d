"""Codes and numbers of firms, rights and certificates: each reader returns the normal form or says what is wrong.

Formats and check digits: GB 32100-2015 (credit codes), GB 11714-1997 (organisation codes),
ZC 0006-2003 (patent applications).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from stdnum.cn import uscc

from pipeline.rules.labels import Label

CREDIT_CODE_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CONFUSABLE = {"O": "0", "I": "1", "Z": "2", "S": "5", "V": "U"}
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
PATENT_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
PATENT_KINDS = {"1": "invention", "2": "utility_model", "3": "design", "8": "invention", "9": "utility_model"}
PROVINCE_CODES = (range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66))
PROVINCES = frozenset(str(code) for codes in PROVINCE_CODES for code in codes)
FIRST_CERTIFICATES = 2008


class IdentifierRefused(ValueError):
    """The text is not such a number; `says` tells why in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.says = Label(zh, en)


def credit_code(text: str) -> str:
    """The 18 characters of a unified social credit code; lower case, full width and spaces are put right."""
    code = compact(text)
    if len(code) != 18:
        raise IdentifierRefused(
            f"统一社会信用代码应为 18 位，现为 {len(code)} 位",
            f"a credit code has 18 characters, this one has {len(code)}",
        )
    refuse_foreign_letters(code)
    right = uscc.calc_check_digit(code[:17])
    if right != code[17]:
        raise IdentifierRefused(
            f"统一社会信用代码校验不符：若前 17 位无误，末位应为 {right}，现为 {code[17]}",
            f"the check digit is wrong: if the first 17 characters are right it is {right}, not {code[17]}",
        )
    return code


def refuse_foreign_letters(code: str) -> None:
    for place, letter in enumerate(code, start=1):
        if letter in CREDIT_CODE_LETTERS:
            continue
        likely = CONFUSABLE.get(letter)
        zh, en = (f"，可能是 {likely}", f"; perhaps {likely}") if likely else ("", "")
        raise IdentifierRefused(
            f"统一社会信用代码第 {place} 位的“{letter}”不是允许的字符（不用 I、O、S、V、Z）{zh}",
            f"character {place} of the credit code, {letter!r}, is not allowed (no I, O, S, V or Z){en}",
        )


def organisation_code_doubt(code: str) -> Label | None:
    """A doubt about characters 9 to 17 of a credit code, the organisation code; no refusal, as old codes differ."""
    body, check = code[8:16], code[16]
    right = weighted_check((int(letter, 36) for letter in body), ORGANISATION_WEIGHTS, complement=True)
    if right == check:
        return None
    return Label(
        f"主体标识码（第 9 至 17 位）的校验码应为 {right}，现为 {check}，请核对",
        f"the check character of the organisation code (9 to 17) would be {right}, not {check}: please compare",
    )


def patent_number(text: str) -> str:
    """A Chinese application or patent number without ZL: 201710601862.3, before October 2003 95115608.X."""
    digits = re.sub(r"^(ZL|CN)", "", compact(text)).replace(".", "")
    match = re.fullmatch(r"(\d{12}|\d{8})([\dX]?)", digits)
    if not match or (match[1][4] if len(match[1]) == 12 else match[1][2]) not in PATENT_KINDS:
        raise IdentifierRefused(
            "不是中国专利号：应为 12 位数字（2003 年 10 月以前 8 位）加校验位，种类位为 1、2、3、8 或 9",
            "not a Chinese patent number: 12 digits (8 before October 2003) and a check digit, kind 1, 2, 3, 8 or 9",
        )
    body, check = match.groups()
    right = weighted_check(map(int, body), PATENT_WEIGHTS, complement=False)
    if check != right:
        raise IdentifierRefused(
            f"专利号校验不符：校验位应为 {right}，现为 {check or '缺失'}",
            f"the check digit of the patent number is {right}, not {check or 'absent'}",
        )
    return f"{body}.{check}"


def patent_kind(number: str) -> str:
    """The kind of right in a number that `patent_number` returned: invention, utility_model or design."""
    return PATENT_KINDS[number[4] if len(number) == 14 else number[2]]


def software_number(text: str) -> str:
    """A software copyright's registration number, 2019SR0123456, or its certificate number, 软著登字第1234567号."""
    number = compact(text)
    if re.fullmatch(r"20\d{2}SR\d{6,7}|软著登字第\d{5,8}号", number):
        return number
    raise IdentifierRefused(
        "不是软件著作权登记号：应如 2019SR0123456 或 软著登字第1234567号",
        "not a software registration number such as 2019SR0123456 or 软著登字第1234567号",
    )


def certificate_number(text: str) -> str:
    """An HTE certificate's number: GR (GF for reviews before 2016, GS), the year, the province, six digits."""
    number = compact(text)
    match = re.fullmatch(r"G[RFS](20\d{2})(\d{2})\d{6}", number)
    if not match:
        raise IdentifierRefused(
            "不是高新技术企业证书编号：应为 GR、4 位年份、2 位省码、6 位序号，如 GR202233001234",
            "not an HTE certificate number: GR, year, province and six digits, such as GR202233001234",
        )
    if match[2] not in PROVINCES:
        raise IdentifierRefused(f"证书编号中的省码 {match[2]} 不存在", f"there is no province {match[2]}")
    if int(match[1]) < FIRST_CERTIFICATES:
        raise IdentifierRefused(
            f"证书编号中的年份 {match[1]} 早于 {FIRST_CERTIFICATES} 年",
            f"no certificate is older than {FIRST_CERTIFICATES}",
        )
    return number


def phone_number(text: str) -> str:
    """A mobile number, 13812345678, or one with an area code, 0571-87654321; +86 is dropped."""
    number = re.sub(r"^(\+|00)86", "", compact(text))
    if re.fullmatch(r"1[3-9]\d{9}", number):
        return number
    fixed = re.fullmatch(r"(010|02\d|0[3-9]\d{2})(\d{7,8})", number)
    if fixed:
        return f"{fixed[1]}-{fixed[2]}"
    raise IdentifierRefused(
        "不是电话号码：手机 11 位，固定电话请带区号，如 0571-87654321",
        "not a phone number: eleven digits for a mobile, or with the area code, such as 0571-87654321",
    )


READERS = {
    "invention": patent_number,
    "utility_model": patent_number,
    "design": patent_number,
    "software": software_number,
}


def right_number(kind: str, text: str) -> str:
    """The number of a right by its kind; of kinds without a settled format the text as it is."""
    reader = READERS.get(kind)
    return reader(text) if reader else unicodedata.normalize("NFKC", text).strip()


def compact(text: str) -> str:
    """Half-width capitals without spaces, hyphens and brackets."""
    return re.sub(r"[\s\-‐–—()]", "", unicodedata.normalize("NFKC", text)).upper()


def weighted_check(values: Iterable[int], weights: tuple[int, ...], *, complement: bool) -> str:
    rest = sum(value * weight for value, weight in zip(values, weights, strict=False)) % 11
    if complement:
        rest = (11 - rest) % 11
    return "X" if rest == 10 else str(rest)
