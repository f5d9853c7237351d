"""What a roster takes at its peak: the process that works on it, and the one that reads its file. Run in a process of
its own, as the worker is one: `python -m tests.benchmarks.roster_peak FILE DATABASE_URL`.
"""

from __future__ import annotations

import json
import resource
import sys
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection

from config.postgres.scope import acting
from pipeline.models import User
from tests.benchmarks.peak import resident
from tests.benchmarks.roster import bring_in

MEGABYTE = 1024  # getrusage tells kilobytes on Linux


def main(file: str, address: str) -> None:
    there = urlsplit(address)
    place = {"NAME": there.path[1:], "USER": there.username, "PASSWORD": there.password, "HOST": there.hostname}
    connection.settings_dict.update({**place, "PORT": str(there.port)})
    chen = User.objects.get(username="chen")
    with acting(chen):
        bring_in(BytesIO(Path(file).read_bytes()), chen)
    reader = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / MEGABYTE
    print(json.dumps({"worker": resident("VmHWM"), "reader": reader}))  # getrusage remembers who started us


if __name__ == "__main__":
    main(*sys.argv[1:])
