"""What a dossier takes at its peak: the process that works on it, and the one that binds it. Run in a process of its
own, as the worker is one: `python -m tests.benchmarks.dossier_peak DATABASE_URL`.
"""

from __future__ import annotations

import json
import resource
import sys
from urllib.parse import urlsplit

from django.db import connection

from pipeline.models import User
from tests.benchmarks.dossier import by_product
from tests.benchmarks.peak import resident

MEGABYTE = 1024  # getrusage tells kilobytes on Linux


def main(address: str) -> None:
    there = urlsplit(address)
    place = {"NAME": there.path[1:], "USER": there.username, "PASSWORD": there.password, "HOST": there.hostname}
    connection.settings_dict.update({**place, "PORT": str(there.port)})
    by_product(User.objects.get(username="li"))
    binder = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / MEGABYTE
    print(json.dumps({"worker": resident("VmHWM"), "binder": binder}))


if __name__ == "__main__":
    main(*sys.argv[1:])
