"""What the office was told."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now

from pipeline.acts import notice as acts
from pipeline.desk.paging import page_of
from pipeline.models import Notice
from pipeline.models.notice import NoticeQuerySet
from pipeline.request import StaffRequest


def messages(request: StaffRequest) -> HttpResponse:
    """Newest first. Reading changes nothing; "mark as read" is a button."""
    mine = _mine(request)
    if request.method == "POST":
        acts.read(mine, by=request.user, at=now())
        return redirect("desk:messages")
    unread, total = mine.count_unread()
    page = page_of(request, mine, total)
    return render(
        request, "desk/notice/messages.html", {"page": page, "unread": unread, "counts": {"messages": unread}}
    )


def _mine(request: StaffRequest) -> NoticeQuerySet:
    return Notice.objects.visible_to(request.user).for_office(request.user)
