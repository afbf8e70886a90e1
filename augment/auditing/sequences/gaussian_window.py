"""The baseline beside every score of series: windows of a normal distribution with the means and covariances of train.

No model is needed to draw them. What scores no better has learned no more than two moments.
"""

import numpy as np

from augment.auditing.sequences.data import Sequences

MOST = 1500  # numbers in a window: wider ones have too many covariances


def gaussian_windows(data, seed=0):
    """As many windows as are synthetic, within the range of train; None where lengths differ or values are missing.

    Parameters
    ----------
    data : SequenceData
    seed : int, default=0

    Returns
    -------
    Sequences or None

    Examples
    --------
    >>> from augment.auditing.sequences.prepared import prepare
    >>> series = np.random.default_rng(0).normal(size=(2, 50, 6)).cumsum(axis=2)
    >>> gaussian_windows(prepare(series[0], series[1])).values.shape
    (300, 1)
    """
    kept = vars(data)
    if "gaussian" not in kept:
        kept["gaussian"] = _drawn(data, np.random.default_rng([seed, *b"gaussian"])) if data.windows else None
    return kept["gaussian"]


def _drawn(data, rng):
    train, n = data.sequences["train"], data.sizes["synthetic"]
    windows = train.padded(data.longest).reshape(len(train), -1)
    if windows.shape[1] > MOST or len(train) < 2:
        return None
    covariance = np.cov(windows, rowvar=False).reshape(windows.shape[1], -1)
    drawn = rng.multivariate_normal(windows.mean(axis=0), covariance, n, method="eigh").reshape(-1, len(data.channels))
    drawn = drawn.clip(train.values.min(axis=0), train.values.max(axis=0))
    return Sequences(drawn, np.arange(n + 1) * data.longest)
