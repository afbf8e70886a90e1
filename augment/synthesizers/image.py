"""Images and volumes: arrays of pixels in, arrays of the same kind out."""

import numbers

import numpy as np
from sklearn.utils.validation import check_is_fitted

from augment.codecs.image import ImageCodec, read_images
from augment.codecs.labels import read_labels
from augment.codecs.layout import ImageCondition
from augment.synthesizers.base import Synthesizer
from augment.synthesizers.classes import check_number, classes_to_generate, labels_of
from augment.synthesizers.oversampling import rows_to_add, without_missing
from augment.synthesizers.pairs import Pairing, as_array, one_column, shaped_like, stack, to_numpy

BATCH = 64  # images in a step
OFTEN = 200  # times at most that a model sees an image, unless `epochs` is given: more are learned by heart
ARITHMETIC = {2: 4e10, 3: 7e10}  # floating-point operations that a core does in a second, by the number of sides
PREPARED = 2000  # images that a look in training prepares the model by
SCORED = 1000  # images that `score` compares


class ImageSynthesizer(Synthesizer):
    """Learns images or volumes, with or without labels, and generates new ones like them.

    Takes arrays of pixels (n, height, width) or (n, height, width, channels), and with `spatial_dims=3` of voxels
    (n, depth, height, width[, channels]), of whole numbers, floats or booleans, up to 128 on a side; what it generates
    has their shape, dtype and range, and two values where all pixels have one of two.

    Parameters
    ----------
    model : str, Recipe or callable, default="flow"
        The family of generative models: "flow", "vae" or "gan"; or a recipe with parameters such as
        `Flow(guidance_scale=1.5)`; or a function that takes an `ImageLayout` and gives a `GenerativeModel`.
    spatial_dims : {2, 3}, default=2
        2 for images, 3 for volumes.
    epochs : int or "auto", default="auto"
        Passes over the images at most; a pass is at least 16 and at most 512 steps. "auto" follows their number.
    batch_size : int or "auto", default="auto"
        Images in an optimizer step; "auto" is 64.
    time_limit : float, default=None
        Seconds that `fit` may take; training stops in time and keeps the best model so far.
    validation_fraction : float, default=0.1
        Share of the images, in [0, 1), that decides when to stop; 0 trains to the end on all.
    callbacks : list of keras.callbacks.Callback, default=None
        The user's own callbacks for `keras.Model.fit`.
    verbose : int, default=1
        0 is silent, 1 shows an estimate and a line of progress on standard error.
    random_state : int, RandomState instance, Generator or None, default=None
        Decides fit and images; an int gives the same results at every call.
    sampling_strategy : str, float, dict or callable, default="auto"
        What `fit_resample` adds, in imbalanced-learn's words: "auto" or "not majority" fills every class up to the
        largest, "minority" the smallest one, "not minority" and "all" the others or all; a float is the size of the
        rarer of two classes as a share of the other's; a dict tells how many images a class is to have; a callable
        makes such a dict of y.

    Attributes
    ----------
    model_ : keras.Model
        The trained model.
    codec_ : ImageCodec
        Turns images into arrays and back.
    history_ : dict of str to list of float
        Losses as Keras recorded them.
    classes_ : ndarray
        The labels, sorted, after `fit(X, y)`.
    sampling_strategy_ : dict
        After `fit_resample`: how many images it added, by class.
    n_features_in_ : int
        Number of values of an image.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from augment import ImageSynthesizer
    >>> digits = load_digits()
    >>> synthesizer = ImageSynthesizer("vae", epochs=1, verbose=0, random_state=0).fit(digits.images, digits.target)
    >>> images, labels = synthesizer.generate(y=[3, 3, 5])
    >>> images.shape, labels.tolist()
    ((3, 8, 8), [3, 3, 5])
    """

    _codec_class = ImageCodec
    _likely = "an image is; `score` compares with generated images"

    def __init__(
        self,
        model="flow",
        *,
        spatial_dims=2,
        epochs="auto",
        batch_size="auto",
        time_limit=None,
        validation_fraction=0.1,
        callbacks=None,
        verbose=1,
        random_state=None,
        sampling_strategy="auto",
    ):
        super().__init__(
            model,
            epochs=epochs,
            batch_size=batch_size,
            time_limit=time_limit,
            validation_fraction=validation_fraction,
            callbacks=callbacks,
            verbose=verbose,
            random_state=random_state,
        )
        self.spatial_dims = spatial_dims
        self.sampling_strategy = sampling_strategy

    def fit_resample(self, X, y):
        """Fit on images and labels, and add the generated images that `sampling_strategy` asks for.

        By default every class comes to have as many images as the largest. Follows imbalanced-learn's protocol: a step
        of `imblearn.pipeline.Pipeline`, which hands arrays of any number of axes on as they are; the other samplers of
        imbalanced-learn take tables alone.

        Parameters
        ----------
        X : array of images
            As in `fit`.
        y : array-like of shape (n_samples,) or (n_samples, 1)
            Their classes.

        Returns
        -------
        X_resampled, y_resampled
            The original images, unchanged and first, then the generated ones, class by class.

        Raises
        ------
        ValueError, TypeError
            If y misses labels or holds a single one, or if `sampling_strategy` is none that is known, asks for fewer
            images than there are or names a class that y lacks.

        Examples
        --------
        >>> from sklearn.datasets import load_digits
        >>> X, y = load_digits(n_class=2, return_X_y=True)
        >>> X, y = X[y.argsort()][:200].reshape(-1, 8, 8), y[y.argsort()][:200]
        >>> balancer = ImageSynthesizer("vae", epochs=1, verbose=0, random_state=0)
        >>> X_more, y_more = balancer.fit_resample(X, y)
        >>> np.bincount(y).tolist(), np.bincount(y_more).tolist(), X_more.shape
        ([178, 22], [178, 178], (356, 8, 8))
        """
        flat = one_column(y)
        to_add = rows_to_add(self.sampling_strategy, without_missing(flat), as_classes=True)
        self.fit(X, flat)
        self.sampling_strategy_ = to_add
        if not to_add:
            return X, y
        labels, counts = zip(*to_add.items(), strict=True)
        X_new, y_new = self.generate(y=np.repeat(labels, counts))
        return np.concatenate([np.asarray(X), X_new]), stack(y, shaped_like(y, y_new))

    @property
    def classes_(self):
        check_is_fitted(self, "codec_")
        if self.codec_.classes.values is None:
            raise AttributeError("classes_ is there after fit(X, y); these images were fitted without labels.")
        return self.codec_.classes.values

    def generate(self, n_samples=None, *, y=None, condition=None, like=None, strength=0.3, random_state=None):
        """Draw new images.

        Parameters
        ----------
        n_samples : int, default=None
            Number of images. By default as many as were fitted, or as `y` or `like` has.
        y : array-like of shape (n_samples,), default=None
            Ask for these labels, in this order; only after `fit(X, y)`.
        condition : dict, default=None
            `{"label": 3}` asks for this label, `{"label": [3, 5]}` for these, as frequent as they were.
        like : array of one image or several, or pair of it and labels, default=None
            Images to vary: the flow brings each part of the way back to noise and forward again, the VAE moves its code
            towards that of another image of its class; a GAN cannot. Where no labels are given the likeliest ones are
            taken.
        strength : float, default=0.3
            How far images go from those of `like`, in (0, 1].
        random_state : int, RandomState instance, Generator or None, default=None
            Decides the images. None takes the synthesizer's own.

        Returns
        -------
        X_new or (X_new, y_new)
            Images of the shape, dtype and range that were fitted; a pair after `fit(X, y)`.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            If a label is unknown, arguments exclude each other, images of `like` have another form, or the model cannot
            vary any.
        """
        check_is_fitted(self, "codec_")
        rng = self._generator(self.random_state if random_state is None else random_state)
        known = self._ask(n_samples, y, condition, like, strength, rng)
        n = len(known.classes)
        arrays = self.model_.transport(self.model_.noise(n, rng), known) if n else self._blank(0)
        return self._give(self.codec_.decode(self._checked(arrays, n), rng, known))

    def _checked(self, arrays, n):
        """What a model made, an array; a ValueError where it is not of the form that its layout tells."""
        arrays, expected = np.asarray(arrays), (n, self.codec_.layout.width)
        name = f"{type(self.model_).__name__}.transport"
        if arrays.shape != expected:
            raise ValueError(f"{name} must give an array of shape {expected}. It gave one of shape {arrays.shape}.")
        if not np.isfinite(arrays).all():
            raise ValueError(f"{name} gave what is no finite number. Look for a loss that grew beyond all bounds.")
        return arrays

    def _read(self, X, y, reset):
        if self.spatial_dims not in (2, 3):
            raise ValueError(f"spatial_dims must be 2 or 3. Received: spatial_dims={self.spatial_dims!r}")
        images = read_images(X, self.spatial_dims)
        if reset:
            if len(images) < 2:
                raise ValueError(
                    f"Found array with {len(images)} image(s) while a minimum of 2 is required to learn from."
                )
            self._pairing = Pairing() if y is None else Pairing.of(np.zeros((len(images), 1)), y)
            self._n_samples, self.n_features_in_ = len(images), int(np.prod(images.shape[1:]))
        else:
            self._check_form(images)
        return images, None if y is None else read_labels(to_numpy(as_array(y)), len(images))

    def _check_form(self, images):
        codec = self.codec_
        shape = images.shape[1:] if images.ndim == self.spatial_dims + 2 else (*images.shape[1:], 1)
        if shape != tuple(codec.shape):
            raise ValueError(f"Expected images of shape {tuple(codec.shape)}, as were fitted; got {shape}.")

    def _make_codec(self, encoding):
        return self._codec_class(encoding, self.spatial_dims)

    def _plan(self, model, n):
        from augment.training import plan

        batch_size = BATCH if self.batch_size == "auto" else self.batch_size
        settings = {"epochs": self.epochs, "batch_size": batch_size}
        whole = plan(n, share=model.share_of_steps, **settings)
        seen = whole.steps * whole.batch_size / n  # how often each image
        return whole if seen <= OFTEN else plan(n, share=model.share_of_steps * OFTEN / seen, **settings)

    def _guard(self, model, learn, check, plan):
        from augment.models.nearer import FEWEST, StopAtCopies

        if check is None or len(check) < FEWEST:
            return None
        n_pixels = self.codec_.layout.n_pixels

        def make(n):
            rng = np.random.default_rng(0)
            model.prepare(learn[:PREPARED], rng)
            known = self._ask(n, None, None, None, None, rng)
            return np.asarray(model.transport(model.noise(n, rng), known))[:, :n_pixels]

        return StopAtCopies(learn[:, :n_pixels], check[:, :n_pixels], make, plan.epochs)

    def _seconds_of_a_step(self, model, plan):
        from augment.models.convolutions import multiplications

        return 0.005 + 6 * plan.batch_size * multiplications(model) / ARITHMETIC[self.spatial_dims]

    def _seconds_after(self, model):
        from augment.models.convolutions import multiplications
        from augment.models.images import VARIED, ImageModel

        n = (model.n_matched + VARIED) * model.passes if isinstance(model, ImageModel) else 0
        return 2 * n * multiplications(model) / ARITHMETIC[self.spatial_dims]

    def _give(self, decoded):
        images, labels = decoded
        return images if labels is None else (images, self._pairing.as_given(labels))

    def _ask(self, n_samples, y, condition, like, strength, rng):
        """What is known of the images to generate: an ImageCondition."""
        check_number(n_samples)
        if sum(given is not None for given in (y, condition, like)) > 1:
            raise ValueError("Give one of y, condition and like: each tells the labels.")
        if like is not None:
            return self._vary(like, n_samples, strength)
        places = classes_to_generate(self.codec_.classes, n_samples, self._n_samples, y, condition, rng)
        return ImageCondition(self.codec_.one_hots_of(places))

    def _vary(self, like, n_samples, strength):
        """ImageCondition of the images of `like`, repeated to `n_samples`."""
        if not (isinstance(strength, numbers.Real) and 0 < strength <= 1):
            raise ValueError(f"strength must be in (0, 1]. Received: strength={strength!r}")
        images, labels = like if isinstance(like, tuple) else (like, None)
        try:
            images = np.asarray(images)
        except ValueError as error:
            raise ValueError(
                "`like` must be an array of one image or several of one size, or a tuple (images, labels)."
            ) from error
        if images.shape in (tuple(self.codec_.shape), tuple(self.codec_.shape)[:-1]):
            images, labels = images[None], None if labels is None else np.atleast_1d(labels)
        images = read_images(images, self.spatial_dims)
        if not len(images):
            raise ValueError("`like` has no images to vary.")
        self._check_form(images)
        if labels is not None and len(labels) != len(images):
            raise ValueError(f"`like` has {len(images)} images and {len(labels)} labels.")
        self._needs_variations()
        arrays = self.codec_.encode((images, None if labels is None else labels_of(self.codec_.classes, labels)))
        pixels, classes = np.split(arrays, [self.codec_.layout.n_pixels], axis=1)
        if labels is None and self.codec_.layout.n_classes:
            classes = self.model_.likeliest_classes(pixels)
        chosen = np.arange(len(images) if n_samples is None else n_samples) % len(images)
        return ImageCondition(classes, pixels, float(strength)).take(chosen)

    def _needs_variations(self):
        """A ValueError where the fitted model cannot vary images; before a fit, one of the family that is asked for."""
        from augment.models.base import family_of

        model = getattr(self, "model_", self.model)
        if not getattr(model, "takes_like", family_of(model) != "gan"):
            raise ValueError(f"model={self.model!r} cannot vary images: `like` needs model='flow' or model='vae'.")

    def _unscored(self, y):
        return []

    def _tells_likelihood(self):
        return False

    def score(self, X, y=None):
        """Minus the squared sliced Wasserstein distance of the images from as many generated ones, 1,000 at most.

        In the space of the pixels, each channel from -1 to 1. Higher is better, the same at every call.

        Parameters
        ----------
        X : array of images
            As in `fit`.
        y : array-like of shape (n_samples,), default=None
            Their labels; the generated images then have the same.

        Returns
        -------
        float

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            For images of another form, or none.
        """
        from augment.models.sliced_distance import sliced_distance

        check_is_fitted(self, "codec_")
        images, labels = self._read(X, y, reset=False)
        if not len(images):
            raise ValueError("score is a mean over images and got none: give at least one.")
        chosen, rng = np.random.default_rng(0).permutation(len(images))[:SCORED], np.random.default_rng(1)
        arrays = self.codec_.encode((images[chosen], None if labels is None else labels[chosen]))
        pixels, classes = np.split(arrays, [self.codec_.layout.n_pixels], axis=1)
        known = ImageCondition(classes) if labels is not None else self._ask(len(chosen), None, None, None, None, rng)
        made = self._checked(self.model_.transport(self.model_.noise(len(chosen), rng), known), len(chosen))
        return -sliced_distance(pixels, made[:, : pixels.shape[1]])

    def _learned(self):
        return {
            "n_samples": self._n_samples,
            "n_features_in_": self.n_features_in_,
            "pairing": self._pairing.to_dict(),
        }

    def _set_learned(self, learned):
        self._n_samples, self.n_features_in_ = learned["n_samples"], learned["n_features_in_"]
        self._pairing = Pairing.from_dict(learned["pairing"])
