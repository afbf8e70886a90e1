"""Mixtures of normals over the codes of a variational autoencoder, one for each class."""

import warnings

import keras
import numpy as np
from keras import ops
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

ROWS_PER_COMPONENT = 200  # of 50 each, images came nearer to training images (share .548 for .532)


class ClassMixtures(keras.layers.Layer):
    """What codes are drawn from: for each class a mixture of normals, a standard normal until `learn`.

    Parameters
    ----------
    n_classes : int
        0 counts as a single class.
    n_components : int
        Normals in all; each class has its share.
    latent_dim : int
        Length of a code.
    """

    def __init__(self, n_classes, n_components, latent_dim):
        super().__init__(dtype="float32", name="mixtures")
        self.n_groups, self.latent_dim = max(n_classes, 1), latent_dim
        self.n_components = max(1, n_components // self.n_groups)

    def build(self, input_shape=None):
        c, k, d = self.n_groups, self.n_components, self.latent_dim
        self.shares = self.add_weight((c, k), keras.initializers.Constant(1 / k), name="shares", trainable=False)
        self.means = self.add_weight((c, k, d), "zeros", name="means", trainable=False)
        self.factors = self.add_weight((c, k, d, d), "zeros", name="factors", trainable=False)
        self.factors.assign(np.tile(np.eye(d, dtype="float32"), (c, k, 1, 1)))
        self.built = True

    def learn(self, codes, classes, rng):
        """Fit the mixture of each class to its codes (n, latent_dim); one-hots of classes stand first in `classes`."""
        groups, weights = self._groups(classes), (self.shares, self.means, self.factors)
        values = [np.array(ops.convert_to_numpy(weight.value)) for weight in weights]
        for group in range(self.n_groups):
            for whole, part in zip(values, self._mixture(codes[groups == group], rng), strict=True):
                whole[group] = part
        for weight, value in zip(weights, values, strict=True):
            weight.assign(value)

    def _groups(self, classes):
        return classes[:, : self.n_groups].argmax(axis=1) if classes.shape[1] else np.zeros(len(classes), int)

    def _mixture(self, codes, rng):
        """Shares (k,), means (k, d) and factors (k, d, d) of a mixture of few enough normals for these codes."""
        k = int(np.clip(len(codes) // ROWS_PER_COMPONENT, 1, self.n_components))
        while len(codes) < 2:  # one row, or none in this part
            codes = np.concatenate([codes, np.zeros((1, self.latent_dim), "float32")])
        # shrinks covariances of few rows towards the standard normal that the codes are drawn to
        pulled = 1 / (1 + len(codes) / (k * self.latent_dim))
        mixture = GaussianMixture(k, reg_covar=1e-3, init_params="k-means++", random_state=int(rng.integers(2**31)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            mixture.fit(codes)
        covariances = (1 - pulled) * mixture.covariances_ + pulled * np.eye(self.latent_dim)
        shares, means = np.zeros(self.n_components), np.zeros((self.n_components, self.latent_dim))
        factors = np.zeros((self.n_components, self.latent_dim, self.latent_dim))
        shares[:k], means[:k], factors[:k] = mixture.weights_, mixture.means_, np.linalg.cholesky(covariances)
        return shares, means, factors

    def noise(self, n, rng):
        """Noise (n, 1 + latent_dim) of a code: uniform for the choice of a normal of the mixture, then normal."""
        normal = rng.standard_normal((n, self.latent_dim), dtype="float32")
        return np.concatenate([rng.random((n, 1), dtype="float32"), normal], axis=1)

    def codes(self, noise, classes):
        """Codes (n, latent_dim) of these classes (n, n_classes)."""
        shares, means, factors = (ops.convert_to_numpy(w.value) for w in (self.shares, self.means, self.factors))
        group = self._groups(classes)
        upper = np.cumsum(shares[group], axis=1)
        place = (noise[:, :1] * upper[:, -1:] >= upper[:, :-1]).sum(axis=1)
        return means[group, place] + np.einsum("nij,nj->ni", factors[group, place], noise[:, 1:])
