"""Flow matching of series: from noise that has their means and covariances to the series themselves."""

import keras
import numpy as np
from keras import ops

from augment.models.base import in_chunks
from augment.models.series import CHUNK, SeriesModel
from augment.models.solvers import follow, grid

WAVES = 8  # sines and cosines of the time
UNTOLD = 0.1  # share of training series whose class the network is not told, for guidance
KNOWN = 0.3  # share of training series of which the network knows a part


class SeriesFlowModel(SeriesModel):
    """The network of `Flow` for series, and its sampler.

    Noise is drawn from the normal distribution with the means and covariances of the training series of its class, so
    that what a linear model knows (levels, autocorrelations, lags between channels) holds from the start, and the
    network learns only what is not normal. With noise and series alike in the first two moments, the direction of a
    mixture x_t that a linear model would guess is (2 t - 1) / (t^2 + (1 - t)^2) (x_t - mean); to it comes what the
    network says, with the covariances of the noise.

    Known numbers stand at their values from the start, and the noise of the others is drawn given them: the normal
    distribution's forecast, which the network corrects. In training the first steps, or any numbers, are known of three
    tenths of the series. Times of one half are logit-normal (Esser et al., ICML 2024, arXiv 2403.03206), of the other
    spread evenly: what is wrong at the beginning, where the first has few, moves all series to one side. Of a tenth of
    the series the network is not told the class, so that guidance can extrapolate from there.

    Parameters
    ----------
    layout : SeriesLayout
        The form of encoded series.
    network : keras.Model
        As `augment.models.transformers.transformer` makes it.
    n_tokens : int
        How many tokens a series is to it.
    n_steps, sampler, guidance_scale
        As in `Flow`, without "auto".
    """

    starts_well = True

    def __init__(self, layout, network, n_tokens, n_steps, sampler, guidance_scale):
        super().__init__(layout)
        self.network, self.passes = network, n_tokens
        self.n_steps, self.sampler, self.guidance_scale = n_steps, sampler, guidance_scale
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, x, training=False):
        """Encoded series (n, width) -> each one's mean squared error of directions (n,)."""
        (values, classes), n = self.apart(x), ops.shape(x)[0]
        seeds = [self.seed_generator] * 5 if training else [0, 1, 2, 3, 4]
        time = _times(n, seeds[0])
        told = ops.cast(keras.random.uniform((n, 1), seed=seeds[1]) >= UNTOLD, "float32")
        some = ops.cast(keras.random.uniform((n, 1), seed=seeds[2]) < KNOWN, "float32")
        noise = self.coloured(keras.random.normal(ops.shape(values), seed=seeds[3]), classes)
        center = self.mean + ops.zeros_like(values)
        known = self._mask(seeds[4])
        expected = self.covariances.regression(known)
        known = some * known  # (n, n_values)
        noise, center = (y + expected(known * (values - y), classes) for y in (noise, center))
        noise, center = (known * values + (1 - known) * y for y in (noise, center))
        mixed = (1 - time) * noise + time * values
        guess = self._guess(mixed, center, time, known, classes, told, training)
        errors = (1 - known) * ops.square(guess - (values - noise))
        return ops.sum(errors, axis=1) / ops.maximum(ops.sum(1 - known, axis=1), 1.0)

    def _mask(self, seed):
        """Which numbers (n_values,) of a whole batch are known: first steps or any, each half of the time."""
        length, n_channels = self.layout.shape
        draws = keras.random.uniform((length * n_channels + 2,), seed=seed)
        first = ops.cast(np.repeat(np.arange(length) / length, n_channels), "float32") < draws[-2]
        return ops.cast(ops.where(draws[-1] < 0.5, first, draws[:-2] < draws[-2]), "float32")

    def _guess(self, mixed, center, time, known, classes, told=1.0, training=False):
        """Directions (n, n_values) of mixtures at times (n, 1); where `told` is 0 the network sees no class."""
        angles = ops.multiply(time, np.pi * np.arange(1, WAVES + 1, dtype="float32"))
        features = ops.concatenate([time, ops.sin(angles), ops.cos(angles)], axis=1)
        as_steps = (-1, *self.layout.shape)
        inputs = [ops.reshape(mixed, as_steps), ops.reshape(known, as_steps), features, told * classes]
        said = ops.reshape(ops.cast(self.network(inputs, training=training), "float32"), (-1, self.layout.n_values))
        said = self.covariances.spread(said, classes)
        return (2 * time - 1) / (time**2 + (1 - time) ** 2) * (mixed - center) + said

    def noise(self, n, rng):
        """White noise (n, n_values)."""
        return rng.standard_normal((n, self.layout.n_values), dtype="float32")

    def _made(self, noise, classes, condition):
        start = ops.convert_to_numpy(self.coloured(noise, classes))
        center, values = np.broadcast_to(ops.convert_to_numpy(self.mean), start.shape), np.zeros_like(start)
        known = np.zeros(start.shape, bool)
        if condition.known is not None:
            values, known = condition.values, condition.known
            start, center = (self.given(y, values, known, classes) for y in (start, center))
        made = in_chunks(self._follow, start, center, known.astype("float32"), classes, size=CHUNK)
        return np.where(known, values, made)

    def _follow(self, start, center, known, classes):
        start, center, known, classes = (ops.convert_to_tensor(x, "float32") for x in (start, center, known, classes))

        def direction(x, time):
            return (1 - known) * self._direction(x, center, time, known, classes)

        return follow(direction, start, grid(self.n_steps, self.sampler), self.sampler)

    def _direction(self, x, center, time, known, classes):
        time = ops.full((ops.shape(x)[0], 1), float(time), dtype="float32")
        direction = self._guess(x, center, time, known, classes)
        if self.guidance_scale == 1:
            return direction
        unguided = self._guess(x, center, time, known, classes, told=0.0)
        return unguided + self.guidance_scale * (direction - unguided)


def _times(n, seed):
    """Times (n, 1) in turn logit-normal and spread evenly."""
    normal, uniform = keras.random.normal((n, 1), seed=seed), keras.random.uniform((n, 1), seed=seed)
    places = ops.arange(n, dtype="float32")[:, None]
    return ops.where(places % 2 == 0, ops.sigmoid(normal), (places + uniform) / ops.cast(n, "float32"))
