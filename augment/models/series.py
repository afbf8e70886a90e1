"""What the models of series share: their means and covariances, and how what is known changes what is drawn."""

import numpy as np
from keras import ops
from scipy.linalg import solve_triangular

from augment.codecs.series_layout import SeriesCondition
from augment.models.base import GenerativeModel, in_chunks
from augment.models.covariances import roots, roots_of_classes

JOINT = 768  # numbers of a series whose covariances are learned at most; longer ones count as independent numbers
CHUNK = 2048  # series that are made at a time


class SeriesModel(GenerativeModel):
    """Base of the models of series: `layout` tells where in a row (n, layout.width) the steps stand, and what is told.

    A subclass has `_series(noise, told)`, which gives the numbers (n, n_values) of series of which the one-hot of the
    class, and attributes where there are some, are told. Where numbers are known, the others move by what a linear
    regression makes of the differences between the known numbers and those that were drawn (Matheron's rule; Wilson et
    al., "Pathwise conditioning of Gaussian processes", JMLR 2021, arXiv 2011.04026): exact where series are normal.

    Parameters
    ----------
    layout : SeriesLayout
        The form of encoded series.

    Attributes
    ----------
    passes : int
        How often a training series goes through the weights.
    by_class : bool
        Whether each class has covariances of its own; a codec has taken out differences of its means.
    """

    takes_known = True
    passes = 1

    def __init__(self, layout):
        super().__init__()
        self.layout = layout
        self.by_class = layout.n_classes > 1 and layout.n_classes * layout.n_values <= JOINT

    def build(self, input_shape):
        size = self.layout.n_values
        self.mean = self.add_weight((size,), "zeros", name="mean", trainable=False)
        self.root = None  # of the covariances; None for those of white noise
        if size <= JOINT:
            shape = (self.layout.n_classes,) * self.by_class + (size, size)
            self.root = self.add_weight(shape, identities, name="root", trainable=False)
            self.inverse_root = self.add_weight(shape, identities, name="inverse_root", trainable=False)
            self.ridge = self.add_weight((), "ones", name="ridge", trainable=False)
        self.built = True

    def training_rows(self, x, n_seen, rng):
        """The rows themselves; their means and covariances are learned."""
        values = np.asarray(x[:, : self.layout.n_values], "float64")
        self.mean.assign(values.mean(axis=0))
        if self.root is not None:
            root, inverse = self.roots(values, np.asarray(x[:, self.layout.n_values :]))
            self.root.assign(root)
            self.inverse_root.assign(inverse)
            self.ridge.assign(1e-3 + 0.1 * values.shape[1] / len(values))  # fewer series tell less of regressions
        return x

    def apart(self, rows):
        """Numbers (n, n_values) of encoded series, and what is told of them (n, n_told)."""
        return rows[:, : self.layout.n_values], rows[:, self.layout.n_values :]

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        if sample_weight is None:
            return ops.mean(y_pred)
        return ops.sum(y_pred * sample_weight) / ops.sum(sample_weight)

    def roots(self, values, told):
        """Roots of the covariances of numbers, and their inverses, where classes have their own one for each."""
        return roots_of_classes(values, told[:, : self.layout.n_classes]) if self.by_class else roots(values)

    def own(self, each, told):
        """Of arrays (n, k), or (n_classes, n, k) where these are made for each class, what is of each one's class."""
        return ops.einsum("cnk,nc->nk", each, told[:, : self.layout.n_classes]) if self.by_class else each

    def coloured(self, white, told):
        """Numbers (n, n_values) with the means and covariances of the series, of white noise."""
        return self.mean + self.spread(white, told)

    def spread(self, white, told):
        """Differences (n, n_values) from the mean with the covariances of the series, of white noise."""
        return white if self.root is None else self.own(ops.matmul(white, self.root), told)

    def whitened(self, values, told):
        """The reverse of `coloured`, but for directions in which series hardly differ."""
        apart = values - self.mean
        return apart if self.root is None else self.own(ops.matmul(apart, self.inverse_root), told)

    def gain(self, known):
        """What known numbers tell of all (n_values, n_values): coefficients of the linear regression on them.

        Where classes have their own covariances one for each.
        """
        if self.root is None:
            return None
        covariance, known = ops.matmul(self.root, self.root), known[:, None]
        inner = known * covariance * ops.transpose(known)
        size = self.layout.n_values
        # Keras 3.8 has an ops.solve that fails in graphs of TensorFlow
        return ops.matmul(ops.inv(inner + (self.ridge * known + (1 - known)) * ops.eye(size)), known * covariance)

    def given(self, drawn, values, known, told):
        """Draws (n, n_values), moved by what is known, which then stands in its places."""
        drawn = np.array(drawn)
        patterns, which = np.unique(known, axis=0, return_inverse=True)
        for number, pattern in enumerate(patterns):
            rows = np.flatnonzero(which.ravel() == number)
            gain = self.gain(ops.convert_to_tensor(pattern.astype("float32")))
            if gain is not None:
                moves = ((values[rows] - drawn[rows]) * pattern) @ ops.convert_to_numpy(gain)
                drawn[rows] += ops.convert_to_numpy(self.own(ops.convert_to_tensor(moves, "float32"), told[rows]))
        return np.where(known, values, drawn)

    def log_normal(self, values, known):
        """Log-density (n,) of the known ones of numbers (n, n_values), but for a constant, were series normal."""
        scores = np.zeros(len(values))
        patterns, which = np.unique(known, axis=0, return_inverse=True)
        for number, pattern in enumerate(patterns):
            rows = np.flatnonzero(which.ravel() == number)
            apart = (values[rows] - ops.convert_to_numpy(self.mean.value))[:, pattern].astype("float64")
            if self.root is not None:
                root = ops.convert_to_numpy(self.root.value).astype("float64")[pattern]
                covariance = root @ root.T + float(self.ridge) * np.eye(pattern.sum())
                apart = solve_triangular(np.linalg.cholesky(covariance), apart.T, lower=True).T
            scores[rows] = -0.5 * np.sum(apart**2, axis=1)
        return scores

    def transport(self, noise, condition=None):
        """Encoded series (n, layout.width); see the base class. Without a condition they are of the first class."""
        n, n_classes = len(noise), self.layout.n_classes
        if not n:
            return np.zeros((0, self.layout.width), "float32")
        told = np.zeros((n, self.layout.n_told), "float32")
        if condition is None:
            condition = SeriesCondition(np.zeros(n, int))
        if n_classes:
            told[np.arange(n), condition.classes] = 1
        if condition.attributes is not None:
            told[:, n_classes:] = condition.attributes
        made = self._made(noise, told, condition)
        return np.concatenate([made, told], axis=1).astype("float32")

    def _made(self, noise, told, condition):
        """Numbers (n, n_values) of series of which a condition tells."""
        made = in_chunks(self._series, noise, told, size=CHUNK)
        if condition.known is None:
            return made
        return self.given(made, condition.values, condition.known, told)

    def _series(self, noise, told):
        """Numbers (n, n_values) of series of which this is told (n, n_told)."""
        raise NotImplementedError


def identities(shape, dtype=None):
    """As many identity matrices as there are in this shape (..., k, k): a Keras initializer."""
    return ops.zeros(shape, dtype=dtype) + ops.eye(shape[-1], dtype=dtype)  # torch cannot write to what is broadcast
