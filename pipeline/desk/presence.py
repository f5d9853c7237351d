"""Who else looks at a case right now. It locks nothing; a page asks every few seconds while it is in front."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import now

from pipeline.acts import presence as acts
from pipeline.desk.moving import case_or_404
from pipeline.request import StaffRequest


def presence(request: StaffRequest, number: str) -> HttpResponse:
    others = acts.look(case_or_404(request, number), by=request.user, at=now())
    return render(request, "desk/presence/presence.html", {"others": [each.person.name for each in others]})
