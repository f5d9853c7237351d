"""How a list of the desk looks to a person: columns, density, the view it opens with. Kept in the account."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from pipeline.acts import people
from pipeline.acts.listings import LISTS
from pipeline.models.case_list import COLUMNS as OF_CASES
from pipeline.models.firm_list import COLUMNS as OF_FIRMS
from pipeline.models.listing import QUEUE, SCREENING
from pipeline.request import LOOKS, StaffRequest, number_sent

COLUMNS = {QUEUE: OF_CASES, SCREENING: OF_FIRMS, **{name: tuple(each.columns) for name, each in LISTS.items()}}
AT_FIRST = {
    QUEUE: ("number", "county", "stage", "turn", "due", "shortfall", "change"),
    SCREENING: ("county", "short", "shortfall", "bar", "score", "stage", "judged"),
    **{name: tuple(each.at_first) for name, each in LISTS.items()},
}
NARROWEST, WIDEST = 40, 900  # pixels
FIRM = "firm"  # the first column, which is always shown


@dataclass(frozen=True)
class ListLook:
    """Columns in the order of the list; `density` is empty where it is that of all; `opens` names a saved view;
    `widths` are those of columns whose width the person set, in pixels.
    """

    columns: tuple[str, ...]
    density: str = ""
    opens: str = ""
    widths: Mapping[str, int] = field(default_factory=dict)


def look_of(kept: Mapping[str, Any], listing: str) -> ListLook:
    """What a person chose, of what there is today."""
    chosen = kept.get(listing)
    if not isinstance(chosen, dict):
        return ListLook(AT_FIRST[listing])
    columns = tuple(each for each in COLUMNS[listing] if each in chosen.get("columns", ()))
    return ListLook(
        columns or AT_FIRST[listing],
        str(chosen.get("density", "")),
        str(chosen.get("opens", "")),
        _widths(listing, chosen.get("widths")),
    )


def _widths(listing: str, kept: Any) -> dict[str, int]:
    """Of what was kept or sent the widths that a column of this list can have."""
    if not isinstance(kept, Mapping):
        return {}
    known = {FIRM, *COLUMNS[listing]}
    return {
        name: width
        for name, width in kept.items()
        if name in known and type(width) is int and NARROWEST <= width <= WIDEST
    }


def keep(request: StaffRequest, listing: str, **changes: Any) -> None:
    chosen = asdict(look_of(request.user.look, listing)) | changes
    people.prefer(request.user, look={listing: chosen})


def list_look(request: StaffRequest, listing: str) -> HttpResponse:
    """Keep the columns and the density of a list, or let it look again as it comes."""
    if listing not in COLUMNS:
        raise Http404("no such list")
    if "width" in request.POST:
        return _keep_widths(request, listing)
    if "as-it-comes" in request.POST:
        keep(request, listing, columns=AT_FIRST[listing], density="", widths={})
    else:
        wanted = set(request.POST.getlist("column"))
        for strange in sorted(wanted - set(COLUMNS[listing])):
            messages.warning(request, _("“%(name)s” is no column of this list.") % {"name": strange[:40]})
        columns = [each for each in COLUMNS[listing] if each in wanted]
        density = request.POST.get("density", "")
        keep(request, listing, columns=columns, density=density if density in LOOKS["density"] else "")
        if not columns:
            messages.warning(request, _("No column was chosen: the list shows those it comes with."))
    return redirect(back(request, listing))


def _keep_widths(request: StaffRequest, listing: str) -> HttpResponse:
    """Sent by the page itself while columns are made wider or narrower: `name:pixels` each; others stay."""
    pairs = [each.partition(":") for each in request.POST.getlist("width")]
    sent = {name: number_sent(width) for name, _colon, width in pairs}
    kept = {**look_of(request.user.look, listing).widths, **sent}
    keep(request, listing, widths=_widths(listing, kept))
    return HttpResponse(status=204)


def back(request: StaffRequest, listing: str) -> str:
    """The list as the address of this request describes it."""
    asked = request.GET.urlencode()
    return reverse(f"desk:{listing}") + (f"?{asked}" if asked else "")
