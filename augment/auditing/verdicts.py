"""A verdict is made from an interval and a threshold, and only here; a pillar's from those of its findings."""

import math
from statistics import NormalDist

PASS, FAIL, INCONCLUSIVE, NOT_ASSESSED, INFORMATION = "PASS", "FAIL", "INCONCLUSIVE", "NOT ASSESSED", "INFORMATION"
LEVEL = 0.95
POWER = 0.8  # how often `smallest_difference` would be shown


def judge(interval, goal, threshold):
    """The verdict on an interval; the only place where one is made.

    PASS when the whole interval lies on the good side of `threshold`, FAIL when the whole of it lies on the bad side,
    INCONCLUSIVE otherwise. Without an interval there is only an estimate, and an estimate decides nothing.

    Examples
    --------
    >>> judge((0.48, 0.52), "lower", 0.55), judge((0.50, 0.60), "lower", 0.55), judge((0.56, 0.60), "lower", 0.55)
    ('PASS', 'INCONCLUSIVE', 'FAIL')
    >>> judge(None, "lower", 0.55)
    'INCONCLUSIVE'
    >>> judge((0.9, 1.1), "range", (0.8, 1.25))
    'PASS'
    """
    if interval is None or threshold is None or not all(map(math.isfinite, interval)):
        return INCONCLUSIVE
    low, high = interval
    if goal == "range":
        lower, upper = threshold
        outside = high < lower or low > upper
        return FAIL if outside else PASS if lower <= low and high <= upper else INCONCLUSIVE
    if goal == "higher":
        low, high, threshold = -high, -low, -threshold
    if low > threshold:
        return FAIL
    return PASS if high <= threshold else INCONCLUSIVE


def smallest_difference(value, interval, level=LEVEL):
    """How far from the threshold the truth must lie for this much data to show it four times in five.

    A verdict other than INCONCLUSIVE needs the estimate to lie farther from the threshold than its interval reaches.
    Let h be the longer half of the interval, and h / z(level) the standard error that it stands for, z(level) being
    the two-sided normal quantile. With a truth h away this happens every second time; with one of

        h * (1 + z(power) / z(level)),    z(power) = 0.84 for a power of 0.8,

    it happens four times in five: at the level 0.95 this is 2.8 standard errors, the minimum detectable effect of the
    textbooks (Bloom 1995, Evaluation Review 19). Intervals that hold for many members at once are longer, for which
    the formula answers with slightly too much, never with too little.

    Parameters
    ----------
    value : float or None
        The estimate; without one, the middle of the interval.
    interval : (float, float) or None
    level : float, default=0.95

    Returns
    -------
    float or None
        None where there is no finite interval.

    Examples
    --------
    >>> round(smallest_difference(0.5, (0.5 - 1.96, 0.5 + 1.96)), 2)
    2.8
    >>> smallest_difference(0.5, None) is None
    True
    """
    if interval is None or not all(map(math.isfinite, interval)):
        return None
    low, high = interval
    middle = value if value is not None and math.isfinite(value) else (low + high) / 2
    normal = NormalDist()
    return max(middle - low, high - middle) * (1 + normal.inv_cdf(POWER) / normal.inv_cdf((1 + level) / 2))


def combine(findings):
    """The verdict of a pillar: its worst finding, where alarms can fail it but not pass it.

    Examples
    --------
    >>> from augment.auditing import Finding
    >>> alarm = Finding(id="privacy.a", pillar="privacy", title="", interval=(0.4, 0.5), goal="lower", threshold=0.6,
    ...                 alarm_only=True)
    >>> combine([alarm])
    'INCONCLUSIVE'
    """
    findings = [f for f in findings if f.verdict not in (INFORMATION, NOT_ASSESSED)]
    proofs = {f.verdict for f in findings if not f.alarm_only or f.verdict == FAIL}
    for verdict in (FAIL, INCONCLUSIVE, PASS):
        if verdict in proofs:
            return verdict
    return INCONCLUSIVE if findings else NOT_ASSESSED


def overall(verdicts):
    """The verdict on the whole, from those of the pillars: one that was not assessed keeps it from passing.

    Examples
    --------
    >>> overall(["PASS", "NOT ASSESSED"]), overall(["PASS", "FAIL"]), overall(["PASS", "PASS"])
    ('INCONCLUSIVE', 'FAIL', 'PASS')
    """
    verdicts = set(verdicts)
    if len(verdicts) == 1:
        return verdicts.pop()
    return FAIL if FAIL in verdicts else INCONCLUSIVE
