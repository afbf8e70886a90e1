"""How the numbers of series vary together: layers that give white noise their covariances, and take them away again."""

import keras
import numpy as np
from keras import ops
from scipy.linalg import solve_triangular

from augment.models.covariances import roots, roots_of_classes

JOINT = 768  # numbers of a series, all of whose covariances are learned at most


class SeriesCovariances(keras.layers.Layer):
    """Base of the covariances of encoded series, which are those of white noise until `learn`.

    A subclass has `learn`, `spread`, `whitened`, `regression` and `log_normal`.

    Parameters
    ----------
    layout : SeriesLayout
        The form of encoded series.
    name : str
        Name of the layer.

    Attributes
    ----------
    by_class : bool
        Whether each class has covariances of its own.
    """

    by_class = False

    def __init__(self, layout, name):
        super().__init__(dtype="float32", name=name)
        self.layout = layout

    def learn(self, values, told):
        """Learn from series.

        Parameters
        ----------
        values : ndarray of shape (n, n_values)
            Their numbers.
        told : ndarray of shape (n, n_told)
            One-hots of their classes, and attributes.
        """
        raise NotImplementedError

    def spread(self, white, told):
        """Differences (n, n_values) from the mean with these covariances, of white noise (n, n_values)."""
        raise NotImplementedError

    def whitened(self, apart, told):
        """The reverse of `spread`, but for directions in which series hardly differ."""
        raise NotImplementedError

    def regression(self, known):
        """What known numbers tell of all, were series normal.

        Parameters
        ----------
        known : tensor of shape (n_values,)
            Ones where numbers are known, zeros elsewhere.

        Returns
        -------
        callable
            Of how far known numbers are from what was expected (n, n_values), zeros where nothing is known, and of what
            is told (n, n_told): how far all are expected to be (n, n_values).
        """
        raise NotImplementedError

    def log_normal(self, apart, known):
        """Log-density (n,) of differences (n, n_values) from the mean, where known (n_values,), but for a constant."""
        raise NotImplementedError


class JointCovariances(SeriesCovariances):
    """Covariances of all numbers of a series with one another, where classes are few in each class."""

    def build(self, input_shape=None):
        layout, size = self.layout, self.layout.n_values
        self.by_class = layout.n_classes > 1 and layout.n_classes * size <= JOINT
        shape = (layout.n_classes,) * self.by_class + (size, size)
        self.root = self.add_weight(shape, identities, name="root", trainable=False)
        self.inverse_root = self.add_weight(shape, identities, name="inverse_root", trainable=False)
        self.covariance = self.add_weight(shape, identities, name="covariance", trainable=False)
        self.ridge = self.add_weight((), "ones", name="ridge", trainable=False)
        self.built = True

    def learn(self, values, told):
        own = (told[:, : self.layout.n_classes],) if self.by_class else ()
        root, inverse = (roots_of_classes if self.by_class else roots)(values, *own)
        self.root.assign(root)
        self.inverse_root.assign(inverse)
        self.covariance.assign(root @ root)  # each step of training asks for it
        self.ridge.assign(ridge(values))

    def spread(self, white, told):
        return self._own(ops.matmul(white, self.root), told)

    def whitened(self, apart, told):
        return self._own(ops.matmul(apart, self.inverse_root), told)

    def regression(self, known):
        expected = expectation(self.covariance, known, self.ridge)
        if not self.by_class:
            return lambda apart, told: expected(apart)
        return lambda apart, told: self._own(expected(ops.stack([apart] * self.layout.n_classes)), told)

    def log_normal(self, apart, known):
        covariance = ops.convert_to_numpy(self.covariance.value).astype("float64")[np.ix_(known, known)]
        return log_normal(covariance, apart[:, known], float(self.ridge))

    def _own(self, each, told):
        """Of arrays (n, k), or (n_classes, n, k) where these are made for each class, what is of each one's class."""
        return ops.einsum("cnk,nc->nk", each, told[:, : self.layout.n_classes]) if self.by_class else each


def identities(shape, dtype=None):
    """As many identity matrices as there are in this shape (..., k, k): a Keras initializer."""
    return ops.zeros(shape, dtype=dtype) + ops.eye(shape[-1], dtype=dtype)  # torch cannot write to what is broadcast


def ridge(values, share=1.0):
    """Of regressions by covariances of which those of values (n, k) have this share: fewer rows tell less."""
    return 1e-3 + 0.1 * share * values.shape[1] / len(values)


def expectation(covariance, known, ridge):
    """What is expected of all numbers by the linear regression on known ones.

    Parameters
    ----------
    covariance : tensor of shape (..., k, k)
        Of all numbers.
    known : tensor of shape (..., k)
        Ones where they are known, zeros elsewhere.
    ridge : float or tensor
        Added to the variances of known numbers.

    Returns
    -------
    callable
        Of differences (..., n, k), zeros where nothing is known: those that are expected (..., n, k).
    """
    inner = known[..., :, None] * covariance * known[..., None, :]
    inner = inner + (ridge * known[..., None] + (1 - known[..., None])) * ops.eye(covariance.shape[-1])
    factor = ops.cholesky(inner)

    def expected(apart):
        shares = solved(factor, ops.swapaxes(apart, -1, -2))
        return ops.matmul(ops.swapaxes(shares, -1, -2), covariance)

    return expected


def solved(factor, right):
    """What times a matrix, of which this is the lower Cholesky factor (..., k, k), is the right side (..., k, n)."""
    half = ops.solve_triangular(factor, right, lower=True)
    return ops.solve_triangular(ops.swapaxes(factor, -1, -2), half)


def log_normal(covariance, apart, ridge):
    """Log-density (n,) of normal differences (n, k) of these covariances and a ridge, but for a constant."""
    if not len(covariance):  # LAPACK takes no empty matrix
        return np.zeros(len(apart))
    factor = np.linalg.cholesky(covariance + ridge * np.eye(len(covariance)))
    return -0.5 * np.sum(solve_triangular(factor, apart.T, lower=True) ** 2, axis=0)
