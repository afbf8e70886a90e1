"""Whether a model has begun to learn its training rows by heart: its rows are nearer to these than to held-out ones."""

import keras
import numpy as np
from scipy import stats

MADE = 256  # rows for a look
FEWEST = 20  # held-out rows without which nothing is said
LOOKS = 10  # in a run
LEVEL = 0.005  # of one look: a run of ten takes chance for copying in about one case of twenty-five


def nearness(new, train, held, together=1):
    """How much nearer generated rows lie to training than to held-out rows, and whether chance would do it.

    Each real row counts once, by its distance to the nearest generated one: if the generator does not know which real
    rows it was trained on, these distances are alike (the rank test of Mann and Whitney, Annals of Mathematical
    Statistics 18, 1947; as in Meehan, Chaudhuri and Dasgupta, "A non-parametric test to detect data-copying in
    generative models", AISTATS 2020, arXiv 2004.05675).

    Parameters
    ----------
    new, train, held : ndarray of float of shape (n, d), (m, d) and (k, d)
        Generated, training and held-out rows.
    together : int, default=1
        How many rows that follow one another are about alike, as windows that share steps are: so many count as one.

    Returns
    -------
    share : float
        Of pairs of a training and a held-out row, how many have the training row nearer to a generated one; ties count
        one half. One half where the generator copies nothing, 1 where it copies all.
    p_value : float
        One-sided.
    """
    distances = [((rows**2).sum(axis=1)[:, None] + (new**2).sum(axis=1) - 2 * rows @ new.T) for rows in (train, held)]
    found = stats.mannwhitneyu(*(each.min(axis=1) for each in distances), alternative="less")
    p_value = stats.norm.sf(stats.norm.isf(found.pvalue) / np.sqrt(together))
    return float(1 - found.statistic / (len(train) * len(held))), float(p_value)


class StopAtCopies(keras.callbacks.Callback):
    """Stops a run once generated rows are significantly nearer to training rows than to held-out ones.

    A look makes 256 rows and judges them by `nearness`, whose share the history keeps as `nearer_share`. `restore` puts
    back the weights of the last look that showed nothing. Stands after `SwapEMAWeights`.

    Parameters
    ----------
    train, held : ndarray of float of shape (n, d) and (m, d)
        Training and held-out rows.
    make : callable (n) -> ndarray of shape (n, d)
        Generates as many rows.
    epochs : int
        Of the whole run.
    together : int, default=1
        As `nearness` takes it.
    """

    def __init__(self, train, held, make, epochs, together=1):
        super().__init__()
        self.train, self.held, self.make, self.together = train, held, make, together
        self.every = max(1, epochs // LOOKS)
        self.weights, self.copies = None, False

    def on_epoch_end(self, epoch, logs=None):
        if (epoch + 1) % self.every:
            return
        logs["nearer_share"], p_value = nearness(self.make(MADE), self.train, self.held, self.together)
        self.copies = p_value < LEVEL
        if self.copies:
            self.model.stop_training = True
        else:
            self.weights = self.model.get_weights()

    def restore(self):
        """Put back the weights of the last look that found nothing, if the last one did and there was one before."""
        if self.copies and self.weights is not None:
            self.model.set_weights(self.weights)
