"""Views of a list kept under a name. A view holds an address and no rows."""

from django.db import transaction
from django.utils.translation import gettext as _

from pipeline import access
from pipeline.acts.conditions import ConditionUnmet, Missing, demand
from pipeline.models import SavedView, User

LONGEST_NAME, LONGEST_QUERY = 40, 1_000


@transaction.atomic
def keep(*, listing: str, name: str, query: str, shared: bool, by: User) -> SavedView:
    """Keep a view; one's own view of that name is written over."""
    access.require(by, "saved_view.keep")
    if by.office is None:
        raise ConditionUnmet([Missing("name", _("Only people of an office keep views."))])
    named = " ".join(name.split())
    demand(bool(named), "name", _("Give the view a name."))
    demand(len(named) <= LONGEST_NAME, "name", _("A name has at most %(n)s characters.") % {"n": LONGEST_NAME})
    demand(len(query) <= LONGEST_QUERY, "name", _("These conditions are too long to be kept."))
    mine = SavedView.objects.filter(person=by, listing=listing)
    full = mine.exclude(name=named).count() >= SavedView.MOST
    demand(not full, "name", _("At most %(n)s views are kept: remove one first.") % {"n": SavedView.MOST})
    if shared:
        _free_in_office(by, listing, named)
    own = {"query": query, "shared": shared, "office": by.office}
    kept, _made = SavedView.objects.update_or_create(person=by, listing=listing, name=named, defaults=own)
    return kept


@transaction.atomic
def share(view: SavedView, *, shared: bool, by: User) -> None:
    access.require(by, "saved_view.share")
    if shared:
        _free_in_office(by, view.listing, view.name)
    SavedView.objects.filter(pk=view.pk, person=by).update(shared=shared)


@transaction.atomic
def remove(view: SavedView, *, by: User) -> None:
    access.require(by, "saved_view.remove")
    SavedView.objects.filter(pk=view.pk, person=by).delete()


def _free_in_office(by: User, listing: str, name: str) -> None:
    taken = SavedView.objects.filter(office=by.office, listing=listing, name=name, shared=True).exclude(person=by)
    demand(
        not taken.exists(),
        "name",
        _("A colleague shares a view “%(name)s” already: choose another name.") % {"name": name},
    )
