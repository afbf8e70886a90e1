"""Series of known laws, for tests of how features are coded."""

import numpy as np


def autoregressive(rho, shape, rng):
    values = rng.normal(size=shape)
    values[:, 0] /= np.sqrt(1 - rho**2)
    for step in range(1, shape[1]):
        values[:, step] += rho * values[:, step - 1]
    return values


def waves(shape, rng):
    frequencies, phases = rng.uniform(0.05, 0.6, (shape[0], 1)), rng.uniform(0, 2 * np.pi, (shape[0], 1))
    return np.sin(frequencies * np.arange(shape[1]) + phases)


def windows(values, length=24):
    return list(np.lib.stride_tricks.sliding_window_view(values, length, axis=0).transpose(0, 2, 1))


def prices(n, rng):
    """A walk of opens, and highs, lows and closes of each step that hardly differ from it."""
    change, above, below = rng.normal(size=n) * 0.02, *rng.exponential(size=(2, n)) * 0.005
    opens = np.exp(np.cumsum(change))
    closes = opens * np.exp(0.015 * rng.normal(size=n))
    highs, lows = np.maximum(opens, closes) * np.exp(above), np.minimum(opens, closes) * np.exp(-below)
    return np.column_stack([opens, highs, lows, closes, rng.exponential(size=n)])


def track(n, rng):
    """Where something is that turns little by little and goes on about as fast as before."""
    headings, speeds = np.cumsum(0.15 * rng.normal(size=n)), 10 + autoregressive(0.95, (1, n), rng)[0]
    return np.stack([speeds * np.cos(headings), speeds * np.sin(headings)], axis=1).cumsum(axis=0)


def pulses(shape, rng, width=3.0, noise=0.05):
    """Quiet noise, and in each series one pulse at any time."""
    times, heights = rng.uniform(0, shape[1], (shape[0], 1)), rng.uniform(1, 3, (shape[0], 1))
    return heights * np.exp(-0.5 * ((np.arange(shape[1]) - times) / width) ** 2) + noise * rng.normal(size=shape)
