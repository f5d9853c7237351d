"""Judges the pool of an Arrow file and tells the megabytes it took beyond the columns: run in a process of its own.

The peak is the kernel's high-water mark of this process, set back once the columns are there (Linux).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import polars as pl

from tests.benchmarks.engine import with_reasons

STATUS = Path("/proc/self/status")
MEGABYTE = 1024


def resident(what: str) -> float:
    """`VmRSS` now or `VmHWM` at its highest, in megabytes."""
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(f"{what}:"))
    return int(line.split()[1]) / MEGABYTE


def main(file: str) -> None:
    with_reasons(pl.read_ipc(file, n_rows=1_000))
    before = resident("VmRSS")
    frame = pl.read_ipc(file)
    given = frame.estimated_size("mb")
    Path("/proc/self/clear_refs").write_text("5")
    with_reasons(frame)
    print(json.dumps({"grown": resident("VmHWM") - before - given, "given": given}))


if __name__ == "__main__":
    main(sys.argv[1])
