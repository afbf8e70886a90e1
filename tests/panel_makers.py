"""A planted panel of series, and a quick synthesizer of it, for the tests of long frames of series."""

import numpy as np
import pandas as pd

from augment import SequenceSynthesizer
from augment.models import Flow

LEVELS, SLOPES, SHARES = {"n": 0.0, "s": 4.0, "w": 1.0}, {"n": 0.1, "s": -0.2, "w": 0.3}, {"n": 0.5, "s": 0.3, "w": 0.2}
STEPS = 10


def shops(n, rng):
    """Shops whose level and slope follow their region, and whose noise, an AR(1) of .6, is as large in all."""
    region = rng.choice(list(SHARES), n, p=list(SHARES.values()))
    level = np.array([LEVELS[each] for each in region]) + 0.5 * rng.normal(size=n)
    slope = np.array([SLOPES[each] for each in region]) + 0.05 * rng.normal(size=n)
    noise = rng.normal(size=(n, STEPS))
    for step in range(1, STEPS):
        noise[:, step] = 0.6 * noise[:, step - 1] + 0.8 * noise[:, step]
    sold = level[:, None] + slope[:, None] * np.arange(STEPS) + 0.3 * noise
    start = rng.integers(0, 20, n)
    shop, step = np.repeat(np.arange(n), STEPS), np.tile(np.arange(STEPS), n)
    return pd.DataFrame(
        {
            "shop": shop + 100,
            "day": pd.date_range("2024-01-01", periods=40, tz="Europe/Rome")[start[shop] + step],
            "region": region[shop],
            "opened": (pd.Timestamp("2015-01-01") + pd.to_timedelta(rng.integers(0, 900, n), unit="D"))[shop],
            "sold": sold.ravel().round(3),
            "count": rng.poisson(np.exp(sold.ravel() / 4)),
        }
    )


def synthesizer(model=None, **arguments):
    settings = {"kind": "series", "entity": "shop", "time": "day", "epochs": 1, "verbose": 0, "random_state": 0}
    return SequenceSynthesizer(model or Flow(width=8, depth=1, n_steps=2), **settings | arguments)
