"""Rows of firms by what their firms are called."""

from django.db.models import Q

from pipeline.models.commonness import VERY_COMMON, held_by_many
from pipeline.models.entering import one_of
from pipeline.models.firm import Firm
from pipeline.models.text_search import called, plain


def of_firms_called(text: str, common: float = VERY_COMMON) -> Q:
    """Rows whose firms are called so, all where the text says nothing. `common`: see `held_by_many`. Firms whose words
    few names hold are found first: joined, the database would go through the rows in their order to look for them.
    """
    words = plain(text)
    if not words:
        return Q()
    if held_by_many(words, common):
        return called(words, "firm__", one_by_one=True)
    return one_of("firm", Firm.objects.filter(called(words)).order_by().values("pk"))
