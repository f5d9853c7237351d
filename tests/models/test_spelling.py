"""How names sound: the letters firms are found by."""

import pytest

from pipeline.models.spelling import BETWEEN, initials, syllables_begin


@pytest.mark.parametrize(
    ("name", "one_way"),
    [
        ("杭州青禾智控科技有限公司", "hzqhzkkjyxgs"),
        ("重庆长行(杭州)科技", "cqcxhzkj"),
        ("重庆长行(杭州)科技", "zqzhhzkj"),
        ("女儿绿城 3D打印", "nelc3ddy"),
        ("360", "360"),
    ],
)
def test_initials_are_told_in_every_way_the_name_is_read(name: str, one_way: str) -> None:
    assert one_way in initials(name).split(BETWEEN)


def test_a_name_that_is_read_in_very_many_ways_is_told_in_few() -> None:
    name = "长行重乐朝厦传会" * 5
    ways = initials(name).split(BETWEEN)
    assert len(ways) == 1 + len(name)
    assert all(len(way) == len(name) for way in ways)


@pytest.mark.parametrize(
    ("letters", "begins"),
    [("qinghe", "qh"), ("qingh", "qh"), ("xian", "xa"), ("xian", "x"), ("hangzhouqinghe", "hzqh"), ("nver", "ne")],
)
def test_letters_are_parted_into_syllables_of_which_the_last_may_be_begun(letters: str, begins: str) -> None:
    assert begins in syllables_begin(letters)


@pytest.mark.parametrize("letters", ["hzkj", "iqi", "bbb"])
def test_what_is_no_pinyin_has_no_syllables(letters: str) -> None:
    assert syllables_begin(letters) == []


def test_a_line_of_nonsense_is_parted_at_once() -> None:
    assert len(syllables_begin("an" * 20)) <= 16
