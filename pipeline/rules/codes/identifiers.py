"""Codes and numbers of firms, rights and certificates: each reader returns the normal form or says what is wrong.

Formats and check digits: GB 32100-2015 (credit codes), GB 11714-1997 (organisation codes), GB 11643-1999 (identity
cards), ZC 0006-2003 (patent applications), ZC 0007-2004 (publications). What no public text settles is doubted, never
refused: `number_doubt` says so of a right. Readers return a normal form; the text as it was given is its owner's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date

from stdnum.cn import ric, uscc

from pipeline.rules.labels import Label

CREDIT_CODE_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CONFUSABLE = {"O": "0", "I": "1", "Z": "2", "S": "5", "V": "U"}
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
PATENT_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
PATENT_KINDS = {"1": "invention", "2": "utility_model", "3": "design", "8": "invention", "9": "utility_model"}
PROVINCE_CODES = (range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66))
PROVINCES = frozenset(str(code) for codes in PROVINCE_CODES for code in codes)
OVERSEAS = frozenset({"71", "81", "82", "83"})
"""Identity numbers of residents from Taiwan, Hong Kong and Macao."""
FIRST_CERTIFICATES, FIRST_SME_NUMBERS = 2008, 2017
FIRMS = "91"
"""Registered by the market regulators (9) as an enterprise (1)."""
KIND_NAMES = {
    "invention": Label("发明", "an invention"),
    "utility_model": Label("实用新型", "a utility model"),
    "design": Label("外观设计", "a design"),
}
PUBLICATION_LETTERS = {"1": "ABC", "2": "UY", "3": "SD"}


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


def credit_code_doubts(code: str) -> list[Label]:
    """What is odd about a credit code that `credit_code` returned; none of it makes it wrong for certain."""
    doubts = []
    if not code.startswith(FIRMS):
        doubts.append(
            Label(f"不是企业的代码：应以 {FIRMS} 开头", f"not the code of an enterprise, which begins with {FIRMS}")
        )
    if code[2:4] not in PROVINCES:
        doubts.append(Label(f"登记机关省码 {code[2:4]} 不存在", f"there is no province {code[2:4]}"))
    organisation = organisation_code_doubt(code)
    return [*doubts, organisation] if organisation else doubts


def patent_number(text: str) -> str:
    """A Chinese application or patent number without ZL: 201710601862.3, before October 2003 95115608.X."""
    digits = comparable(text)
    match = re.fullmatch(r"(\d{12}|\d{8})([\dX]?)", digits)
    if not match or (match[1][4] if len(match[1]) == 12 else match[1][2]) not in PATENT_KINDS:
        zh, en = other_number(text)
        raise IdentifierRefused(
            f"不是中国专利号{zh}：应为 12 位数字（2003 年 10 月以前 8 位）加校验位，种类位为 1、2、3、8 或 9",
            f"not a Chinese patent number{en}: 12 digits (8 before October 2003) and a check digit, "
            "kind 1, 2, 3, 8 or 9",
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


def other_number(text: str) -> tuple[str, str]:
    """What a text is that was taken for a patent number, as an aside in both languages."""
    aside = {publication_number: ("（这是公布或公告号）", " (it numbers a publication)"),
             pct_number: ("（这是 PCT 国际申请号）", " (it numbers an international application)")}  # fmt: skip
    return next((words for read, words in aside.items() if reads(read, text)), ("", ""))


def reads(read: Callable[[str], str], text: str) -> bool:
    try:
        read(text)
    except IdentifierRefused:
        return False
    return True


def publication_number(text: str) -> str:
    """The number of a published application or grant: CN107334567A, CN207654321U, before 2007 CN1234567C."""
    number = compact(text).replace(".", "")
    match = re.fullmatch(r"CN(?:(\d)\d{8}|\d{7})([A-Z])\d?", number)
    letters = (
        "".join(PUBLICATION_LETTERS.values()) if not match or not match[1] else PUBLICATION_LETTERS.get(match[1], "")
    )
    if match and match[2] in letters:
        return number
    raise IdentifierRefused(
        "不是专利公布或公告号：应为 CN、9 位（早期 7 位）数字和字母，如 CN107334567A；"
        "首位 1 配 A、B、C，2 配 U、Y，3 配 S、D",
        "not the number of a publication: CN, 9 digits (7 in early years) and a letter, such as CN107334567A; "
        "A, B, C after a first digit of 1, U, Y after 2, S, D after 3",
    )


def pct_number(text: str) -> str:
    """An international application that began in China: PCT/CN2023/123456. It is no right in China."""
    number = compact(text)
    if re.fullmatch(r"PCT/CN\d{4}/\d{5,6}", number):
        return number
    raise IdentifierRefused(
        "不是 PCT 国际申请号：应如 PCT/CN2023/123456", "not an international application such as PCT/CN2023/123456"
    )


def software_number(text: str) -> str:
    """A software copyright's registration number, 2019SR0123456, or its certificate number, 软著登字第1234567号."""
    number = compact(text)
    if re.fullmatch(r"20\d{2}SR\d{6,7}|软著登字第\d{5,8}号", number):
        return number
    raise IdentifierRefused(
        "不是软件著作权登记号：应如 2019SR0123456 或 软著登字第1234567号",
        "not a software registration number such as 2019SR0123456 or 软著登字第1234567号",
    )


def ic_layout_number(text: str) -> str:
    """The registration of an integrated circuit layout, BS.205512345 by what is seen; no text settles it."""
    number = compact(text).replace(".", "")
    match = re.fullmatch(r"BS(\d{9})([\dX]?)", number)
    if match:
        return f"BS.{match[1]}" + (f".{match[2]}" if match[2] else "")
    raise IdentifierRefused(
        "不像集成电路布图设计登记号：一般为 BS. 加 9 位数字，如 BS.205512345",
        "not like a layout's registration, which is BS. and nine digits, such as BS.205512345",
    )


def plant_variety_number(text: str) -> str:
    """A plant variety's right, CNA20191001234 in farming, eight digits in forestry; no text settles it."""
    number = compact(text).replace(".", "")
    if re.fullmatch(r"CNA\d{8,12}|\d{8}", number):
        return number
    raise IdentifierRefused(
        "不像植物新品种权号：农业一般为 CNA 加 8 位以上数字，如 CNA20191001234，林业为 8 位数字",
        "not like a plant variety's right: CNA and eight digits or more, such as CNA20191001234, or eight in forestry",
    )


def sme_number(text: str) -> str:
    """A technology SME's registration, 18 characters: year, division, two flags that may be anything, six digits."""
    number = compact(text).replace(".", "")
    match = re.fullmatch(r"(20\d{2})(\d{2})\d{4}[0-9A-Z]{2}\d{6}", number)
    if not match:
        raise IdentifierRefused(
            f"不是科技型中小企业登记编号：应为 18 位（4 位年份、6 位区划、2 位标识、6 位序号），现为 {len(number)} 位",
            "not a technology SME's registration: 18 characters (year, six digits of division, two flags, six digits); "
            f"this one has {len(number)}",
        )
    if match[2] not in PROVINCES:
        raise IdentifierRefused(f"登记编号中的省码 {match[2]} 不存在", f"there is no province {match[2]}")
    if int(match[1]) < FIRST_SME_NUMBERS:
        raise IdentifierRefused(
            f"登记编号中的年份 {match[1]} 早于 {FIRST_SME_NUMBERS} 年",
            f"no registration is older than {FIRST_SME_NUMBERS}",
        )
    return number


def identity_number(text: str) -> str:
    """The number of a resident's identity card; a refusal never repeats it, as it is personal."""
    number = compact(text)
    if not re.fullmatch(r"\d{17}[\dX]", number):
        raise IdentifierRefused(
            f"居民身份证号应为 17 位数字加 1 位校验码，现为 {len(number)} 位",
            f"an identity number has 17 digits and a check character, this one has {len(number)} characters",
        )
    if number[:2] not in PROVINCES | OVERSEAS:
        raise IdentifierRefused("居民身份证号的前两位不是省码", "the identity number begins with no province")
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise IdentifierRefused(
            "居民身份证号第 7 至 14 位不是日期", "characters 7 to 14 of the identity number are no day"
        ) from None
    if ric.calc_check_digit(number) != number[17]:
        raise IdentifierRefused(
            "居民身份证号校验不符，请逐位核对", "the check character of the identity number is wrong: please compare"
        )
    return number


def masked_identity(number: str) -> str:
    """At most the first four and the last three characters: 1101***********02X."""
    return masked(number, 4, 3)


def masked_phone(number: str) -> str:
    """A number of `phone_number` as others may see it: 138****1234, 0571-****4321."""
    area, dash, rest = number.rpartition("-")
    return f"{area}{dash}{'*' * (len(rest) - 4)}{rest[-4:]}" if dash else masked(number, 3, 4)


def masked(number: str, first: int, last: int) -> str:
    return f"{number[:first]}{'*' * (len(number) - first - last)}{number[-last:]}"


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


def issued_number(text: str, issued_on: date, provinces: Iterable[str]) -> str:
    """The number of a certificate that one of these provinces issued on that day."""
    number, own = certificate_number(text), sorted(provinces)
    if number[2:6] != str(issued_on.year):
        raise IdentifierRefused(
            f"证书编号中的年份 {number[2:6]} 与发证年份 {issued_on.year} 不一致",
            f"the number is of {number[2:6]}, the day of issue of {issued_on.year}",
        )
    if own and number[6:8] not in own:
        raise IdentifierRefused(
            f"证书编号中的省码 {number[6:8]} 不是本省（{'、'.join(own)}）；外省证书请按“迁入”登记",
            f"the number is of province {number[6:8]}, not of {', '.join(own)}; record it as moved in",
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
UNSETTLED = {"ic_layout": ic_layout_number, "plant_variety": plant_variety_number}


def right_number(kind: str, text: str) -> str:
    """The number of a right by its kind; of kinds without a settled format the text as it is."""
    reader = READERS.get(kind)
    if reader is None and kind in UNSETTLED and reads(UNSETTLED[kind], text):
        reader = UNSETTLED[kind]
    return reader(text) if reader else unicodedata.normalize("NFKC", text).strip()


def number_doubt(kind: str, text: str) -> Label | None:
    """What is wrong or odd about the number of a right of that kind."""
    reader = (READERS | UNSETTLED).get(kind)
    if reader is None:
        return None
    try:
        number = reader(text)
    except IdentifierRefused as refused:
        return refused.says
    if reader is patent_number and patent_kind(number) != kind:
        says = Label("这是{told}的专利号，所填类别是{kind}", "this is the number of {told}, not of {kind}")
        return says.filled(told=KIND_NAMES[patent_kind(number)], kind=KIND_NAMES[kind])
    return None


def comparable(text: str) -> str:
    """What two ways of writing one number have in common: no spaces, full width, ZL, CN or dots."""
    return re.sub(r"^(ZL|CN(?=\d))", "", compact(text)).replace(".", "")


def compact(text: str) -> str:
    """Half-width capitals without spaces, hyphens and brackets."""
    return re.sub(r"[\s\-‐–—()]", "", unicodedata.normalize("NFKC", text)).upper()


def weighted_check(values: Iterable[int], weights: tuple[int, ...], *, complement: bool) -> str:
    rest = sum(value * weight for value, weight in zip(values, weights, strict=False)) % 11
    if complement:
        rest = (11 - rest) % 11
    return "X" if rest == 10 else str(rest)
