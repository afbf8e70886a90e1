"""Flow matching of series: from noise that has their means and covariances to the series themselves."""

import keras
import numpy as np
from keras import ops

from augment.codecs.series_layout import SeriesCondition
from augment.models.base import GenerativeModel, in_chunks
from augment.models.solvers import follow

WAVES = 8  # sines and cosines of the time
UNTOLD = 0.1  # share of training series whose class the network is not told, for guidance
KNOWN = 0.3  # share of training series of which the network knows a part
JOINT = 768  # numbers of a series whose covariances are learned at most; the noise of longer ones is white
CHUNK = 2048  # series that are made at a time


class SeriesFlowModel(GenerativeModel):
    """The network of `Flow` for series, and its sampler.

    Noise is drawn from the normal distribution with the means and covariances of the training series, so that what a
    linear model knows (levels, autocorrelations, lags between channels) holds from the start, and the network learns
    only what is not normal. With noise and series alike in the first two moments, the direction of a mixture x_t that a
    linear model would guess is (2 t - 1) / (t^2 + (1 - t)^2) (x_t - mean); to it comes what the network says, with the
    covariances of the noise.

    Known numbers stand at their values from the start, and the noise of the others is drawn given them: the normal
    distribution's forecast, which the network corrects. In training the first steps, or any numbers, are known of three
    tenths of the series. Times are logit-normal (Esser et al., ICML 2024, arXiv 2403.03206). A tenth of the series is
    learned without a class, so that guidance can extrapolate from there.

    Parameters
    ----------
    layout : SeriesLayout
        The form of encoded series.
    network : keras.Model
        As `augment.models.transformers.transformer` makes it.
    n_steps, sampler, guidance_scale
        As in `Flow`, without "auto".
    """

    takes_known = True

    def __init__(self, layout, network, n_steps, sampler, guidance_scale):
        super().__init__()
        self.layout, self.network = layout, network
        self.n_steps, self.sampler, self.guidance_scale = n_steps, sampler, guidance_scale
        self.seed_generator = keras.random.SeedGenerator()

    def build(self, input_shape):
        size = self.layout.n_values
        self.mean = self.add_weight((size,), "zeros", name="mean", trainable=False)
        self.root = None  # of the covariances; None for those of white noise
        if size <= JOINT:
            self.root = self.add_weight((size, size), "identity", name="root", trainable=False)
            self.ridge = self.add_weight((), "ones", name="ridge", trainable=False)
        self.built = True

    def training_rows(self, x, n_seen, rng):
        """The rows themselves; of them the noise learns its means and covariances."""
        values = np.asarray(x[:, : self.layout.n_values], "float64")
        self.mean.assign(values.mean(axis=0))
        if self.root is not None:
            size, vectors = np.linalg.eigh(np.cov(values, rowvar=False, bias=True).reshape(2 * (values.shape[1],)))
            self.root.assign((vectors * np.sqrt(np.maximum(size, 0))) @ vectors.T)
            self.ridge.assign(1e-3 + 0.1 * values.shape[1] / len(values))  # fewer series tell less of regressions
        return x

    def call(self, x, training=False):
        """Encoded series (n, width) -> each one's mean squared error of directions (n,)."""
        values, classes = x[:, : self.layout.n_values], x[:, self.layout.n_values :]
        n = ops.shape(x)[0]
        seeds = [self.seed_generator] * 5 if training else [0, 1, 2, 3, 4]
        time = ops.sigmoid(keras.random.normal((n, 1), seed=seeds[0]))
        told = ops.cast(keras.random.uniform((n, 1), seed=seeds[1]) >= UNTOLD, "float32")
        some = ops.cast(keras.random.uniform((n, 1), seed=seeds[2]) < KNOWN, "float32")
        noise = self._coloured(keras.random.normal(ops.shape(values), seed=seeds[3]))
        center = self.mean + ops.zeros_like(values)
        known = self._mask(seeds[4])
        gain = self._gain(known)
        known = some * known  # (n, n_values)
        if gain is not None:
            noise, center = (y + ops.matmul(known * (values - y), gain) for y in (noise, center))
        noise, center = (known * values + (1 - known) * y for y in (noise, center))
        mixed = (1 - time) * noise + time * values
        guess = self._guess(mixed, center, time, known, told * classes, training)
        errors = (1 - known) * ops.square(guess - (values - noise))
        return ops.sum(errors, axis=1) / ops.maximum(ops.sum(1 - known, axis=1), 1.0)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        if sample_weight is None:
            return ops.mean(y_pred)
        return ops.sum(y_pred * sample_weight) / ops.sum(sample_weight)

    def _coloured(self, white):
        """Noise (n, n_values) with the means and covariances of the series."""
        return self.mean + (white if self.root is None else ops.matmul(white, self.root))

    def _mask(self, seed):
        """Which numbers (n_values,) of a whole batch are known: first steps or any, each half of the time."""
        length, n_channels = self.layout.shape
        draws = keras.random.uniform((length * n_channels + 2,), seed=seed)
        first = ops.cast(np.repeat(np.arange(length) / length, n_channels), "float32") < draws[-2]
        return ops.cast(ops.where(draws[-1] < 0.5, first, draws[:-2] < draws[-2]), "float32")

    def _gain(self, known):
        """What known numbers tell of all (n_values, n_values): coefficients of the linear regression on them."""
        if self.root is None:
            return None
        covariance, known = ops.matmul(self.root, self.root), known[:, None]
        inner = known * covariance * ops.transpose(known)
        size = self.layout.n_values
        # Keras 3.8 has an ops.solve that fails in graphs of TensorFlow
        return ops.matmul(ops.inv(inner + (self.ridge * known + (1 - known)) * ops.eye(size)), known * covariance)

    def _guess(self, mixed, center, time, known, classes, training=False):
        """Directions (n, n_values) of mixtures at times (n, 1)."""
        angles = ops.multiply(time, np.pi * np.arange(1, WAVES + 1, dtype="float32"))
        features = ops.concatenate([time, ops.sin(angles), ops.cos(angles)], axis=1)
        as_steps = (-1, *self.layout.shape)
        inputs = [ops.reshape(mixed, as_steps), ops.reshape(known, as_steps), features, classes]
        said = ops.reshape(ops.cast(self.network(inputs, training=training), "float32"), (-1, self.layout.n_values))
        if self.root is not None:
            said = ops.matmul(said, self.root)
        return (2 * time - 1) / (time**2 + (1 - time) ** 2) * (mixed - center) + said

    def noise(self, n, rng):
        """White noise (n, n_values)."""
        return rng.standard_normal((n, self.layout.n_values), dtype="float32")

    def transport(self, noise, condition=None):
        """Encoded series (n, layout.width); see the base class. Without a condition classes are all zeros."""
        n, n_classes = len(noise), self.layout.n_classes
        if not n:
            return np.zeros((0, self.layout.width), "float32")
        classes = np.zeros((n, n_classes), "float32")
        if condition is None:
            condition = SeriesCondition(np.zeros(n, int))
        elif n_classes:
            classes[np.arange(n), condition.classes] = 1
        start = ops.convert_to_numpy(self._coloured(noise))
        center, values = np.broadcast_to(ops.convert_to_numpy(self.mean), start.shape), np.zeros_like(start)
        known = np.zeros(start.shape, bool)
        if condition.known is not None:
            values, known = condition.values, condition.known
            start, center = self._given(start, values, known), self._given(center, values, known)
        made = in_chunks(self._follow, start, center, known.astype("float32"), classes, size=CHUNK)
        return np.concatenate([np.where(known, values, made), classes], axis=1).astype("float32")

    def _given(self, drawn, values, known):
        """Draws (n, n_values) of the noise, or its mean, given the known numbers."""
        drawn = np.array(drawn)
        patterns, which = np.unique(known, axis=0, return_inverse=True)
        for number, pattern in enumerate(patterns):
            rows = np.flatnonzero(which.ravel() == number)
            gain = self._gain(ops.convert_to_tensor(pattern.astype("float32")))
            if gain is not None:
                drawn[rows] += ((values[rows] - drawn[rows]) * pattern) @ ops.convert_to_numpy(gain)
        return np.where(known, values, drawn)

    def _follow(self, start, center, known, classes):
        start, center, known, classes = (ops.convert_to_tensor(x, "float32") for x in (start, center, known, classes))

        def direction(x, time):
            return (1 - known) * self._direction(x, center, time, known, classes)

        return follow(direction, start, np.linspace(0, 1, self.n_steps + 1), self.sampler)

    def _direction(self, x, center, time, known, classes):
        time = ops.full((ops.shape(x)[0], 1), float(time), dtype="float32")
        direction = self._guess(x, center, time, known, classes)
        if self.guidance_scale == 1:
            return direction
        unguided = self._guess(x, center, time, known, ops.zeros_like(classes))
        return unguided + self.guidance_scale * (direction - unguided)
