"""Variational autoencoder: rows through a short code and back, and a mixture of normals over the codes."""

import warnings
from functools import partial
from numbers import Integral, Real

import keras
import numpy as np
from keras import ops
from scipy.special import logsumexp
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from augment.codecs.layout import ImageLayout
from augment.codecs.series_layout import SeriesLayout
from augment.models.base import GenerativeModel, Recipe, in_chunks
from augment.models.drawing import inverse_cumulative
from augment.models.known import floats_of
from augment.models.smoothing import strength_of
from augment.models.vector_heads import VectorHeads
from augment.models.vector_smoothing import training_vectors

WARM_UP = 500  # steps in which the weight of the Kullback-Leibler term rises to its value
PRIOR_ROWS = 20_000  # that the mixture is fitted to
ROWS_PER_COMPONENT = 20
CANDIDATES = 4096  # codes that a condition chooses from
DRAWS = 64  # codes of the encoder that a row's likelihood is averaged over, beside as many candidates
LOG_VARIANCES = -10.0, 5.0  # of a code: beyond these nothing is gained


class VAE(Recipe):
    """Variational autoencoder of a table's rows, of images or of series.

    An encoder makes of each row a normal distribution over codes, a decoder makes of a code a distribution over rows,
    in which the columns are independent given the code (Kingma and Welling, ICLR 2014, arXiv 1312.6114): a softmax for
    a category and a histogram over the ranks for a number. After training a mixture of normals is fitted to the codes,
    and new rows come from it: codes that no row has, which a standard normal would draw, are not drawn.

    Conditions on any columns choose codes by how well they explain what is known (sampling importance resampling, of
    4,096 codes), which is exact but for their number: many known numbers at once are met by the nearest codes.

    For images encoder and decoder are convolutional and see the class, pixels are normal around what the decoder says,
    and each class has a mixture of its own; `augment.models.image_vae` tells more. So it is for series, to which what
    the decoder leaves over is added; `augment.models.series_vae` tells more. `depth` and `smoothing` are for tables.

    Parameters
    ----------
    latent_dim : int or "auto", default="auto"
        Length of the code; "auto" is 16 for tables and 32 for images and series.
    width : int or "auto", default="auto"
        Length of the hidden vectors of encoder and decoder, for images and series the channels of their convolutions;
        "auto" is 128 for tables, 64 for images and series, and 32 for volumes.
    depth : int, default=1
        Number of residual blocks of encoder and decoder, for tables.
    beta : float, default=0.5
        Weight of the Kullback-Leibler term (Higgins et al., ICLR 2017); 1 is the bound on the likelihood. Below it
        codes tell more of a row, and the mixture has more to learn.
    n_components : int, default=64
        Normals in the mixture; fewer for less than 20 rows, or 200 images or series, for each.
    smoothing : float or "auto", default="auto"
        How far training rows are moved away from the real ones, as in `Autoregressive`.
    learning_rate : float or LearningRateSchedule, default=0.001
        Highest learning rate of AdamW, or a schedule.
    weight_decay : float, default=0.01
        Weight decay of AdamW.
    optimizer : keras.optimizers.Optimizer or str, default=None
        Takes the place of AdamW with these two.
    encoder : keras.Model, default=None
        A network of one's own from rows (batch, layout.width) to means and log variances of codes
        (batch, 2 * latent_dim); for images from a list of images (batch, *layout.shape), pixels from -1 to 1, and
        classes (batch, layout.n_classes), for series of their numbers (batch, layout.n_values) and classes. Training
        starts at the weights that it has.
    decoder : keras.Model, default=None
        A network of one's own from codes (batch, latent_dim) to logits (batch, VectorHeads(layout).size); for images
        and series from a list of codes and classes to images, or to logits of the upper value where pixels have two
        (`layout.binary`), or to numbers.

    Examples
    --------
    >>> VAE(latent_dim=8)
    VAE(latent_dim=8)
    """

    tells_likelihood = True
    automatic = {
        "latent_dim": {"table": 16, "image": 32, "volume": 32, "series": 32},
        "width": {"table": 128, "image": 64, "volume": 32, "series": 64},
    }

    def __init__(
        self,
        latent_dim="auto",
        width="auto",
        depth=1,
        beta=0.5,
        n_components=64,
        smoothing="auto",
        learning_rate=0.001,
        weight_decay=0.01,
        optimizer=None,
        encoder=None,
        decoder=None,
    ):
        self.latent_dim = latent_dim
        self.width = width
        self.depth = depth
        self.beta = beta
        self.n_components = n_components
        self.smoothing = smoothing
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.optimizer = optimizer
        self.encoder = encoder
        self.decoder = decoder

    def build(self, layout):
        self._check_numbers(
            ["smoothing", "latent_dim", "width"],
            latent_dim=(Integral, 1),
            width=(Integral, 1),
            depth=(Integral, 1),
            beta=(Real, 0),
            n_components=(Integral, 1),
            smoothing=(Real, 0),
        )
        if isinstance(layout, ImageLayout):
            return self._build_for_images(layout)
        if isinstance(layout, SeriesLayout):
            return self._build_for_series(layout)
        latent_dim = self._value("latent_dim")
        encoder = self._network("encoder", layout.width, 2 * latent_dim)
        decoder = self._network("decoder", latent_dim, VectorHeads(layout).size)
        smoothing = strength_of(self.smoothing, layout)
        model = VAEModel(layout, encoder, decoder, latent_dim, float(self.beta), int(self.n_components), smoothing)
        model.build((None, layout.width))
        return self._compile(model)

    def _build_for_images(self, layout):
        from augment.models import convolutions
        from augment.models.image_vae import ImageVAEModel

        latent_dim, width = self._value("latent_dim", layout), self._value("width", layout)
        image, label = layout.shape, (layout.n_classes,)
        encoder = self._network_of_several(
            "encoder", [image, label], (2 * latent_dim,), lambda: convolutions.encoder(layout, 2 * latent_dim, width)
        )
        decoder = self._network_of_several(
            "decoder", [(latent_dim,), label], image, lambda: convolutions.decoder(layout, latent_dim, width)
        )
        model = ImageVAEModel(layout, encoder, decoder, latent_dim, float(self.beta), int(self.n_components))
        model.build((None, layout.width))
        return self._compile(model)

    def _build_for_series(self, layout):
        from augment.models import series_networks
        from augment.models.series_vae import SeriesVAEModel

        latent_dim, width = self._value("latent_dim", layout), self._value("width", layout)
        values, label = (layout.n_values,), (layout.n_told,)
        n_outputs = 2 * latent_dim
        encoder = self._network_of_several(
            "encoder", [values, label], (n_outputs,), lambda: series_networks.encoder(layout, n_outputs, width)
        )
        decoder = self._network_of_several(
            "decoder", [(latent_dim,), label], values, lambda: series_networks.decoder(layout, latent_dim, width)
        )
        model = SeriesVAEModel(layout, encoder, decoder, latent_dim, float(self.beta), int(self.n_components))
        model.build((None, layout.width))
        return self._compile(model)


class VAEModel(GenerativeModel):
    """The networks of `VAE` and the mixture over its codes.

    Parameters
    ----------
    layout : VectorLayout
        The form of encoded rows.
    encoder, decoder : keras.Model
        (batch, layout.width) -> (batch, 2 * latent_dim), and (batch, latent_dim) -> (batch, VectorHeads(layout).size).
    latent_dim, beta, n_components, smoothing
        As in `VAE`, without "auto".
    """

    takes_known = True

    def __init__(self, layout, encoder, decoder, latent_dim, beta, n_components, smoothing):
        super().__init__()
        self.layout, self.latent_dim, self.beta, self.n_components = layout, latent_dim, beta, n_components
        self.smoothing = smoothing
        self.encoder, self.decoder, self.heads = encoder, decoder, VectorHeads(layout)
        self.seed_generator = keras.random.SeedGenerator()

    def build(self, input_shape):
        k, d = self.n_components, self.latent_dim
        self.step = self.add_weight((), "zeros", name="step", trainable=False)
        self.shares = self.add_weight((k,), keras.initializers.Constant(1 / k), name="shares", trainable=False)
        self.means = self.add_weight((k, d), "zeros", name="means", trainable=False)
        self.factors = self.add_weight((k, d, d), "zeros", name="factors", trainable=False)
        self.factors.assign(np.tile(np.eye(d, dtype="float32"), (k, 1, 1)))  # until fitted: a standard normal
        self.built = True

    def training_rows(self, x, n_seen, rng):
        """Rows near the real ones; see `smoothing`."""
        return training_vectors(self.layout, x, n_seen, self.smoothing, rng)

    def call(self, x, training=False):
        """Rows (n, width) -> the two terms of each row's loss (n,) and the weight of the second."""
        mean, log_variance = self._normal(self.encoder(x, training=training))
        normal = keras.random.normal(ops.shape(mean), seed=self.seed_generator if training else 0)
        logits = self._logits(mean + ops.exp(log_variance / 2) * normal, training=training)
        warm = 1.0
        if training:
            self.step.assign_add(1.0)
            warm = ops.minimum(self.step / WARM_UP, 1.0)
        return {
            "reconstruction": -self.heads.log_likelihood(logits, x),
            "divergence": 0.5 * ops.sum(ops.exp(log_variance) + mean**2 - 1 - log_variance, axis=1),
            "weight": self.beta * warm,
        }

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        loss = y_pred["reconstruction"] + y_pred["weight"] * y_pred["divergence"]
        if sample_weight is None:
            return ops.mean(loss)
        return ops.sum(loss * sample_weight) / ops.sum(sample_weight)

    @staticmethod
    def _normal(encoded):
        mean, log_variance = ops.split(ops.cast(encoded, "float32"), 2, axis=1)
        return mean, ops.clip(log_variance, *LOG_VARIANCES)

    def _logits(self, codes, training=False):
        return ops.cast(self.decoder(codes, training=training), "float32")

    def conclude(self, x, rng):
        """Fit the mixture to codes of the rows."""
        x = x[rng.permutation(len(x))[:PRIOR_ROWS]]
        mean, log_variance = in_chunks(lambda rows: self._normal(self.encoder(rows, training=False)), x)
        codes = mean + np.exp(log_variance / 2) * rng.standard_normal(mean.shape, dtype="float32")
        k = max(1, min(self.n_components, len(x) // ROWS_PER_COMPONENT))
        mixture = GaussianMixture(k, reg_covar=1e-4, init_params="k-means++", random_state=int(rng.integers(2**31)))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # a hundred rounds are near enough
            mixture.fit(codes if len(codes) > 1 else np.repeat(codes, 2, axis=0))
        for weight, values in (
            (self.shares, mixture.weights_),
            (self.means, mixture.means_),
            (self.factors, np.linalg.cholesky(mixture.covariances_)),
        ):
            whole = np.zeros(weight.shape, "float32")
            whole[:k] = values
            whole[k:] = np.zeros_like(values[0]) if weight is self.shares else values[0]
            weight.assign(whole)

    def noise(self, n, rng):
        """Noise (n, 1 + n_blocks + latent_dim): uniform for the choice of a normal and for each block, then normal."""
        uniform = rng.random((n, 1 + len(self.layout.blocks)), dtype="float32")
        return np.concatenate([uniform, rng.standard_normal((n, self.latent_dim), dtype="float32")], axis=1)

    def transport(self, noise, condition=None):
        """Draw codes, decode them, draw each block; see the base class."""
        choice, uniform, normal = noise[:, 0], noise[:, 1 : -self.latent_dim], noise[:, -self.latent_dim :]
        if condition is None:
            return in_chunks(lambda *part: self._decode(self._codes(*part[:2]), part[2]), choice, normal, uniform)
        logits, log_p = self._candidates()
        known = ops.convert_to_numpy(floats_of(self.layout, condition.known)).astype(bool)
        explain = partial(self._explain, logits, log_p)
        return in_chunks(explain, choice, uniform, condition.values, known)

    def _decode(self, codes, uniform):
        return self.heads.draw(ops.convert_to_numpy(self._logits(codes)), uniform)

    def _mixture(self):
        """Shares, means and triangular factors of the covariances, as arrays."""
        return [ops.convert_to_numpy(weight.value) for weight in (self.shares, self.means, self.factors)]

    def _codes(self, choice, normal):
        """Codes (n, latent_dim) of the mixture from uniform noise (n,) and normal noise (n, latent_dim)."""
        shares, means, factors = self._mixture()
        upper = np.cumsum(shares)
        component = np.minimum(np.searchsorted(upper, choice * upper[-1], side="right"), np.flatnonzero(shares)[-1])
        return means[component] + np.einsum("nij,nj->ni", factors[component], normal)

    def _candidates(self):
        """Logits of codes that a condition chooses from, the same ones always, and their logs of probabilities."""
        noise = self.noise(CANDIDATES, np.random.default_rng(0))
        codes = self._codes(noise[:, 0], noise[:, -self.latent_dim :])
        logits = ops.convert_to_numpy(self._logits(codes))
        return logits, ops.convert_to_numpy(self.heads.log_probabilities(logits))

    def _explain(self, logits, log_p, choice, uniform, values, known):
        """Rows with the `values` where they are `known`, of candidates drawn by how well they explain these."""
        told = ops.convert_to_numpy(self.heads.targets(values)) * known[:, self.heads.sources]
        chosen = inverse_cumulative(told @ log_p.T, choice)
        return np.where(known, values, self.heads.draw(logits[chosen], uniform))

    def log_likelihood(self, x, unknown=()):
        """A bound from below on the log-probability of each row, tighter the more codes it looks at.

        The importance-weighted bound of Burda, Grosse and Salakhutdinov (ICLR 2016, arXiv 1509.00519), with 64 codes
        from the encoder and 4,096 from the mixture, always of the same noise and weighed by the balance heuristic
        (Veach and Guibas, SIGGRAPH 1995). A number counts by the density of its rank.

        Parameters
        ----------
        x : ndarray of float32 of shape (n, layout.width)
            Encoded rows.
        unknown : sequence of int, default=()
            Columns to leave out: the bound is that of the others.

        Returns
        -------
        ndarray of shape (n,)
            Natural logarithms.
        """
        known = ~np.isin(self.layout.columns, list(unknown))
        noise = self.noise(CANDIDATES, np.random.default_rng(0))
        codes = self._codes(noise[:, 0], noise[:, -self.latent_dim :])
        common = codes, self._log_densities(codes), self._log_prior(codes)
        return in_chunks(lambda rows: self._bound(rows * known, known, noise[:DRAWS], common), x, size=64)

    def _bound(self, x, known, noise, common):
        mean, log_variance = map(ops.convert_to_numpy, self._normal(self.encoder(x, training=False)))
        told = ops.convert_to_numpy(self.heads.targets(x)) * known[self.heads.sources]
        own = mean[:, None] + np.exp(log_variance / 2)[:, None] * noise[:, -self.latent_dim :]  # (n, draws, latent_dim)
        flat = own.reshape(-1, self.latent_dim)
        own_rows = np.einsum("np,ndp->nd", told, self._log_densities(flat).reshape(*own.shape[:2], -1))
        codes, log_densities, log_prior = common
        terms = [
            self._weighed(own_rows, self._log_prior(flat).reshape(own_rows.shape), own, mean, log_variance),
            self._weighed(told @ log_densities.T, log_prior, codes, mean, log_variance),
        ]
        return logsumexp(np.concatenate(terms, axis=1), axis=1)

    @staticmethod
    def _weighed(log_rows, log_prior, codes, mean, log_variance):
        """Logs (n, draws) of a row's probability given each code, weighed by where the codes come from."""
        squares = (codes - mean[:, None]) ** 2 * np.exp(-log_variance)[:, None]
        log_encoder = -0.5 * (squares + log_variance[:, None] + np.log(2 * np.pi)).sum(axis=2)
        proposal = np.logaddexp(log_encoder + np.log(DRAWS), log_prior + np.log(CANDIDATES))
        return log_rows + log_prior - proposal

    def _log_densities(self, codes):
        """What the decoder says of codes: (n, heads.size)."""
        return ops.convert_to_numpy(self.heads.log_densities(self._logits(codes)))

    def _log_prior(self, codes):
        """Log-density (n,) of the mixture."""
        shares, means, factors = self._mixture()
        used = shares > 0
        inverse = np.linalg.inv(factors[used])
        squares = (
            np.einsum("kij,nj->kni", inverse, codes) - np.einsum("kij,kj->ki", inverse, means[used])[:, None]
        ) ** 2
        logs = -0.5 * squares.sum(axis=2).T + np.linalg.slogdet(inverse)[1] + np.log(shares[used])
        return logsumexp(logs, axis=1) - 0.5 * self.latent_dim * np.log(2 * np.pi)
