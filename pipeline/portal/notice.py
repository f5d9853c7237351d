"""Messages from the bureau."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now

from pipeline.acts import notice as notice_acts
from pipeline.models import Notice
from pipeline.portal import standing
from pipeline.request import StaffRequest

ON_A_PAGE = 20


def messages(request: StaffRequest, uscc: str) -> HttpResponse:
    """Newest first. Reading changes nothing; "mark as read" is a button."""
    firm = standing.firm_or_404(request, uscc)
    mine = Notice.objects.filter(firm=firm).for_firm()
    if request.method == "POST":
        notice_acts.read(Notice.objects.filter(firm=firm, to=Notice.FIRM), by=request.user, at=now())
        return redirect("portal:messages", uscc)
    page = Paginator(mine, ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "portal/notice/messages.html", {"firm": firm, "page": page})
