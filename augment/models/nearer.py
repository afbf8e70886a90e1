"""Whether a model has begun to learn its training rows by heart: its rows are nearer to these than to held-out ones."""

import keras
import numpy as np
from scipy import stats

MADE = 256  # rows for a look
FEWEST = 20  # held-out rows without which nothing is said
LOOKS = 10  # in a run
LEVEL = 0.005  # of one look: a run of ten takes chance for copying in about one case of twenty-five


def share_nearer(new, train, held, rng):
    """Share of the new rows whose nearest real one is a training row, of as many training as held-out rows.

    One half is what fresh rows have; ties count one half.

    Parameters
    ----------
    new, train, held : ndarray of float of shape (n, d), (m, d) and (k, d)
        Generated, training and held-out rows; of the larger of the last two a random part is taken.
    rng : numpy.random.Generator
        Chooses it.

    Returns
    -------
    float
    """
    n = min(len(train), len(held))
    nearest = [_nearest(new, rows[rng.permutation(len(rows))[:n]]) for rows in (train, held)]
    return float(np.mean((nearest[0] < nearest[1]) + 0.5 * (nearest[0] == nearest[1])))


def _nearest(new, rows):
    """Squared distance (n,) of each new row to the nearest of `rows`."""
    products = new @ rows.T
    return ((new**2).sum(axis=1)[:, None] + (rows**2).sum(axis=1) - 2 * products).min(axis=1)


class StopAtCopies(keras.callbacks.Callback):
    """Stops a run at the first significant rise of the share of generated rows that are nearer to training rows.

    A look makes 256 rows; the share is held against one half by a binomial test. `restore` puts back the weights of
    the last look that showed none. Stands after `SwapEMAWeights`.

    Parameters
    ----------
    train, held : ndarray of float of shape (n, d) and (m, d)
        Pixels of training and held-out images; both of them as far as generated rows go, which begin with these floats.
    make : callable (n) -> ndarray of shape (n, d)
        Generates.
    epochs : int
        Of the whole run.
    """

    def __init__(self, train, held, make, epochs):
        super().__init__()
        self.train, self.held, self.make = train, held, make
        self.every = max(1, epochs // LOOKS)
        self.weights, self.share = None, None

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.every:
            return
        self.share = share_nearer(self.make(MADE), self.train, self.held, np.random.default_rng(epoch))
        logs["nearer_share"] = self.share
        if self.copies:
            self.model.stop_training = True
        else:
            self.weights = self.model.get_weights()

    @property
    def copies(self):
        """Whether the last look found more training rows near than chance brings."""
        return self.share is not None and stats.binom.sf(self.share * MADE - 1, MADE, 0.5) < LEVEL

    def restore(self):
        """Put back the weights of the last look that found nothing, if the last one did and there was one before."""
        if self.copies and self.weights is not None:
            self.model.set_weights(self.weights)
