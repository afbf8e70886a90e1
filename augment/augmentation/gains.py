"""What paired gains over folds prove: intervals that allow for the rows that folds share, and a verdict in a line."""

from functools import cache

import numpy as np
from scipy import optimize, stats

LEVEL = 0.95
POWER = 0.8
ROUNDING = 1e-12  # differences of scores up to this are none
HELPS, HURTS, NO_GAIN = "helps", "hurts", "no gain shown"


def paired_gain(differences, test_share, comparisons=1, level=LEVEL):
    """The mean of paired differences of scores, its interval, and the smallest gain that would have been shown.

    The interval is the corrected resampled t (Nadeau and Bengio 2003, "Inference for the generalization error", Machine
    Learning 52, 239-281): folds share training rows, so the variance of their mean is not 1 / J of that of one fold,
    but 1 / J + n_test / n_train of it, for J folds. It is for the gain to expect of training sets of this size.

    Parameters
    ----------
    differences : array-like of shape (n_folds,)
        Score with synthetic rows less score without, fold by fold; at least two.
    test_share : float
        Test rows for each training row, n_test / n_train.
    comparisons : int, default=1
        Intervals that hold at once with probability `level` (Bonferroni).
    level : float, default=0.95

    Returns
    -------
    dict
        "gain", "low", "high" and "detectable": the smallest true gain that such an interval lies above 0 for with a
        probability of .8, by the noncentral t distribution. All but the gain are None where every difference is 0: how
        far off that is, such folds do not tell.

    Notes
    -----
    Folds that all differ by the same amount would give an interval without width. They are taken to vary as much as if
    one of them had not differed.

    Examples
    --------
    >>> found = paired_gain([0.01, 0.02, 0.03, 0.02], test_share=0.25)
    >>> {name: round(value, 4) for name, value in found.items()}
    {'gain': 0.02, 'low': 0.0016, 'high': 0.0384, 'detectable': 0.0246}
    """
    differences = np.asarray(differences, float)
    n_folds, mean = len(differences), float(differences.mean())
    if np.abs(differences).max() <= ROUNDING:
        return {"gain": 0.0, "low": None, "high": None, "detectable": None}
    deviation = differences.std(ddof=1) if np.ptp(differences) > ROUNDING else abs(mean) / np.sqrt(n_folds)
    error = deviation * np.sqrt(1 / n_folds + test_share)
    quantile = stats.t.isf((1 - level) / 2 / comparisons, n_folds - 1)
    return {
        "gain": mean,
        "low": float(mean - quantile * error),
        "high": float(mean + quantile * error),
        "detectable": float(error * _noncentrality(quantile, n_folds - 1)),
    }


@cache
def _noncentrality(quantile, freedom):
    """Standard errors that the truth must lie above 0 for a t statistic to exceed its quantile four times in five."""
    with np.errstate(divide="ignore"):  # of which SciPy 1.13 warns on its way to the right value
        return optimize.brentq(lambda far: stats.nct.sf(quantile, freedom, far) - POWER, 0, 3 * quantile + 10)


def verdict(gain):
    """The verdict on one gain: the whole of its interval must lie on one side of 0.

    >>> verdict({"low": 0.01, "high": 0.03}), verdict({"low": -0.01, "high": 0.03})
    ('helps', 'no gain shown')
    """
    if gain["low"] is None:
        return NO_GAIN
    return HELPS if gain["low"] > 0 else HURTS if gain["high"] < 0 else NO_GAIN


def conclude(gains, score_name):
    """The verdict on a generator, from its gains at all ratios.

    Parameters
    ----------
    gains : list of dict
        As `paired_gain` gives them, each with its "ratio".
    score_name : str
        What the score is called.

    Returns
    -------
    dict
        "verdict", the "ratio" that it rests on (None where there is no gain to show), "gain", "low", "high",
        "detectable" (where no gain is shown, the largest over the ratios), and "line": all of it in words.

    Examples
    --------
    >>> gains = [{"ratio": 0.5, "gain": 0.01, "low": -0.004, "high": 0.024, "detectable": 0.022},
    ...          {"ratio": 1, "gain": 0.021, "low": 0.008, "high": 0.034, "detectable": 0.02}]
    >>> conclude(gains, "balanced accuracy")["line"]
    'helps: +.021 balanced accuracy [.008, .034] at ratio 1'
    >>> conclude(gains[:1], "balanced accuracy")["line"]
    'no gain shown (at least .022 would have been seen)'
    """
    by_verdict = {word: [gain for gain in gains if verdict(gain) == word] for word in (HELPS, NO_GAIN, HURTS)}
    if by_verdict[HELPS]:
        word, told = HELPS, max(by_verdict[HELPS], key=lambda gain: gain["gain"])
    elif by_verdict[HURTS]:
        word, told = HURTS, min(by_verdict[HURTS], key=lambda gain: gain["gain"])
    else:
        return _nothing(gains)
    interval = f"[{shown(told['low'])}, {shown(told['high'])}]"
    line = f"{word}: {shown(told['gain'], signed=True)} {score_name} {interval}"
    if told["ratio"]:
        line += f" at ratio {told['ratio']:g}"
    if word == HELPS and by_verdict[HURTS]:
        line += f"; hurts at ratio {listed(gain['ratio'] for gain in by_verdict[HURTS])}"
    return (
        {"verdict": word} | {key: told[key] for key in ("ratio", "gain", "low", "high", "detectable")} | {"line": line}
    )


def _nothing(gains):
    """The verdict where no ratio shows anything."""
    seen = [gain["detectable"] for gain in gains if gain["detectable"] is not None]
    why = f"at least {shown(max(seen))} would have been seen" if seen else "every fold scored the same as without"
    return {
        "verdict": NO_GAIN,
        "ratio": None,
        "gain": None,
        "low": None,
        "high": None,
        "detectable": max(seen, default=None),
        "line": f"{NO_GAIN} ({why})",
    }


def shown(value, signed=False):
    """A score as a reader wants it: three decimals, no leading zero.

    >>> shown(0.0214, signed=True), shown(-0.5), shown(2.5), shown(0.00012), shown(-12345.6), shown(-0.0)
    ('+.021', '-.500', '2.500', '.00012', '-12,346', '.000')
    """
    size = abs(value)
    if size >= 1000:
        text = f"{size:,.0f}"
    elif size >= 0.0005 or size < 1e-9:
        text = f"{size:.3f}"
    else:
        text = np.format_float_positional(float(f"{size:.2g}"), trim="-")
    sign = "-" if value < 0 and text != "0.000" else "+" if signed else ""
    return sign + text.removeprefix("0" if text.startswith("0.") else "")


def listed(ratios):
    """Ratios in words.

    >>> listed([0.5, 1, 2])
    '0.5, 1 and 2'
    """
    texts = [f"{ratio:g}" for ratio in ratios]
    return " and ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)
