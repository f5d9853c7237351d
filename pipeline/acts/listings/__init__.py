"""The long lists of the desk besides that of cases, by the name of their page."""

from pipeline.acts.listings.behind import FUNNEL_FIRMS
from pipeline.acts.listings.calls import CALLS
from pipeline.acts.listings.certification import APPLICATIONS, CERTIFICATES, OBLIGATION_LIST
from pipeline.acts.listings.coached import COACHING, DIFFICULTIES, VISITS
from pipeline.acts.listings.listing import Listing
from pipeline.acts.listings.odd import QUALITY

LISTS: dict[str, Listing] = {
    each.name: each
    for each in (
        APPLICATIONS, CERTIFICATES, OBLIGATION_LIST, COACHING, VISITS, DIFFICULTIES, CALLS, FUNNEL_FIRMS, QUALITY,
    )
}  # fmt: skip
