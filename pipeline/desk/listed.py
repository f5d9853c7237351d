"""Any long list of the desk as a page: its groups, its conditions as a sentence, its columns, kept views, its rows."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts.listings.listing import Asked, Asker, Condition, Listing
from pipeline.desk import list_look, paging, saved_view
from pipeline.desk.list_look import ListLook
from pipeline.desk.long_list import LongPage, long_page
from pipeline.desk.sentence import Sentence
from pipeline.fields import day_field
from pipeline.models import SavedView
from pipeline.models.keyset import counted
from pipeline.models.people import own_offices
from pipeline.request import StaffRequest

LONGEST_TEXT = 40
WORDY = 24  # a column of a file as wide as this holds sentences, which are wrapped
Offered = Mapping[str, list[tuple[str, Any]]]


class Conditions(Sentence):
    """The conditions that one list declares; `only` some of them where not all are for who asks."""

    def __init__(self, asked: QueryDict, listing: Listing, offered: Offered) -> None:
        super().__init__(asked)
        self.listing, self.offered = listing, offered
        self.says = {name: listing.conditions[name].says for name in offered}
        self.known = {"sort", saved_view.OPENED_FROM, listing.group_param, *offered, *paging.OF_A_PAGE}
        for name, choices in offered.items():
            self.fields[name] = _field(listing.conditions[name], choices)
        self.is_valid()

    def of(self, asked: QueryDict) -> "Conditions":
        """Those of another address, out of the same choices."""
        return Conditions(asked, self.listing, self.offered)


@dataclass(frozen=True)
class Opened:
    """What the address of a list asks for, by whom, and what of it could not be read."""

    listing: Listing
    asker: Asker
    asked: Asked
    conditions: Conditions
    first: str  # the group it comes with
    faults: list[str]

    def of_view(self, view: SavedView) -> Asked:
        query = QueryDict(view.query)
        return _asked(self.listing, query, self.conditions.of(query), self.first)


def opened(request: StaffRequest, listing: Listing, *, first: str = "", only: Collection[str] | None = None) -> Opened:
    """`first` is the group that is shown where the address names none."""
    asker = Asker(request.user, request.today)
    offered = {
        name: list(condition.choices(asker)) if condition.choices else []
        for name, condition in listing.conditions.items()
        if only is None or name in only
    }
    conditions = Conditions(request.GET, listing, offered)
    asked = _asked(listing, request.GET, conditions, first)
    return Opened(
        listing, asker, asked, conditions, first, [*conditions.faults, *_strange(listing, request.GET, asked)]
    )


def list_page(
    request: StaffRequest,
    found: Opened,
    template: str,
    more: Mapping[str, Any],
    *,
    dress: Callable[[list[Any]], None] | None = None,
) -> HttpResponse:
    """The page of a list; `dress` adds to its rows what only this page tells of them."""
    listing = found.listing
    look = list_look.look_of(request.user.look, listing.name)
    views = list(SavedView.objects.offered(request.user, own_offices(request.user), listing.name))
    opens = next((each for each in views if str(each.public_id) == look.opens), None)
    if opens is not None and not request.GET:
        return redirect(saved_view.address(opens))
    counts = _counts(found, views)
    total = counts["group", found.asked.view]
    page = _page(request, found, total)
    rows = list(page.rows)
    if dress:
        dress(rows)
    shown = {
        **_listed(request, found, look),
        "page": replace(page, says=""),
        "rows": rows,
        "total": total,
        "groups": _groups(found, counts, request.GET),
        "faults": [*found.faults, *filter(None, [page.says]), *saved_view.missing(request.GET, views)],
        "nothing": {} if rows else _nothing(request, found),
        **_views(request, views, counts, look),
        **more,
    }
    return render(request, template, shown | {"more": _tools(request, shown, found, look)})


def _listed(request: StaffRequest, found: Opened, look: ListLook) -> dict[str, Any]:
    """What of the page does not depend on its rows."""
    return {
        "listing": found.listing.name,
        "section": f"desk:{found.listing.name}",
        "query": _query(request.GET, found),
        "columns": columns(found, look, request.GET),
        "firm_column": _head(found, "firm", request.GET, look),
        "density": look.density,
        "widths": look.widths,
        "asked": found.asked,
        "may_look": access.opens(request.user.seat_kinds, "desk:list_look"),
        "chips": found.conditions.chips(request.GET),
    }


def columns(found: Opened, look: ListLook, asked: QueryDict) -> list[dict[str, Any]]:
    return [_head(found, name, asked, look) for name in look.columns]


def _asked(listing: Listing, query: QueryDict, conditions: Conditions, first: str) -> Asked:
    """A group or an order the list does not know is the first one."""
    groups, sorts = list(listing.groups), list(listing.sorts)
    group, sort = query.get(listing.group_param, ""), query.get("sort", "")
    begins = first or (groups[0] if groups else "")
    return Asked(group if group in groups else begins, sort if sort in sorts else sorts[0], conditions.chosen)


def _field(condition: Condition, choices: list[tuple[str, Any]]) -> forms.Field:
    label: Any = condition.label
    if condition.day:
        return day_field(label, required=False)
    if condition.choices:
        return forms.ChoiceField(label=label, required=False, choices=[("", "—"), *choices])
    return forms.CharField(label=label, required=False, max_length=LONGEST_TEXT)


def _strange(listing: Listing, query: QueryDict, asked: Asked) -> list[str]:
    says = []
    group, sort = query.get(listing.group_param, ""), query.get("sort", "")
    if listing.groups and group and group not in listing.groups:
        words = {"name": group[:40], "shown": listing.groups[asked.view]}
        says.append(_("There is no view “%(name)s”: “%(shown)s” is shown.") % words)
    if sort and sort not in listing.sorts:
        says.append(_("The list cannot be sorted by “%(name)s”.") % {"name": sort[:40]})
    return says


def _counts(found: Opened, views: list[SavedView]) -> dict[tuple[str, Any], int]:
    """How long each group and each kept view is, up to a thousand. One statement."""
    listing, asked = found.listing, found.asked
    lists = {("group", name): replace(asked, view=name) for name in listing.groups or [asked.view]}
    kept = {("saved", each.pk): found.of_view(each) for each in views}
    wanted: dict[tuple[str, Any], Asked] = {**lists, **kept}
    return counted({name: listing.narrowed(each, found.asker) for name, each in wanted.items()})


def _page(request: StaffRequest, found: Opened, total: int) -> LongPage:
    """The rows are fetched as they are cut, but where they are sorted by a text: see `keyset`."""
    listing, asked, asker = found.listing, found.asked, found.asker
    sort = listing.sorts[asked.sort]
    turned = sort.turn(listing.narrowed(asked, asker))
    own: dict[str, Any] = {"newest_first": sort.newest_first, "total": total}
    if sort.form is str:
        page = long_page(request, turned, str, **own)
        return replace(page, rows=listing.drawn(asked, page.keys, asker))
    shown = listing.shown(sort.turn(listing.rows(asker, asked)), asker)
    page = long_page(request, turned, sort.form, shown=shown, **own)
    return replace(page, rows=listing.dressed(list(page.rows), asker))


def _head(found: Opened, name: str, asked: QueryDict, look: ListLook) -> dict[str, Any]:
    column, sort = found.listing.columns.get(name), found.listing.sorts.get(name)
    classes = ["when-wide"] if column and column.wide else []
    if column:
        classes.append("wordy" if column.width >= WORDY else "num" if column.form == "number" else "nowrap")
    return {
        "name": name,
        "label": column.label if column else "",
        "look": " ".join(classes),
        "url": paging.altered(asked, "sort", name) if sort else "",
        "sorted": ("descending" if sort and sort.newest_first else "ascending") if name == found.asked.sort else "",
        "width": look.widths.get(name, ""),
    }


def _groups(found: Opened, counts: Mapping[tuple[str, Any], int], asked: QueryDict) -> list[dict[str, Any]]:
    plain = asked.copy()
    plain.pop(saved_view.OPENED_FROM, None)
    return [
        {
            "url": paging.altered(plain, found.listing.group_param, name),
            "label": label,
            "count": paging.capped(counts["group", name]),
            "here": name == found.asked.view,
        }
        for name, label in found.listing.groups.items()
    ]


def _query(asked: QueryDict, found: Opened) -> str:
    """The address of the list as its tools pass it on, with the group that is shown."""
    kept = QueryDict(saved_view.bare(asked), mutable=True)
    if found.asked.view:
        kept[found.listing.group_param] = found.asked.view
    return kept.urlencode()


def _views(
    request: StaffRequest, views: list[SavedView], counts: Mapping[tuple[str, Any], int], look: ListLook
) -> dict[str, Any]:
    here = request.GET.get(saved_view.OPENED_FROM, "")
    view = next((each for each in views if str(each.public_id) == here), None)
    numbers = {each.pk: paging.capped(counts["saved", each.pk]) for each in views}
    return {
        "saved_tabs": saved_view.tabs(views, here, numbers),
        "opened": view,
        "opens_here": view is not None and str(view.public_id) == look.opens,
    }


def _tools(request: StaffRequest, shown: dict[str, Any], found: Opened, look: ListLook) -> SafeString:
    """What stands beside the sentence: more conditions, the columns, keeping the view, the list as a file."""
    listing = found.listing
    offered = [(name, column.label, name in look.columns) for name, column in listing.columns.items()]
    also = {
        "form": found.conditions,
        "look_of_list": look,
        "offered_columns": offered,
        "personal": listing.personal,
        "group_param": listing.group_param,
    }
    also["may_export"] = access.may(request.user, "export.ask")
    return render_to_string("desk/listed/tools.html", shown | also, request)


def _nothing(request: StaffRequest, found: Opened) -> dict[str, Any]:
    """Why a narrowed list is empty: each condition without which there would be rows. One statement."""
    names = list(found.conditions.chosen)
    if not names:
        return {}
    left = counted({name: found.listing.narrowed(found.asked.without(name), found.asker) for name in names})
    says = _("without “%(condition)s”: %(count)s")
    guilty = [
        {
            "says": says % {"condition": found.conditions.part(name), "count": paging.capped(left[name])},
            "url": paging.altered(request.GET, name),
        }
        for name in names
        if left[name]
    ]
    group = {found.listing.group_param: found.asked.view} if found.asked.view else {}
    clear = QueryDict(mutable=True)
    clear.update(group)
    cleared = f"{request.path}?{clear.urlencode()}" if group else request.path
    return {"says": _("No row meets these conditions."), "act": _("Clear all"), "url": cleared, "guilty": guilty}
