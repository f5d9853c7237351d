"""What the office was told, and what its people and others of the house are told alone."""

from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now

from pipeline import access
from pipeline.acts import notice as acts
from pipeline.desk.long_list import long_page
from pipeline.desk.paging import capped
from pipeline.models import Notice
from pipeline.models.keyset import counted
from pipeline.models.notice import NoticeQuerySet
from pipeline.request import StaffRequest


def messages(request: StaffRequest) -> HttpResponse:
    """Newest first. Reading changes nothing; "mark as read" is a button."""
    mine = _mine(request)
    if request.method == "POST":
        acts.read(mine, by=request.user, at=now())
        return redirect("desk:messages")
    turned = mine.annotate(turn=F("pk"))
    page = long_page(request, turned, int, newest_first=True, shown=turned.defer("firm__search"))
    unread = counted({"unread": mine.filter(read_at=None)})["unread"]
    says = capped(unread)
    kinds = request.user.seat_kinds
    told = {"opens_cases": access.opens(kinds, "desk:case"), "inside": bool(kinds & access.OFFICE)}
    counts = {"messages": says if unread else ""}
    context = {"page": page, "unread": unread, "unread_says": says, "counts": counts, **told}
    return render(request, "desk/notice/messages.html", context)


def _mine(request: StaffRequest) -> NoticeQuerySet:
    return Notice.objects.visible_to(request.user).for_office(request.user)
