"""How likely a firm passes the real review, by what a rehearsal gave it.

Other experts will judge, elsewhere and later. Their points are taken to lie around the rehearsal's mean as widely as
the rehearsal's own experts lie apart, and as far off besides as reviews of one county lie from those of another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import sqrt
from statistics import NormalDist, fmean

from pipeline.rules.panels import FINANCIAL, TECHNICAL, Points, total

# Tuned on the seeds that `tests/benchmarks/forecast.py` names for that, in points; no law's numbers.
DRIFT = 6.0  # of a whole review, against another of the same firm
EXPECTED = {TECHNICAL: 4.0, FINANCIAL: 1.0}  # of one expert against another
WEIGHT = 4.0  # sheets that the expected spread counts for beside those that are there
REAL = {TECHNICAL: 4, FINANCIAL: 1}  # who sits in the real review, as far as anybody knows
SUREST = 0.98  # nobody is surer than this unless the figures decide

Bands = Mapping[str, Sequence[int]]


def chance(sheets: Sequence[tuple[str, Points]], bands: Bands, *, line: Fraction, block: Fraction) -> float | None:
    """From 0 to 1; None where experts of one kind gave nothing. Where the figures alone decide, it is 0 or 1."""
    if total({item: band[0] for item, band in bands.items()}, block) > line:
        return 1.0
    if total({item: band[1] for item, band in bands.items()}, block) <= line:
        return 0.0
    middle, doubt = 0.0, DRIFT**2
    for kind in (TECHNICAL, FINANCIAL):
        totals = [float(total(points, block)) for each, points in sheets if each == kind]
        if not totals:
            return None
        middle += fmean(totals)
        doubt += _variance(totals, kind) * (1 / len(totals) + 1 / REAL[kind])
    above = NormalDist().cdf((middle - float(line)) / sqrt(doubt))
    return min(max(above, 1 - SUREST), SUREST)


def _variance(totals: Sequence[float], kind: str) -> float:
    """Between experts: what is expected, corrected by what was seen; two or three sheets say little."""
    middle = fmean(totals)
    seen = sum((each - middle) ** 2 for each in totals)
    return (WEIGHT * EXPECTED[kind] ** 2 + seen) / (WEIGHT + len(totals) - 1)
