from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.rules.codes.identifiers import (
    CREDIT_CODE_LETTERS,
    IdentifierRefused,
    certificate_number,
    comparable,
    credit_code,
    credit_code_doubts,
    identity_number,
    masked_identity,
    masked_phone,
    number_doubt,
    organisation_code_doubt,
    patent_kind,
    patent_number,
    pct_number,
    phone_number,
    publication_number,
    reads,
    right_number,
    sme_number,
    software_number,
)

# Codes seen in public files: the first ones carry a right check digit, the others were made up by programmers.
REAL_CODES = [
    "91350100M000100Y43",
    "91512081MA62K0260E",
    "91130638MA0G1XN979",
    "91350583MA8REACD2Y",
    "91530627MA6Q6PGX4L",
]
MADE_UP = ["91440300MA5D123456", "91110108MA01234567", "91110000MA12345678", "91110000MA87654321", "91330521MAJ3A4B5C6"]
VALUES = {letter: value for value, letter in enumerate(CREDIT_CODE_LETTERS)}


def check_digit_by_the_standard(body: str) -> str:
    """GB 32100-2015: weights are powers of 3 modulo 31."""
    rest = sum(VALUES[letter] * pow(3, place, 31) for place, letter in enumerate(body)) % 31
    return CREDIT_CODE_LETTERS[(31 - rest) % 31]


def refusal(read: Callable[[str], str], text: str) -> str:
    with pytest.raises(IdentifierRefused) as refused:
        read(text)
    return refused.value.says.zh


@pytest.mark.parametrize("code", REAL_CODES)
def test_a_real_code_is_its_own_normal_form(code: str) -> None:
    assert credit_code(code) == code


@pytest.mark.parametrize(
    "text", ["91350100m000100y43", "９１３５０１００Ｍ０００１００Ｙ４３", " 9135 0100-M000100Y43\n"]
)
def test_lower_case_full_width_and_spaces_are_put_right(text: str) -> None:
    assert credit_code(text) == "91350100M000100Y43"


@pytest.mark.parametrize("code", MADE_UP)
def test_a_made_up_code_is_refused_with_the_digit_that_would_be_right(code: str) -> None:
    assert f"末位应为 {check_digit_by_the_standard(code[:17])}，现为 {code[17]}" in refusal(credit_code, code)


@given(body=st.text(CREDIT_CODE_LETTERS, min_size=17, max_size=17))
def test_only_one_check_digit_is_accepted(body: str) -> None:
    accepted = []
    for letter in CREDIT_CODE_LETTERS:
        try:
            accepted.append(credit_code(body + letter)[-1])
        except IdentifierRefused:
            continue
    assert accepted == [check_digit_by_the_standard(body)]


def test_a_letter_that_is_not_used_is_named_with_what_was_probably_meant() -> None:
    assert "第 13 位的“O”不是允许的字符（不用 I、O、S、V、Z），可能是 0" in refusal(credit_code, "91350100M000O00Y43")


def test_a_short_code_says_how_long_it_is() -> None:
    assert refusal(credit_code, "9135") == "统一社会信用代码应为 18 位，现为 4 位"


def test_the_organisation_code_inside_is_only_doubted() -> None:
    assert organisation_code_doubt("91350100M000100Y43") is None
    doubt = organisation_code_doubt("91350100M000100Y5" + check_digit_by_the_standard("91350100M000100Y5"))
    assert doubt is not None
    assert "应为 4，现为 5" in doubt.zh


@pytest.mark.parametrize(
    ("text", "normal", "kind"),
    [
        ("ZL201710601862.3", "201710601862.3", "invention"),
        ("zl 2017 1 0601862 3", "201710601862.3", "invention"),
        ("CN95115608.x", "95115608.X", "invention"),
        ("97101765.4", "97101765.4", "invention"),
    ],
)
def test_a_patent_number_old_and_new(text: str, normal: str, kind: str) -> None:
    assert patent_number(text) == normal
    assert patent_kind(patent_number(text)) == kind


@pytest.mark.parametrize(("text", "right"), [("ZL201710601862.4", "3"), ("201710601862", "3"), ("95115608.1", "X")])
def test_a_patent_number_with_a_wrong_check_digit_says_the_right_one(text: str, right: str) -> None:
    assert f"校验位应为 {right}" in refusal(patent_number, text)


@pytest.mark.parametrize("text", ["201770601862.3", "PCT/CN2023/123456", "12345", ""])
def test_what_is_no_patent_number_is_told_what_one_looks_like(text: str) -> None:
    assert "不是中国专利号" in refusal(patent_number, text)


@pytest.mark.parametrize("text", ["2019SR0123456", "2016sr123456", "软著登字第1234567号"])
def test_software_numbers(text: str) -> None:
    assert software_number(text) == text.upper()


def test_what_is_no_software_number() -> None:
    assert "2019SR0123456" in refusal(software_number, "SR0123456")


def test_a_number_is_read_by_the_kind_of_its_right() -> None:
    assert right_number("utility_model", "ZL201710601862.3") == "201710601862.3"
    assert right_number("ic_layout", " BS．195555555 ") == "BS.195555555"


def test_a_certificate_number_names_its_year_and_province() -> None:
    assert certificate_number("gr202344001234") == "GR202344001234"
    assert certificate_number("GF201444000001") == "GF201444000001"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("GR202399001234", "省码 99 不存在"),
        ("GR200744001234", "早于 2008 年"),
        ("GR20234400123", "不是高新技术企业证书编号"),
    ],
)
def test_a_wrong_certificate_number_says_what_is_wrong(text: str, why: str) -> None:
    assert why in refusal(certificate_number, text)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("138 1234 5678", "13812345678"),
        ("+86-138-1234-5678", "13812345678"),
        ("(0571)87654321", "0571-87654321"),
        ("010-12345678", "010-12345678"),
        ("021 87654321", "021-87654321"),
    ],
)
def test_phone_numbers(text: str, normal: str) -> None:
    assert phone_number(text) == normal


@pytest.mark.parametrize("text", ["12812345678", "1381234567", "87654321", "张三"])
def test_what_is_no_phone_number(text: str) -> None:
    assert "不是电话号码" in refusal(phone_number, text)


# ----------------------------------------------------------------------------------- rights and papers of other kinds


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("CN107334567A", "CN107334567A"),
        ("cn 207654321 u", "CN207654321U"),
        ("CN307654321S", "CN307654321S"),
        ("CN1234567C", "CN1234567C"),
        ("CN107334567B2", "CN107334567B2"),
    ],
)
def test_publication_numbers(text: str, normal: str) -> None:
    assert publication_number(text) == normal


@pytest.mark.parametrize(
    "text", ["CN107334567U", "CN207654321A", "CN307654321Y", "CN407654321A", "CN10733456A", "CN1234567E"]
)
def test_the_letter_of_a_publication_goes_with_its_kind(text: str) -> None:
    assert "如 CN107334567A" in refusal(publication_number, text)


def test_an_international_application_is_not_a_right() -> None:
    assert pct_number("pct/cn2023/123456") == "PCT/CN2023/123456"
    assert "如 PCT/CN2023/123456" in refusal(pct_number, "PCT/US2023/123456")


@pytest.mark.parametrize(
    ("text", "aside"),
    [
        ("CN107334567A", "（这是公布或公告号）"),
        ("PCT/CN2023/123456", "（这是 PCT 国际申请号）"),
        ("12345", "专利号："),
    ],
)
def test_another_number_in_place_of_a_patents_is_named(text: str, aside: str) -> None:
    assert aside in refusal(patent_number, text)


@pytest.mark.parametrize(
    ("kind", "text", "normal"),
    [
        ("ic_layout", "BS.20551234.5", "BS.205512345"),
        ("ic_layout", "bs205512345X", "BS.205512345.X"),
        ("plant_variety", "CNA20191001234", "CNA20191001234"),
        ("plant_variety", "cna 2010 0123.4", "CNA201001234"),
        ("plant_variety", "20130001", "20130001"),
    ],
)
def test_layouts_and_plant_varieties_have_a_usual_form(kind: str, text: str, normal: str) -> None:
    assert right_number(kind, text) == normal
    assert number_doubt(kind, text) is None


@pytest.mark.parametrize(("kind", "text"), [("ic_layout", "BS.20551234"), ("plant_variety", "CNA1234567")])
def test_what_no_text_settles_is_doubted_and_kept_as_it_is(kind: str, text: str) -> None:
    doubt = number_doubt(kind, text)
    assert right_number(kind, text) == text
    assert doubt is not None
    assert doubt.zh.startswith("不像")


def test_a_number_of_another_kind_of_patent_is_doubted() -> None:
    doubt = number_doubt("design", "ZL201710601862.3")
    assert doubt is not None
    assert doubt.zh == "这是发明的专利号，所填类别是外观设计"
    assert number_doubt("invention", "ZL201710601862.3") is None
    assert number_doubt("trademark", "12345") is None


def test_two_ways_of_writing_one_number_compare_equal() -> None:
    ways = ["ZL201710601862.3", "zl 2017 1 0601862 3", "CN201710601862.3", "ＺＬ２０１７１０６０１８６２．３"]
    assert {comparable(way) for way in ways} == {"2017106018623"}
    assert comparable("CNA20191001234") == "CNA20191001234"


# ------------------------------------------------------------------------------------------------- firms and persons


def test_a_credit_code_is_doubted_for_what_it_begins_with() -> None:
    assert credit_code_doubts("91350100M000100Y43") == []
    body = "12990100M000100Y4"
    doubts = [doubt.zh for doubt in credit_code_doubts(body + check_digit_by_the_standard(body))]
    assert doubts == ["不是企业的代码：应以 91 开头", "登记机关省码 99 不存在"]
    body = "91350100M000100Y5"
    assert "应为 4，现为 5" in credit_code_doubts(body + check_digit_by_the_standard(body))[0].zh


@pytest.mark.parametrize("flags", ["00", "0A", "B0", "ZZ", "9X"])
def test_an_sme_number_is_never_refused_for_its_flags(flags: str) -> None:
    assert sme_number(f"2026330106{flags}123456") == f"2026330106{flags}123456"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("202633010600123", "应为 18 位（4 位年份、6 位区划、2 位标识、6 位序号），现为 15 位"),
        ("202699010600123456", "省码 99 不存在"),
        ("201633010600123456", "年份 2016 早于 2017 年"),
        ("20263301060012345A", "不是科技型中小企业登记编号"),
    ],
)
def test_a_wrong_sme_number_says_what_is_wrong(text: str, why: str) -> None:
    assert why in refusal(sme_number, text)
    assert sme_number("201733010600123456") == "201733010600123456"


def test_an_identity_number_by_its_check_character() -> None:
    assert identity_number("11010519491231002x") == "11010519491231002X"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("110105194912310021", "校验不符"),
        ("11010519491331002X", "不是日期"),
        ("99010519491231002X", "前两位不是省码"),
        ("1101051949123100", "现为 16 位"),
    ],
)
def test_a_refused_identity_number_is_never_repeated(text: str, why: str) -> None:
    said = refusal(identity_number, text)
    assert why in said
    assert text not in said


def test_personal_numbers_are_masked() -> None:
    assert masked_identity("11010519491231002X") == "1101***********02X"
    assert masked_phone("13812341234") == "138****1234"
    assert masked_phone("0571-87654321") == "0571-****4321"


@given(body=st.text("0123456789", min_size=17, max_size=17))
def test_only_one_check_character_of_an_identity_number_is_right(body: str) -> None:
    dated = f"110105{body[6:9].translate(str.maketrans('0', '1'))}0{'01' + '15'}{body[14:]}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    right = "10X98765432"[sum(int(d) * w for d, w in zip(dated, weights, strict=True)) % 11]
    assert [last for last in "0123456789X" if reads(identity_number, dated + last)] == [right]


def test_every_sample_code_of_the_wild_is_read_and_every_mock_refused() -> None:
    assert all(reads(credit_code, code) for code in REAL_CODES)
    assert not any(reads(credit_code, code) for code in MADE_UP)
