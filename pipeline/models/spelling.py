"""How the name of a firm sounds, in the letters people type instead of it."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import product

import pgtrigger
from django.db.models import TextField, Value
from django.db.models.functions import Concat
from pypinyin import Style, lazy_pinyin

# Characters that firms' names hold and people read in two ways, with the letters either reading begins with.
READ_TWICE = {
    sign: letters
    for letters, signs in {
        "bp": "便堡埔泊",
        "cq": "仇",
        "cs": "参",
        "cz": "长朝传藏重曾查",
        "ds": "单石",
        "dt": "弹调",
        "dz": "翟",
        "hk": "会",
        "hx": "行",
        "jq": "奇",
        "jx": "解系校降",
        "ly": "乐",
        "sx": "厦",
    }.items()
    for sign in signs
}
BETWEEN = "\x1f"  # parts the names of one firm; no name holds it, and nobody can type it
MOST_WAYS = 16
CONSONANTS = ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw")
FINALS = (
    "a", "ai", "an", "ang", "ao", "e", "ei", "en", "eng", "i", "ia", "ian", "iang", "iao", "ie", "in", "ing", "iong",
    "iu", "o", "ong", "ou", "u", "ua", "uai", "uan", "uang", "ue", "ui", "un", "uo", "v", "ve",
)  # fmt: skip
SYLLABLES = frozenset(("a", "ai", "an", "ang", "ao", "e", "ei", "en", "er", "o", "ou")) | {
    first + last for first in CONSONANTS for last in FINALS
}
BEGUN = frozenset(syllable[:length] for syllable in SYLLABLES for length in range(1, len(syllable) + 1))
LONGEST = max(map(len, SYLLABLES))
OTHER_NAMES = Concat("short_name", Value(BETWEEN), "former_names", Value(BETWEEN), "initials", output_field=TextField())
SPELT_ANEW = pgtrigger.Trigger(  # whoever renames a firm and says nothing of its sound leaves that to the sweep
    name="spelt_anew",
    when=pgtrigger.Before,
    operation=pgtrigger.UpdateOf("name"),  # type: ignore[no-untyped-call]
    condition=pgtrigger.Q(old__name__df=pgtrigger.F("new__name"), old__initials=pgtrigger.F("new__initials")),
    func="new.initials = ''; return new;",
)


def pinyin_key(name: str) -> str:
    """What a Chinese name is sorted by: its syllables, then the name itself to tell homophones apart."""
    return f"{''.join(lazy_pinyin(name))[:300]} {name}"[:400]


def initials(name: str) -> str:
    """The first letters of the name's syllables, in each way it may be read, one after the other (`BETWEEN`).
    What is neither a letter nor a figure is left out.
    """
    signs = [sign for sign in name.lower() if sign.isalnum()]
    read = lazy_pinyin("".join(signs), style=Style.FIRST_LETTER, errors=list)  # type: ignore[arg-type]  # it takes lists
    if len(read) != len(signs):  # a sign that is no single sound
        return "".join(read)
    return BETWEEN.join(_ways([_letters(*pair) for pair in zip(signs, read, strict=True)]))


def _letters(sign: str, read: str) -> list[str]:
    return list(dict.fromkeys([read, *READ_TWICE.get(sign, "")]))


def _ways(letters: list[list[str]]) -> Iterator[str]:
    """Every reading; of a name with very many of them those in which one character at most is read unusually."""
    usual = [each[0] for each in letters]
    many = 1
    for each in letters:
        many *= len(each)
    if many <= MOST_WAYS:
        yield from map("".join, product(*letters))
        return
    yield "".join(usual)
    for place, each in enumerate(letters):
        for other in each[1:]:
            yield "".join([*usual[:place], other, *usual[place + 1 :]])


def syllables_begin(letters: str) -> list[str]:
    """The first letters of the syllables that the letters may be made of, in each way to part them, the fewest
    syllables first; the last one may be typed in part. Empty where they are no pinyin.
    """
    return sorted(_parted(letters), key=lambda way: (len(way), way))


@lru_cache(maxsize=2_000)  # what people type
def _parted(letters: str) -> frozenset[str]:
    found = {letters[0]} if letters in BEGUN else set()
    for length in range(1, min(LONGEST, len(letters) - 1) + 1):
        if letters[:length] in SYLLABLES:
            found |= {letters[0] + rest for rest in _parted(letters[length:])}
    return frozenset(sorted(found, key=lambda way: (len(way), way))[:MOST_WAYS])
