"""Variational autoencoder: rows through a short code and back, and a mixture of normals over the codes."""

import keras
import numpy as np
from keras import ops
from sklearn.mixture import GaussianMixture

from augment.models.backbones import dense
from augment.models.base import GenerativeModel, Recipe
from augment.models.drawing import inverse_cumulative
from augment.models.gradients import jit_compile
from augment.models.vector_heads import VectorHeads

WARM_UP = 500  # steps in which the weight of the Kullback-Leibler term rises to its value
PRIOR_ROWS = 20_000  # that the mixture is fitted to
CANDIDATES = 4096  # codes that a condition chooses from
CHUNK_ROWS = 4096


class VAE(Recipe):
    def __init__(
        self, latent_dim=16, width=256, depth=2, beta=0.3, n_components=64, learning_rate=0.001, weight_decay=0.01
    ):
        self.latent_dim = latent_dim
        self.width = width
        self.depth = depth
        self.beta = beta
        self.n_components = n_components
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay

    def build(self, layout):
        heads = VectorHeads(layout)
        encoder = dense(layout.width, 2 * self.latent_dim, self.width, self.depth, name="encoder")
        decoder = dense(self.latent_dim, heads.size, self.width, self.depth, name="decoder")
        model = VAEModel(layout, encoder, decoder, self.latent_dim, self.beta, self.n_components)
        model.build((None, layout.width))
        optimizer = keras.optimizers.AdamW(
            self.learning_rate, self.weight_decay, beta_2=0.99, use_ema=True, ema_momentum=0.995
        )
        model.compile(optimizer=optimizer, jit_compile=jit_compile())
        return model


class VAEModel(GenerativeModel):
    takes_known = True

    def __init__(self, layout, encoder, decoder, latent_dim, beta, n_components):
        super().__init__()
        self.layout, self.beta, self.latent_dim, self.n_components = layout, beta, latent_dim, n_components
        self.encoder, self.decoder, self.heads = encoder, decoder, VectorHeads(layout)
        self.seed_generator = keras.random.SeedGenerator()

    def build(self, input_shape):
        k, d = self.n_components, self.latent_dim
        self.step = self.add_weight((), "zeros", name="step", trainable=False)
        self.prior_shares = self.add_weight((k,), "ones", name="prior_shares", trainable=False)
        self.prior_means = self.add_weight((k, d), "zeros", name="prior_means", trainable=False)
        self.prior_factors = self.add_weight((k, d, d), "zeros", name="prior_factors", trainable=False)
        self.prior_factors.assign(np.tile(np.eye(d, dtype="float32"), (k, 1, 1)))
        self.built = True

    def call(self, x, training=False):
        mean, spread = ops.split(self.encoder(x, training=training), 2, axis=1)
        log_variance = ops.clip(spread, -10.0, 5.0)
        normal = keras.random.normal(ops.shape(mean), seed=self.seed_generator if training else 0)
        logits = self.decoder(mean + ops.exp(log_variance / 2) * normal, training=training)
        warm = 1.0
        if training:
            warm = ops.minimum(self.step / WARM_UP, 1.0)
            self.step.assign_add(1.0)
        return {
            "reconstruction": -self.heads.log_likelihood(logits, x),
            "divergence": 0.5 * ops.sum(ops.exp(log_variance) + mean**2 - 1 - log_variance, axis=1),
            "weight": self.beta * warm,
        }

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return ops.mean(y_pred["reconstruction"] + y_pred["weight"] * y_pred["divergence"])

    def conclude(self, x, rng):
        x = x[rng.permutation(len(x))[:PRIOR_ROWS]]
        mean, spread = np.split(self._in_chunks(self.encoder, x), 2, axis=1)
        codes = mean + np.exp(np.clip(spread, -10, 5) / 2) * rng.standard_normal(mean.shape)
        k = max(1, min(self.n_components, len(x) // 20))
        mixture = GaussianMixture(
            k, reg_covar=1e-4, random_state=int(rng.integers(2**31)), max_iter=100, tol=1e-3, init_params="k-means++"
        ).fit(codes)
        shares = np.zeros(self.n_components)
        shares[:k] = mixture.weights_
        means, factors = np.zeros(self.prior_means.shape), np.zeros(self.prior_factors.shape)
        means[:k], factors[:k] = mixture.means_, np.linalg.cholesky(mixture.covariances_)
        for weight, value in ((self.prior_shares, shares), (self.prior_means, means), (self.prior_factors, factors)):
            weight.assign(value.astype("float32"))

    def noise(self, n, rng):
        normal = rng.standard_normal((n, self.latent_dim), dtype="float32")
        uniform = rng.random((n, 1 + len(self.layout.blocks)), dtype="float32")
        return np.concatenate([uniform, normal], axis=1)

    def transport(self, noise, condition=None):
        n_uniform = 1 + len(self.layout.blocks)
        uniform, normal = noise[:, :n_uniform], noise[:, n_uniform:]
        if condition is None:
            logits = self._in_chunks(self.decoder, self._codes(uniform[:, 0], normal))
            return self.heads.draw(logits, uniform[:, 1:])
        candidates, logits, log_p = self._candidates()
        known = np.pad(condition.known, ((0, 0), (0, 1)))
        parts = []
        for start in range(0, len(noise), CHUNK_ROWS):
            rows = slice(start, start + CHUNK_ROWS)
            told = ops.convert_to_numpy(self.heads.targets(condition.values[rows])) * known[rows][:, self.heads.columns]
            chosen = inverse_cumulative(told @ log_p.T, uniform[rows, 0])
            x = self.heads.draw(logits[chosen], uniform[rows, 1:])
            parts.append(np.where(known[rows][:, self.layout.columns], condition.values[rows], x))
        return np.concatenate(parts)

    def _codes(self, uniform, normal):
        shares = np.cumsum(ops.convert_to_numpy(self.prior_shares))
        k = np.minimum(np.searchsorted(shares, uniform * shares[-1], side="right"), self.n_components - 1)
        means, factors = ops.convert_to_numpy(self.prior_means), ops.convert_to_numpy(self.prior_factors)
        return means[k] + np.einsum("nij,nj->ni", factors[k], normal)

    def _candidates(self):
        noise = self.noise(CANDIDATES, np.random.default_rng(0))
        codes = self._codes(noise[:, 0], noise[:, 1 + len(self.layout.blocks) :])
        logits = self._in_chunks(self.decoder, codes)
        return codes, logits, ops.convert_to_numpy(self.heads.log_probabilities(logits))

    @staticmethod
    def _in_chunks(network, x):
        parts = [network(x[i : i + CHUNK_ROWS], training=False) for i in range(0, len(x), CHUNK_ROWS)]
        return np.concatenate([ops.convert_to_numpy(part) for part in parts])
