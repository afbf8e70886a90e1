"""The regular steps that a column's numbers stand on: whole numbers, so many decimals, whole days, multiples of 25."""

import numpy as np

EXACT = 2.0**53  # whole numbers below this are exact as floats
DIGITS = {2: 3, 4: 6, 8: 15}  # significant decimal digits that a float of so many bytes surely tells apart
NOISE = 4  # sums and products of decimals miss the nearest float by no more than so many of the last places


class Grid:
    """Turns a column's numbers into floats that count steps from the smallest, and back, inside the observed range.

    Integers, and floats of few decimals, are `(offset + step * k) / 10**decimals` with whole k. Other floats have no
    steps and are taken as they are.

    Attributes
    ----------
    dtype_ : str
        Name of the NumPy type of the values.
    low_, high_ : int or float
        The observed range.
    step_ : int
        Greatest common divisor of all differences, in units of the last decimal; 0 where there are no steps.
    decimals_ : int
        Number of decimals.

    Examples
    --------
    >>> import numpy as np
    >>> grid = Grid().fit(np.array([0.25, 0.5, 1.75]))
    >>> grid.step_, grid.decimals_
    (25, 2)
    >>> grid.to_values(np.array([0.0, 2.2, 99.0]))
    array([0.25, 0.75, 1.75])
    """

    def fit(self, values):
        """Learn the steps of `values`, an integer or float array of shape (n,) with n >= 1."""
        self.dtype_ = values.dtype.name
        self.low_, self.high_ = values.min().item(), values.max().item()
        if values.dtype.kind == "f":
            self.decimals_ = _decimals(values)
            self.step_ = 0 if self.decimals_ is None else _step(_whole(values, self.decimals_))
        else:
            self.decimals_, self.step_ = 0, _step(values)
        return self

    @property
    def unit(self):
        """The step between values; 0 where there are none."""
        return self.step_ / 10.0**self.decimals_ if self.step_ else 0.0

    @property
    def offset(self):
        """The smallest value in units of the last decimal."""
        return round(self.low_ * 10**self.decimals_)

    @property
    def last(self):
        """Number of steps from the smallest to the largest value."""
        return (round(self.high_ * 10**self.decimals_) - self.offset) // self.step_

    def to_steps(self, values):
        """Float array of the places of `values` on the grid; whole numbers for values on it."""
        if not self.step_:
            return np.asarray(values, "float64") * self._unit
        if values.dtype.kind == "f" or np.dtype(self.dtype_).kind == "f":
            scaled = np.rint(np.asarray(values, "float64") * 10.0**self.decimals_)
            return (scaled - self.offset) / self.step_
        if values.dtype.name != self.dtype_:
            return (values.astype("float64") - self.offset) / self.step_
        inside = np.clip(values, self.low_, self.high_)
        # modulo 2**64 the difference of two 64-bit integers is exact
        return (inside.astype("uint64") - np.uint64(self.offset % 2**64)).astype("float64") / self.step_

    def to_values(self, steps):
        """Values at the places `steps`, rounded to the grid and kept inside the observed range."""
        dtype = np.dtype(self.dtype_)
        if not self.step_:
            return np.clip(steps / self._unit, self.low_, self.high_).astype(dtype)
        top = float(self.last) if self.last < EXACT else np.nextafter(float(self.last), 0)
        count = np.clip(np.rint(steps), 0, top).astype("uint64")
        whole = count * np.uint64(self.step_) + np.uint64(self.offset % 2**64)
        if dtype.kind == "f":
            return np.clip(whole.astype("int64") / 10.0**self.decimals_, self.low_, self.high_).astype(dtype)
        return whole.astype(dtype)

    def rounded(self, values):
        """The nearest floats on the grid: outside the observed range, too, but never on the other side of 0."""
        if self.step_:
            whole = np.rint((values * 10.0**self.decimals_ - self.offset) / self.step_) * self.step_ + self.offset
            values = whole / 10.0**self.decimals_
        kind = np.dtype(self.dtype_)
        ends = np.finfo(kind) if kind.kind == "f" else np.iinfo(kind)
        low = 0 if self.low_ >= 0 else ends.min
        return np.clip(values, low, 0 if self.high_ <= 0 else ends.max)

    @property
    def _unit(self):
        return 0.25 if max(abs(self.low_), abs(self.high_)) > 2.0**1021 else 1.0  # differences must not overflow

    def to_dict(self):
        """The learned state as JSON-ready values."""
        return {
            "dtype": self.dtype_,
            "low": self.low_,
            "high": self.high_,
            "step": self.step_,
            "decimals": self.decimals_,
        }

    @classmethod
    def from_dict(cls, state):
        """Grid from what `to_dict` gave."""
        grid = cls()
        grid.dtype_, grid.low_, grid.high_ = state["dtype"], state["low"], state["high"]
        grid.step_, grid.decimals_ = state["step"], state["decimals"]
        return grid


def _decimals(values):
    """Number of decimals that all float `values` have, None when they have more than their type tells apart."""
    largest = max(float(np.abs(values).max()), 1e-300)
    if largest < EXACT and (np.rint(values) == values).all():
        return 0
    most = DIGITS[values.dtype.itemsize] - max(int(np.ceil(np.log10(largest))), 0)
    # with noise two digits fewer, or any float would have some number of decimals
    for noise, last in ((0, most), (NOISE, most - 2)):
        for decimals in range(min(last, 12) + 1):
            if _has_decimals(values[:1000], decimals, noise) and _has_decimals(values, decimals, noise):
                return decimals
    return None


def _has_decimals(values, decimals, noise):
    back = (np.rint(values.astype("float64") * 10.0**decimals) / 10.0**decimals).astype(values.dtype)
    return bool((np.abs(back - values) <= noise * np.spacing(np.abs(back))).all())


def _whole(values, decimals):
    return np.rint(values.astype("float64") * 10.0**decimals).astype("int64")


def _step(whole):
    """Greatest common divisor of the differences of whole numbers; 1 when all are equal."""
    gaps = whole.astype("uint64") - np.uint64(int(whole.min()) % 2**64)
    return int(np.gcd.reduce(gaps)) or 1
