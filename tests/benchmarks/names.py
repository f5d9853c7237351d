"""Names of made-up firms, built as real ones are: a place, a word of their own, a trade, a form of company.

The characters of a firm's own word follow Zipf's law: a few stand in very many names, most in very few.
"""

from __future__ import annotations

from collections import Counter
from functools import cache

import polars as pl
from pypinyin import lazy_pinyin

from pipeline.models.spelling import BETWEEN, initials
from pipeline.rules.codes.fields import carried_fields
from pipeline.rules.codes.industries import carried_industries

LIKED = (
    "华新金天中海德恒瑞盛达科宏泰安东方信诚嘉创博联优康智云星美思远立凯大国正元力汇兴万通利亚士光特益明永隆福"
    "祥丰和平顺鑫佳佰亿昌源荣旺茂聚飞腾龙凤麒麟鼎铭锐捷迅速网易数据芯微纳普森林木青禾绿洲蓝图晨曦卓越启航"
)
PLACES = {"杭州": 60, "浙江": 24, "余杭": 4, "萧山": 4, "临安": 3, "富阳": 2, "桐庐": 1, "建德": 1, "淳安": 1}
TRADES = {
    "科技": 30, "信息技术": 9, "智能科技": 8, "机械": 6, "生物科技": 6, "网络科技": 6, "电子": 5, "环保科技": 4,
    "新材料": 4, "医疗器械": 4, "软件": 3, "自动化设备": 3, "新能源": 3, "食品": 2, "医药": 2, "精密制造": 2,
    "纺织": 1, "光电": 1, "农业科技": 1,
}  # fmt: skip
FORMS = {"有限公司": 90, "股份有限公司": 8, "有限责任公司": 2}
STEEPNESS = 3.2  # the most liked character begins about every fourteenth name
LETTERS = ("ABC", "e", "3D", "i")
RARE = range(0x4E00, 0x9FA5, 7)


@cache
def characters() -> list[str]:
    """The liked ones, then those of the public lists of industries and fields from the commonest on, then rare ones."""
    texts = [each.name for each in carried_industries().values()] + list(carried_fields().values())
    counted = Counter(sign for text in texts for sign in text if "\u4e00" <= sign <= "\u9fff")
    ordered = [*LIKED, *(sign for sign, _count in counted.most_common()), *(chr(code) for code in RARE)]
    return list(dict.fromkeys(ordered))


def weighted(words: dict[str, int]) -> list[str]:
    return [word for word, times in words.items() for _ in range(times)]


def sounds(words: list[str]) -> list[str]:
    return ["".join(lazy_pinyin(word)) for word in words]


def letters(words: list[str]) -> list[str]:
    """How the syllables of each word begin, in the way it is usually read."""
    return [initials(word).partition(BETWEEN)[0] for word in words]


def names(chances: pl.DataFrame) -> pl.DataFrame:
    """`name`, `pinyin`, the key it is sorted by, and `initials`, how its syllables begin, for each row of six columns
    of chances between 0 and 1: `place`, `first`, `second`, `third`, `trade`, `form`.
    """
    places, trades, forms, signs = weighted(PLACES), weighted(TRADES), weighted(FORMS), [*characters(), *LETTERS]
    steep = {name: (chances[name] ** STEEPNESS) for name in ("first", "second")}
    third = chances["third"]
    parts = [
        (places, chances["place"]),
        (signs, steep["first"]),
        (signs, steep["second"]),
        (["", *signs], pl.Series(pl.select(pl.when(third < 0.8).then(0.0).otherwise((third - 0.8) * 5)).to_series())),
        (trades, chances["trade"]),
        (forms, chances["form"]),
    ]
    picked = [(words, (share * len(words)).floor().cast(pl.UInt32).clip(0, len(words) - 1)) for words, share in parts]
    texts = pl.DataFrame({str(place): pl.Series(words).gather(at) for place, (words, at) in enumerate(picked)})
    spoken = pl.DataFrame({str(place): pl.Series(sounds(words)).gather(at) for place, (words, at) in enumerate(picked)})
    begun = pl.DataFrame({str(place): pl.Series(letters(words)).gather(at) for place, (words, at) in enumerate(picked)})
    name, sound, letter = (each.select(pl.concat_str("*")).to_series() for each in (texts, spoken, begun))
    return pl.DataFrame({"name": name, "sound": sound, "initials": letter}).select(
        "name", "initials", pinyin=pl.concat_str(pl.col("sound").str.slice(0, 300), pl.lit(" "), "name")
    )
