"""Variations of real rows as a generator: what a synthesizer makes of `like=`, with the labels of the rows varied."""

from inspect import Parameter, signature

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from augment.augmentation.rows import in_turn, parents_of, take
from augment.synthesizers.image import ImageSynthesizer
from augment.synthesizers.pairs import to_numpy


class Variations(BaseEstimator):
    """Makes rows near real ones, where a synthesizer by itself makes rows of its own.

    Each row varies a real one of its class, which has its label for certain: the safer way to enlarge a small set, with
    less that is new in it. A generator of rows for `AugmentedClassifier`, `AugmentedRegressor` and
    `augmentation_curve`. What it generates is derived from real rows and promises no privacy.

    Parameters
    ----------
    synthesizer : TabularSynthesizer or ImageSynthesizer
        Whatever has `fit(X, y)` and `generate(like=(X, y), strength=..., random_state=...)`. It is cloned.
    strength : float, default=0.3
        How far rows go from the real ones, in (0, 1], as the synthesizer's `generate` has it.
    random_state : int, RandomState instance or None, default=None
        Decides which rows are varied, and how.

    Attributes
    ----------
    synthesizer_ : synthesizer
        The fitted one.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from augment import TabularSynthesizer
    >>> from augment.augmentation.variations import Variations
    >>> X, y = load_iris(return_X_y=True)
    >>> variations = Variations(TabularSynthesizer("kernel", verbose=0), strength=0.25, random_state=0).fit(X, y)
    >>> X_new, y_new = variations.generate(y=[0, 2, 2])
    >>> X_new.shape, y_new.tolist()
    ((3, 4), [0, 2, 2])
    """

    def __init__(self, synthesizer, strength=0.3, random_state=None):
        self.synthesizer = synthesizer
        self.strength = strength
        self.random_state = random_state

    def fit(self, X, y):
        """Fit the synthesizer and keep the rows.

        Parameters
        ----------
        X : table of shape (n_samples, n_features) or array of images
        y : array-like of shape (n_samples,)

        Returns
        -------
        self

        Raises
        ------
        ValueError, TypeError
            If the synthesizer cannot vary rows, as one of images by a GAN or one of sequences, before it is fitted; and
            what its `fit` raises.
        """
        synthesizer = clone(self.synthesizer)
        _check_varies(synthesizer)
        self.synthesizer_ = synthesizer.fit(X, y)
        self.X_, self.y_ = X if hasattr(X, "shape") else np.asarray(X), to_numpy(y)
        return self

    def generate(self, n_samples=None, *, y=None, random_state=None):
        """Vary real rows; every real one has its turn before one has a second.

        Parameters
        ----------
        n_samples : int, default=None
            Number of rows; by default as many as were fitted, or as y has labels.
        y : array-like of shape (n_samples,), default=None
            The classes to make, in this order.
        random_state : int, RandomState instance or None, default=None
            Decides the rows. None takes the generator's own.

        Returns
        -------
        X_new, y_new
            As the synthesizer gives them.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            If a label was not fitted.
        """
        check_is_fitted(self, "synthesizer_")
        seed = check_random_state(self.random_state if random_state is None else random_state).randint(2**31 - 1)
        rng = np.random.default_rng(seed)
        if y is None:
            parents = in_turn(np.arange(len(self.y_)), len(self.y_) if n_samples is None else n_samples, rng)
        else:
            parents = parents_of(to_numpy(y), self.y_, rng)
        if not len(parents):
            return self.synthesizer_.generate(0)
        like = take(self.X_, parents), self.y_[parents]
        return self.synthesizer_.generate(like=like, strength=self.strength, random_state=int(seed))


def _check_varies(synthesizer):
    """An error where a synthesizer that is not fitted yet has no variations to give."""
    takes = signature(synthesizer.generate).parameters
    if "like" not in takes and not any(each.kind == Parameter.VAR_KEYWORD for each in takes.values()):
        raise TypeError(
            f"{type(synthesizer).__name__} cannot vary rows: its `generate` takes no `like`. Give a "
            "TabularSynthesizer, or an ImageSynthesizer with model='flow' or model='vae'."
        )
    if isinstance(synthesizer, ImageSynthesizer):
        synthesizer._needs_variations()
