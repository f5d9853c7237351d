"""Conditions on text that enter an index under row policies too."""

from django.contrib.postgres.search import SearchQuery
from django.db.models import Q

LAST_SIGN = "\U0010ffff"


class TextQuery(SearchQuery):
    """A search condition as it stands, taken for words that are already cut."""

    template = "(%(expressions)s)::tsquery"


def bigram_query(words: str) -> str:
    """Every two characters of the words, all of which a name must hold; the indexed column holds them too."""
    pieces = [words[place : place + 2] for place in range(max(len(words) - 1, 1))]
    return " & ".join("'" + piece.replace("\\", "\\\\").replace("'", "''") + "'" for piece in pieces)


def begins(column: str, text: str) -> Q:
    """The column begins with the text. Under row policies LIKE enters no index; what lies between two texts does."""
    return Q((f"{column}__gte", text), (f"{column}__lt", text + LAST_SIGN), (f"{column}__startswith", text))
