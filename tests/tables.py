"""Random tables of every kind of column, for the tests of the codecs."""

import datetime
import decimal

import numpy as np
import pandas as pd
from hypothesis import strategies as st


def _labels(rng, n, labels=("a", "b", "ü漢", "")):
    return np.array(labels, object)[rng.integers(0, len(labels), n)]


def _days(rng, n):
    return pd.Timestamp("2020-02-28") + pd.to_timedelta(rng.integers(0, 900, n), unit="D")


def _decimals(rng, n):
    return np.array([decimal.Decimal(int(k)).scaleb(-2) for k in rng.integers(-500, 500, n)], object)


def _dates(rng, n):
    return np.array(
        [datetime.date(1999, 12, 1) + datetime.timedelta(days=int(k)) for k in rng.integers(0, 99, n)], object
    )


MAKERS = {
    "int8": lambda rng, n: pd.Series(rng.integers(-128, 128, n).astype("int8")),
    "int64": lambda rng, n: pd.Series(rng.poisson(500, n) * 25),
    "uint64": lambda rng, n: pd.Series(rng.integers(0, 400, n).astype("uint64") + np.uint64(2**63)),
    "float64": lambda rng, n: pd.Series(rng.normal(size=n)),
    "float32": lambda rng, n: pd.Series(rng.normal(size=n).astype("float32")),
    "cents": lambda rng, n: pd.Series(np.round(rng.normal(20, 9, n), 2)),
    "tail": lambda rng, n: pd.Series(np.exp(6 * rng.normal(size=n))),
    "spike": lambda rng, n: pd.Series(np.where(rng.random(n) < 0.5, 0, rng.normal(size=n))),
    "constant": lambda rng, n: pd.Series(np.full(n, 7)),
    "bool": lambda rng, n: pd.Series(rng.random(n) < 0.5),
    "str": lambda rng, n: pd.Series(_labels(rng, n), dtype=object),
    "categories": lambda rng, n: pd.Series(pd.Categorical(_labels(rng, n), ["b", "ü漢", "a", "", "unused"])),
    "ordered": lambda rng, n: pd.Series(pd.Categorical(_labels(rng, n), ["", "b", "a", "ü漢"], ordered=True)),
    "days": lambda rng, n: pd.Series(_days(rng, n)),
    "rome": lambda rng, n: pd.Series(_days(rng, n).tz_localize("Europe/Rome")),
    "seconds": lambda rng, n: pd.Series(
        pd.Timestamp("1969-12-31") + pd.to_timedelta(rng.integers(0, 10**7, n), unit="s")
    ),
    "duration": lambda rng, n: pd.Series(pd.to_timedelta(rng.integers(-900, 900, n), unit="min")),
    "decimal": lambda rng, n: pd.Series(_decimals(rng, n), dtype=object),
    "date": lambda rng, n: pd.Series(_dates(rng, n), dtype=object),
    "key": lambda rng, n: pd.Series(np.arange(100, 100 + n)),
    "code": lambda rng, n: pd.Series([f"N-{k:06}" for k in rng.choice(10**6, n, replace=False)], dtype=object),
}
HIDES = ("int8", "int64", "uint64", "constant", "bool", "key")  # pandas has no missing value for these NumPy dtypes


def make_frame(kinds, n, seed, missing=0.0):
    """Pandas frame of n rows with a column of each of the kinds, some of their values missing."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({kind: MAKERS[kind](rng, n) for kind in kinds})
    for kind in kinds:
        if kind not in HIDES:
            frame[kind] = frame[kind].mask(rng.random(n) < missing)
    return frame


def frames(kinds=tuple(MAKERS)):
    """Strategy of such frames."""
    return st.builds(
        make_frame,
        st.lists(st.sampled_from(kinds), min_size=1, max_size=6, unique=True),
        st.integers(1, 200),
        st.integers(0, 10**6),
        st.sampled_from([0.0, 0.3, 1.0]),
    )
