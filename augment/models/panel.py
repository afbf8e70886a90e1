"""The model of panels: any-order autoregression makes what series are as a whole, a model of series the series."""

import keras
import numpy as np
from keras import ops

from augment.codecs.panel_layout import attributes_of
from augment.codecs.series_layout import SeriesCondition
from augment.models.autoregressive import AutoregressiveModel
from augment.models.base import GenerativeModel, jit_compile, make
from augment.models.recurrent_events import BLUR

WIDTH, DEPTH, DROPOUT = 64, 2, 0.1  # of the network of attributes


def panel_model(model, layout):
    """The untrained model of a PanelLayout, whose series a name, a recipe or a callable makes.

    It trains by the optimizer of the model of series.
    """
    series = make(model, layout.series) if layout.series.width else None
    panel, optimizer = PanelModel(layout, series), keras.optimizers.AdamW(use_ema=True, ema_momentum=0.995)
    if series is not None:
        optimizer, series.optimizer = series.optimizer, None
    panel.compile(optimizer=optimizer, jit_compile=jit_compile())
    return panel


class PanelModel(GenerativeModel):
    """Attributes by an `AutoregressiveModel`, so that any of them may be given, and series given them.

    Both are trained at once; neither has a part of the other's loss.

    Parameters
    ----------
    layout : PanelLayout
        The form of encoded panels.
    series : SeriesModel or None
        Makes what the attributes do not let expect of series, and is told them; None where all series are alike.

    Attributes
    ----------
    static : AutoregressiveModel or None
        Makes the attributes; None where there are none.
    """

    def __init__(self, layout, series):
        super().__init__()
        self.layout, self.series, self.static = layout, series, None
        if layout.static is not None:
            self.static = AutoregressiveModel(layout.static, WIDTH, DEPTH, DROPOUT, BLUR, 0.0)
            self.static.build((None, layout.static_width))
        if series is not None:
            for name in ("passes", "share_of_steps", "starts_well"):
                setattr(self, name, getattr(series, name))
            if hasattr(series, "validation_error"):
                self.validation_error = self._validation_error
        if hasattr(series, "log_likelihood"):
            self.log_likelihood = self._log_likelihood
        self.built = True

    passes = 1

    def call(self, x, training=False):
        """Encoded panels (n, layout.width) -> what each of the two models makes of its part."""
        made = {}
        if self.series is not None:
            made["series"] = self.series(x[:, : self.layout.series.width], training=training)
        if self.static is not None:
            made["static"] = self.static(self._tokens(x), training=training)
        return made

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        losses = [
            getattr(self, name).compute_loss(y_pred=made, sample_weight=sample_weight, training=training)
            for name, made in y_pred.items()
        ]
        return sum(losses[1:], losses[0])

    def _tokens(self, x):
        """The tokens (n, static_width) of encoded panels."""
        return ops.cast(ops.round(x[:, self.layout.series.width :]), "int32")

    def training_rows(self, x, n_seen, rng):
        """The rows themselves; the model of series learns its means and covariances of them."""
        if self.series is not None:
            self.series.training_rows(x[:, : self.layout.series.width], n_seen, rng)
        return x

    def conclude(self, x, rng):
        """What is left to learn to the model of series."""
        if self.series is not None:
            self.series.conclude(x[:, : self.layout.series.width], rng)

    def _validation_error(self, x):
        return self.series.validation_error(x[:, : self.layout.series.width])

    def _log_likelihood(self, x):
        """Log-density (n,) of what is left of each series, with the log-probability of its attributes."""
        split = self.layout.series.width
        n_values = self.layout.series.n_values
        logs = self.series.log_likelihood(x[:, :n_values], x[:, n_values:split])
        if self.static is None:
            return logs
        return logs + self.static.log_likelihood(np.rint(x[:, split:]).astype("int32"))

    def noise(self, n, rng):
        """Noise (n, k) of attributes and of series, side by side."""
        parts = [] if self.static is None else [self.static.noise(n, rng).reshape(n, -1)]
        parts += [] if self.series is None else [self.series.noise(n, rng)]
        return np.concatenate(parts, axis=1)

    def transport(self, noise, condition=None):
        """Encoded panels (n, layout.width) of which nothing is known: to that `augment.synthesizers.panels` sees."""
        n, made = len(noise), []
        tokens = np.zeros((n, 0), "int32")
        if self.static is not None:
            size = 2 * (len(self.layout.static.blocks) + 1 + len(self.layout.static.tied))
            tokens = self.static.transport(noise[:, :size].reshape(n, -1, 2))
            noise = noise[:, size:]
        if self.series is not None:
            known = SeriesCondition(np.zeros(n, int), attributes=attributes_of(self.layout.static, tokens))
            made = [self.series.transport(noise, known)]
        return np.concatenate([*made, tokens], axis=1).astype("float32")
