"""Which features of series are coded by a straight line in place of normal scores.

Normal scores are as steep as values are rare. Where values follow closely from those before, as in waves and in levels
that wander, changes of one size become large in one place and small in another, and what a model then misses by little
makes series too rough. Where values are mostly quiet noise, and now and then a pulse, they make the noise as large as
the pulses, which drown in it. A straight line keeps both as they are.
"""

import numpy as np

from augment.codecs.code_lengths import LARGEST, CodeLengths
from augment.codecs.grid import Grid

WORTH = 0.05  # nats a value that a line must save, surely
CLEARER = 0.4  # or the share of what scores leave open, given the steps before, that it may leave open
STILL = 0.2  # share of steps that may leave a value as it was
FAR = 6.0  # standard deviations within which all values lie: what is further out would decide all that is learned
FURTHEST = 20.0  # ... where values far out are foretold
ROOM = 0.05  # standard deviations between the quartiles, at least, there: what lies between would shrink to nothing


def find_straight(series):
    """Which features of series are coded by a line, and whether it is one of their logarithms.

    What is held out decides: the code of a value that is foretold from the two before it is shorter, or much more of
    the value is foretold.

    Parameters
    ----------
    series : list of ndarray of shape (steps, features)
        Series of floats; NaN is missing.

    Returns
    -------
    dict of int to bool
        For each such feature whether logarithms are taken.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> waves = np.sin(rng.uniform(0, 6, (300, 1)) + 0.3 * np.arange(24))
    >>> noise = rng.normal(size=(300, 24))
    >>> find_straight(list(np.stack([waves, noise, np.exp(waves)], axis=-1)))
    {0: False, 2: True}
    """
    units = np.array([_unit(values[~np.isnan(values)]) for values in np.concatenate(series).T])
    lengths, found = CodeLengths.of(series, units), {}
    for j in [] if lengths is None else lengths.features:
        value, left, options = lengths.value(j, ()), lengths.unforetold(j), {}
        for log in (False, True):
            far, middle = _spread(lengths.values[..., j], log)
            if far > FURTHEST:
                continue
            gains = value - lengths.straight(j, log)
            clearer = middle >= ROOM and lengths.unforetold(j, log) <= CLEARER * left
            if clearer or far <= FAR and lengths.surely_above(gains, WORTH):
                options[log] = np.nanmean(gains)
        if options:
            found[j] = max(options, key=options.get)
    return found


def _unit(values):
    """The step of the grid that values stand on, 0 where there is none."""
    return Grid().fit(values).unit if len(values) else 0.0


def _spread(values, log):
    """How far out the furthest of values (n, steps) is and the quartiles are apart, in standard deviations.

    The furthest is endlessly far where there are no logarithms, or where few values move.
    """
    if log and np.nanmin(values) <= 1 / LARGEST or np.mean(values[:, 0] == values[:, 1]) > STILL:
        return np.inf, 0.0
    lined = np.log(values) if log else values
    low, high = np.nanquantile(lined, [0.25, 0.75])
    return np.array([np.nanmax(np.abs(lined - np.nanmean(lined))), high - low]) / np.nanstd(lined)
