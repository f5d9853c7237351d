"""Short names of some firms of the demonstration city: their own word, without the place and the form of company."""

import re
from datetime import date

from django.db import transaction

from config.postgres.scope import acting
from pipeline.acts import firm
from pipeline.management.demonstration.cast import Cast
from pipeline.models import Firm, User

MANY = 12
AROUND = re.compile(r"^(?:浙江|杭州)(?:省|市)?|(?:科技|技术)?(?:股份|集团|有限|责任)*公司$|\(.*?\)|（.*?）")


@transaction.atomic
def shorten(cast: Cast, *, on: date) -> None:
    """Once: what was shortened stays."""
    with acting(cast["chen"]):
        chen = User.objects.get(pk=cast["chen"].pk)
        if Firm.objects.exclude(short_name="").exists():
            return
        for each in Firm.objects.here().order_by("pk")[:MANY]:
            short = AROUND.sub("", each.name)
            if 2 <= len(short) < len(each.name):
                firm.amend(each, {"short_name": short}, version=each.version, by=chen, on=on)
