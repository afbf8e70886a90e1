"""What attributes of series let expect of their numbers: means and scales, which are taken out and put back."""

import numpy as np
from sklearn.linear_model import RidgeCV

STRENGTHS = np.logspace(-2, 5, 15)  # of the ridge, from which leaving one series out chooses
LEAST = 1e-3  # of a scale


class Expected:
    """Linear regressions of numbers on attributes: of their means, and for each channel of the logarithm of their size.

    What is left has no trace of the attributes in means and variances, so that a model that learns it from few series
    need not find out by itself that, say, shops of one region sell more: what it makes is put around what they let
    expect. Both are ridge regressions, of the strength that foretells a series best that is left out.

    Parameters
    ----------
    means : ndarray of shape (1 + n_attributes, n_steps, n_channels)
        Coefficients; the first are constants.
    sizes : ndarray of shape (1 + n_attributes, n_channels)
        Coefficients of the logarithms of what is left.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> attributes, noise = rng.normal(size=(500, 1)), rng.normal(size=(500, 4, 1))
    >>> expected = Expected.of(attributes, 3 * attributes[:, None] + np.exp(attributes[:, None] / 2) * noise)
    >>> expected.means[1].round(1).ravel().tolist(), expected.sizes[1].round(1).tolist()
    ([3.0, 2.9, 3.1, 2.9], [0.5])
    """

    def __init__(self, means, sizes):
        self.means, self.sizes = means, sizes

    @classmethod
    def of(cls, attributes, values):
        """The regressions of values (n, n_steps, n_channels) on attributes (n, n_attributes)."""
        attributes, values = attributes.astype("float64"), values.astype("float64")  # as what is read from a file
        n = len(values)
        means = _regression(attributes, values.reshape(n, -1)).reshape(1 + attributes.shape[1], *values.shape[1:])
        left = values - _foretold(means, attributes)
        size = np.log(np.maximum(np.sqrt(np.mean(left**2, axis=1)), LEAST))
        sizes = _regression(attributes, size)
        left = left / np.exp(_foretold(sizes, attributes))[:, None]
        sizes[0] += np.log(np.maximum(np.sqrt(np.mean(left**2, axis=(0, 1))), LEAST))
        return cls(means, sizes)

    def log_scales(self, attributes):
        """Logarithms (n, n_channels) of how far numbers of such attributes are from their means."""
        return np.maximum(_foretold(self.sizes, attributes), np.log(LEAST))

    def without(self, values, attributes):
        """What is left of values (n, n_steps, n_channels)."""
        return (values - _foretold(self.means, attributes)) / np.exp(self.log_scales(attributes))[:, None]

    def around(self, left, attributes):
        """The reverse of `without`."""
        return left * np.exp(self.log_scales(attributes))[:, None] + _foretold(self.means, attributes)

    def to_dict(self):
        """The coefficients as JSON-ready values."""
        form = {"shape": self.means.shape, "dtype": self.means.dtype.str}
        return {name: value.tolist() for name, value in vars(self).items()} | form

    @classmethod
    def from_dict(cls, state):
        """What `to_dict` gave."""
        shape, dtype = state["shape"], state["dtype"]
        means, sizes = np.array(state["means"], dtype), np.array(state["sizes"], dtype)
        return cls(means.reshape(shape), sizes.reshape(shape[0], shape[2]))


def _regression(attributes, values):
    """Coefficients (1 + n_attributes, k) of values (n, k), the constants first."""
    if not attributes.shape[1] or not values.shape[1]:
        zeros = np.zeros((attributes.shape[1], values.shape[1]))
        return np.concatenate([values.mean(axis=0, keepdims=True), zeros])
    ridge = RidgeCV(STRENGTHS).fit(attributes, values)
    return np.concatenate([np.reshape(ridge.intercept_, (1, -1)), np.reshape(ridge.coef_, (-1, attributes.shape[1])).T])


def _foretold(coefficients, attributes):
    return coefficients[0] + np.tensordot(attributes, coefficients[1:], axes=1)
