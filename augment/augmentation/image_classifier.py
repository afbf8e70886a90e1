"""A classifier of images with scikit-learn's verbs: a Keras network, trained a fixed number of steps."""

import numbers

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from augment.codecs.image import read_images
from augment.codecs.labels import read_labels
from augment.synthesizers.pairs import as_array, to_numpy


class ImageClassifier(ClassifierMixin, BaseEstimator):
    """Trains a Keras network on labelled images, by scikit-learn's verbs and in a fixed number of optimizer steps.

    More images, real or synthetic, do not mean more training: what they add is what they show. Layers of Keras in
    `augmentation` change the images of each step anew, and labels where they mix images.

    Parameters
    ----------
    model : callable or keras.Model, default=None
        The network: a function of the shape of an image, with channels last, and the number of classes, which gives a
        new `keras.Model`; or a model, whose architecture is copied with new weights. It takes pixels as they are given
        (floats of the same range) and ends in the probabilities of the classes, in the order of `classes_`. None is the
        small network of the audit: convolutions with stride 2 down to 8 pixels or fewer a side, a dense layer of 64,
        pixels scaled by those of the training images.
    augmentation : list of keras.layers.Layer, default=None
        What happens to the images of a training step, real and synthetic alike, in this order, such as
        `RandomFlip("horizontal")`, `RandomTranslation(0.1, 0.1)`, `RandAugment(value_range=(0, 255))`, `MixUp()` or
        `CutMix()` (not in Keras 3.8). Every fit makes copies of its own; one without a seed gets one.
    steps : int, default=1000
        Optimizer steps, however many images there are.
    batch_size : int, default=64
        Images in a step.
    learning_rate : float, default=0.002
        Of Adam, in the first step; it falls to 0 along a cosine.
    optimizer : keras.optimizers.Optimizer, default=None
        Used in the place of Adam, with a learning rate of its own; every fit makes a copy.
    spatial_dims : {2, 3}, default=2
        2 for images, 3 for volumes, which Keras's augmentation layers do not take.
    random_state : int, RandomState instance or None, default=None
        Decides weights, batches and what the layers do.

    Attributes
    ----------
    model_ : keras.Model
        The trained network.
    classes_ : ndarray
        The labels, sorted.
    n_features_in_ : int
        Number of values of an image.

    See Also
    --------
    AugmentedClassifier : Adds the images of a synthesizer to those that such a classifier is trained on.

    Notes
    -----
    A step of 64 images of 28 x 28 pixels takes a slow core 10 ms, with `RandAugment` 20 ms; on JAX without a graphics
    card layers that turn or shift images are slow, 60 ms, and `RandAugment` ten times as slow as that.
    `keras.wrappers.SKLearnClassifier` takes tables alone, and tells no probabilities.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from augment import ImageClassifier
    >>> digits = load_digits()
    >>> classifier = ImageClassifier(steps=60, random_state=0).fit(digits.images[:900], digits.target[:900])
    >>> bool(classifier.score(digits.images[900:], digits.target[900:]) > 0.7)
    True
    """

    def __init__(
        self,
        model=None,
        *,
        augmentation=None,
        steps=1000,
        batch_size=64,
        learning_rate=0.002,
        optimizer=None,
        spatial_dims=2,
        random_state=None,
    ):
        self.model = model
        self.augmentation = augmentation
        self.steps = steps
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.optimizer = optimizer
        self.spatial_dims = spatial_dims
        self.random_state = random_state

    def fit(self, X, y, sample_weight=None):
        """Train a new network.

        Parameters
        ----------
        X : array of shape (n_samples, height, width) or (n_samples, height, width, channels)
            Images of numbers or booleans; volumes have a depth in front.
        y : array-like of shape (n_samples,)
            Their labels, at least two different ones.
        sample_weight : array-like of shape (n_samples,), default=None
            What the loss of each image counts; 1 for all by default.

        Returns
        -------
        self

        Raises
        ------
        ValueError, TypeError
            If a parameter is wrong, X no array of images that differ, y not as long or of one class, or the network not
            one from such images to the probabilities of so many classes.
        """
        from augment._backend_start import load_keras

        load_keras()
        from augment.augmentation import image_learner as learner
        from augment.models.base import seeded

        self._check_parameters()
        images = self._read(X)
        labels = read_labels(to_numpy(as_array(y)), len(images))
        if images.size and (images == images[0]).all():
            raise ValueError("All images are the same: nothing in them tells one label from another.")
        classes, codes = np.unique(labels, return_inverse=True)
        if len(classes) < 2:
            raise ValueError(
                f"A classifier needs at least 2 classes; all {len(images)} labels are {labels[0].item()!r}."
            )
        one_hots = np.eye(len(classes), dtype="float32")[codes] * self._weights(sample_weight, len(images))[:, None]
        seed = check_random_state(self.random_state).randint(2**31 - 1)
        of_layers, of_batches = np.random.default_rng(seed).spawn(2)  # weights and batches are the same with any layers
        with seeded(int(seed)):
            network = self._network(images, len(classes))
            augmentation = list(learner.fresh(self.augmentation or (), of_layers))
            settings = {"steps": self.steps, "batch_size": self.batch_size, "optimizer": self._optimizer()}
            settings["rng"] = of_batches
            learner.train(network, augmentation, images, one_hots, **settings)
        self.model_, self.classes_, self._shape = network, classes, images.shape[1:]
        self.n_features_in_ = int(np.prod(self._shape))
        return self

    def predict_proba(self, X):
        """Probability of each class, in the order of `classes_`.

        Parameters
        ----------
        X : array of images
            Of the shape that was fitted.

        Returns
        -------
        ndarray of shape (n_samples, n_classes)

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            For images of another shape, or where training has led to no finite numbers.
        """
        from augment.augmentation.image_learner import probabilities

        check_is_fitted(self)
        images = self._read(X)
        if images.shape[1:] != self._shape:
            raise ValueError(f"Expected images of shape {self._shape}, as were fitted; got {images.shape[1:]}.")
        found = probabilities(self.model_, images)
        if not np.isfinite(found).all():
            raise ValueError("The network gives no finite probabilities: training went astray. Lower learning_rate.")
        return found

    def predict(self, X):
        """The likeliest class of each image, an array of shape (n_samples,); raises what `predict_proba` does."""
        likeliest = self.predict_proba(X).argmax(axis=1)
        return self.classes_[likeliest]

    def _read(self, X):
        """Images (n, *sides, channels)."""
        if self.spatial_dims not in (2, 3):
            raise ValueError(f"spatial_dims must be 2 or 3. Received: spatial_dims={self.spatial_dims!r}")
        images = read_images(X, self.spatial_dims, most=None)
        if not len(images):
            raise ValueError("Found no image in X: at least one is needed.")
        return images if images.ndim == self.spatial_dims + 2 else images[..., None]

    def _check_parameters(self):
        import keras

        for name in ("steps", "batch_size"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < 1:
                raise ValueError(f"{name} must be an integer of at least 1. Received: {name}={value!r}")
        if not (isinstance(self.learning_rate, numbers.Real) and 0 < self.learning_rate < np.inf):
            raise ValueError(f"learning_rate must be a number above 0. Received: learning_rate={self.learning_rate!r}")
        if not isinstance(self.optimizer, type(None) | keras.optimizers.Optimizer):
            raise TypeError(f"optimizer must be a Keras optimizer or None. Received: optimizer={self.optimizer!r}")
        layers = self.augmentation
        if layers is not None and not (
            isinstance(layers, list | tuple) and all(isinstance(layer, keras.layers.Layer) for layer in layers)
        ):
            raise TypeError(
                "augmentation must be a list of Keras layers, such as [keras.layers.RandomFlip('horizontal')]. "
                f"Received: augmentation={layers!r}"
            )

    def _weights(self, sample_weight, n):
        if sample_weight is None:
            return np.ones(n, "float32")
        weights = to_numpy(sample_weight).astype("float32")
        if weights.shape != (n,) or not (np.isfinite(weights) & (weights >= 0)).all():
            raise ValueError(
                f"sample_weight must be a finite number of at least 0 for each of the {n} images. Received an array of "
                f"shape {weights.shape}."
            )
        if not weights.any():
            raise ValueError("sample_weight is 0 for all images: nothing is left to learn from.")
        return weights

    def _network(self, images, n_classes):
        """A new network for these images, checked to be one."""
        import keras

        from augment.augmentation.image_learner import probabilities, small_network
        from augment.models.backbones import reason_of

        if self.model is None:
            return small_network(images, n_classes)
        shape = images.shape[1:]
        network = self._made(shape, n_classes)
        if not isinstance(network, keras.Model):
            raise TypeError(
                "model must be None, a keras.Model or a function of shape and number of classes that makes one. "
                f"Received: model={self.model!r}"
            )
        try:
            told = probabilities(network, images[:2])  # builds a network that has not seen images yet
        except Exception as error:
            takes = getattr(network, "input_shape", None) if network.built else None
            own = f"takes images of shape {takes[1:]}" if isinstance(takes, tuple) else "does not take images of X"
            raise ValueError(
                f"The network {own}; those of X have {shape}, channels last: {reason_of(error)}"
            ) from error
        if told.shape != (len(images[:2]), n_classes) or not np.allclose(told.sum(axis=1), 1, atol=1e-2):
            gives = (None, *told.shape[1:])
            raise ValueError(
                f"The network must end in the probabilities of the {n_classes} classes, as "
                f"Dense({n_classes}, activation='softmax') gives them. Its output has the shape {gives}"
                + (" and does not add up to 1." if gives == (None, n_classes) else ".")
            )
        return network

    def _made(self, shape, n_classes):
        """What `model` gives: a copy of it with new weights, or what it makes."""
        import keras

        if isinstance(self.model, keras.Model):
            return self._copied()
        return self.model(shape, n_classes) if callable(self.model) else None

    def __sklearn_clone__(self):
        try:
            return super().__sklearn_clone__()
        except Exception:
            if hasattr(self.model, "get_weights"):
                self._copied()  # says why it cannot be, and what to do
            raise

    def _copied(self):
        """The architecture of `model`, a keras.Model, with new weights."""
        import keras

        try:
            return keras.models.clone_model(self.model)
        except Exception as error:
            kind = type(self.model).__name__
            raise TypeError(
                f"model cannot be copied with new weights, since {kind} is a class of one's own: give a function that "
                f"makes it, as in model=lambda shape, n_classes: {kind}(...)."
            ) from error

    def _optimizer(self):
        import keras

        if self.optimizer is not None:
            return type(self.optimizer).from_config(self.optimizer.get_config())
        return keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(self.learning_rate, self.steps))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array, tags.input_tags.three_d_array = False, True
        return tags
