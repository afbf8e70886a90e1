"""What is checked: a synthesizer, the rows it is fitted on, and the fits that checks share."""

from functools import cached_property

import numpy as np
import pandas as pd
from sklearn.base import clone

SEED = 0  # of the fits


class Subject:
    """What is checked: a synthesizer, the rows it is fitted on, and the fits that checks share.

    Parameters
    ----------
    synthesizer, data
        As in `check_synthesizer`.

    Attributes
    ----------
    table : pandas.DataFrame
        The rows.
    fitted : estimator
        Fitted on them for one epoch; checks only read it, or fit it again on the same rows.
    """

    def __init__(self, synthesizer, data=None):
        self.whole = clone(synthesizer).set_params(random_state=SEED)
        self.table = make_dependent_table() if data is None else data

    def quick(self):
        """A new unfitted synthesizer that trains for one epoch, if it can be told so."""
        short = {"epochs": 1} if "epochs" in self.whole.get_params() else {}
        return clone(self.whole).set_params(**short)

    @cached_property
    def fitted(self):
        return self.quick().fit(self.table)


def make_dependent_table(n_samples=400, random_state=0):
    """Make a table of six kinds of column that all depend on one hidden group, so that every pair is dependent.

    Each row is of group 0, 1 or 2 with probabilities .5, .3, .2. No column determines another, and none are equal.

    ======== ========== ============================================================================
    column   kind       law
    ======== ========== ============================================================================
    age      integer    N(30 + 15 group, 4²)
    income   decimals   log income ~ N(9 + group, .3²), in cents; missing with probability .05
    city     category   Oslo, Rome, Lima by group, any of them with probability .1; Bern never occurs
    plan     text       "free", "basic", "full" by group, any of them with probability .1
    member   boolean    true with probability .05, .5, .95 by group
    joined   date       2020-01-01 plus 300 days for each group, plus uniform 0 to 249 days
    ======== ========== ============================================================================

    Parameters
    ----------
    n_samples : int, default=400
        Number of rows.
    random_state : None, int or numpy Generator, default=0
        The seed, or the generator to draw from.

    Returns
    -------
    pandas.DataFrame
        `n_samples` rows, 6 columns.

    Examples
    --------
    >>> table = make_dependent_table()
    >>> table.groupby("plan")["age"].mean().round().to_dict()
    {'basic': 44.0, 'free': 31.0, 'full': 57.0}
    """
    rng = np.random.default_rng(random_state)
    group = rng.choice(3, n_samples, p=[0.5, 0.3, 0.2])

    def near_group(labels):
        strays = rng.random(n_samples) < 0.1
        return np.array(labels, dtype=object)[np.where(strays, rng.integers(0, 3, n_samples), group)]

    income = np.exp(rng.normal(9 + group, 0.3)).round(2)
    income[rng.random(n_samples) < 0.05] = np.nan
    days = 300 * group + rng.integers(0, 250, n_samples)
    return pd.DataFrame(
        {
            "age": rng.normal(30 + 15 * group, 4).round().astype("int64"),
            "income": income,
            "city": pd.Categorical(near_group(["Oslo", "Rome", "Lima"]), ["Bern", "Lima", "Oslo", "Rome"]),
            "plan": near_group(["free", "basic", "full"]),
            "member": rng.random(n_samples) < np.array([0.05, 0.5, 0.95])[group],
            "joined": np.datetime64("2020-01-01", "us") + days.astype("timedelta64[D]"),
        }
    )
