"""Conditions on text that enter an index under row policies too."""

from unicodedata import normalize

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q, Value

from pipeline.models.spelling import syllables_begin

LAST_SIGN = "\U0010ffff"
SHORTEST_TAIL = 4  # of a credit code
LONGEST_CODE = 18


class TextQuery(SearchQuery):
    """A search condition as it stands, taken for words that are already cut."""

    template = "(%(expressions)s)::tsquery"


def plain(text: str) -> str:
    """The text as names are compared: without blanks, wide and capital letters. The database has it as `mp_plain`."""
    return "".join(normalize("NFKC", text).split()).lower()


def bigram_query(words: str) -> str:
    """Every two characters of the words, all of which a name must hold; the indexed column holds them too."""
    pieces = [words[place : place + 2] for place in range(max(len(words) - 1, 1))]
    return " & ".join("'" + piece.replace("\\", "\\\\").replace("'", "''") + "'" for piece in pieces)


def begins(column: str, text: str) -> Q:
    """The column begins with the text. Under row policies LIKE enters no index; what lies between two texts does."""
    return Q((f"{column}__gte", text), (f"{column}__lt", text + LAST_SIGN), (f"{column}__startswith", text))


def called(words: str, firm: str = "", *, one_by_one: bool = False) -> Q:
    """Firms called so, of rows that reach them by `firm` ("firm__"): by any one or two characters and more of a name
    they have or had or are known by; by letters, as they sound; by the beginning or the end of their credit code.
    The words are `plain` and not empty. Names are looked through `one_by_one` where very many hold the words.
    """
    found = Q((f"{firm}plain_name__contains", words)) | _also(words, firm) if one_by_one else _named(words, firm)
    if not words.isascii():
        return found
    code = words.upper()
    found |= begins(f"{firm}uscc", code) | begins(f"{firm}pinyin", words)
    if SHORTEST_TAIL <= len(code) <= LONGEST_CODE:
        found |= begins(f"{firm}code_backwards", code[::-1])
    spelt = _spelt(words, firm) if words.isalpha() else None
    return found | spelt if spelt else found


def _named(words: str, firm: str) -> Q:
    query = TextQuery(Value(bigram_query(words)))
    name = Q((f"{firm}search", query))
    if len(words) > 2:
        name &= Q((f"{firm}plain_name__contains", words))
    return name | Q((f"{firm}also_search", query)) & _also(words, firm)


def _also(words: str, firm: str) -> Q:
    return Q((f"{firm}also__contains", words))


def _spelt(letters: str, firm: str) -> Q | None:
    """The letters spell two syllables of the name, or more. The index is entered by the first letters of these."""
    ways = [f"({bigram_query(begin)})" for begin in syllables_begin(letters) if len(begin) > 1]
    if not ways:
        return None
    return Q((f"{firm}also_search", TextQuery(Value(" | ".join(ways)))), (f"{firm}pinyin__contains", letters))
