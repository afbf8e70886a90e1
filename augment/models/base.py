"""The two halves of every family: a recipe holds hyperparameters, a generative model is what it builds."""

import random
from abc import abstractmethod
from contextlib import contextmanager
from numbers import Integral

import keras
import numpy as np
from sklearn.base import BaseEstimator

from augment.codecs.layout import Layout
from augment.models.gradients import jit_compile


class Recipe(BaseEstimator):
    """Hyperparameters of a family of generative models.

    A recipe is a light scikit-learn estimator: `clone`, `repr`, pickling and `model__width` in a grid search work
    by themselves. It knows nothing of any data until `build`.

    Attributes
    ----------
    encoding : str
        Which arrays the models eat: "tokens" (integers, each with its own vocabulary) or "vectors" (floats: normal
        scores and one-hots), the default.
    """

    encoding = "vectors"

    @abstractmethod
    def build(self, layout):
        """Make an untrained model for rows of this form.

        Parameters
        ----------
        layout : Layout or VectorLayout
            The form of encoded rows.

        Returns
        -------
        GenerativeModel
            The untrained model. One that is not compiled trains with AdamW; one that is not built is built on a row.
        """


class GenerativeModel(keras.Model):
    """A trained map from noise to encoded rows; trains through plain `keras.Model.fit`.

    A family overrides four methods: `call` (all forward passes), `compute_loss` (arithmetic on what `call` returned),
    `noise` (everything random in n samples, as numpy arrays) and `transport` (noise to rows, deterministically). One
    that can also tell how likely a row is has `log_likelihood(x, unknown)`. One whose loss says nothing of its quality
    has `validation_error(x)`: how far its rows are from the given ones, which then decides when to stop.

    Attributes
    ----------
    takes_known, takes_allowed : bool
        Whether `transport` honours the known cells of a condition, and its restrictions. What it does not, the
        synthesizer meets by choosing among the model's rows.
    """

    takes_known = takes_allowed = False

    def training_rows(self, x, n_seen, rng):
        """The rows to train on, given the encoded ones: these, unless a family has something to add.

        Parameters
        ----------
        x : ndarray of shape (n, ...)
            Encoded rows.
        n_seen : int
            How many rows training will see in all, repetitions counted.
        rng : numpy.random.Generator
            The only source of randomness.

        Returns
        -------
        ndarray of shape (m, ...)
            Encoded rows.
        """
        return x

    def conclude(self, x, rng):
        """Learn what is left to learn once the weights are trained; by default nothing is.

        Parameters
        ----------
        x : ndarray of shape (n, ...)
            The rows that were trained on.
        rng : numpy.random.Generator
            The only source of randomness.
        """

    @abstractmethod
    def noise(self, n, rng):
        """Draw everything that is random in `n` samples.

        Parameters
        ----------
        n : int
            Number of samples.
        rng : numpy.random.Generator
            The only source of randomness.

        Returns
        -------
        ndarray of shape (n, ...)
            A row of noise for each sample.
        """

    @abstractmethod
    def transport(self, noise, condition=None):
        """Map noise to encoded rows; the same noise gives the same rows.

        Parameters
        ----------
        noise : ndarray of shape (n, ...)
            What `noise` gave.
        condition : Condition, default=None
            What is known of the rows.

        Returns
        -------
        ndarray of shape (n, layout.width)
            Encoded rows.
        """


def check_numbers(recipe, limits, automatic=()):
    """A ValueError that names the first parameter of a recipe that is no number inside its limits.

    Parameters
    ----------
    recipe : Recipe
        Whose parameters to check.
    limits : dict of str to tuple
        For each parameter the type of number (`numbers.Integral` or `numbers.Real`), its lowest value and its highest.
    automatic : sequence of str, default=()
        Parameters that may also be "auto".
    """
    for name, (kind, least, most) in limits.items():
        value = getattr(recipe, name)
        if name in automatic and value == "auto":
            continue
        if not (isinstance(value, kind) and least <= value <= most):
            what = "an integer" if kind is Integral else "a number"
            auto = " or 'auto'" if name in automatic else ""
            raise ValueError(f"{name} must be {what} from {least} to {most}{auto}. Received: {name}={value!r}")


@contextmanager
def seeded(seed):
    """Make Keras's unseeded initializers and seed generators follow `seed` inside the block.

    Keras draws default seeds from Python's `random`; its state is put back afterwards, so nothing outside changes.
    """
    state = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(state)


def get(name):
    """The recipe of that name, with its defaults.

    Examples
    --------
    >>> get("autoregressive")
    Autoregressive()
    """
    families = _families()
    if name not in families:
        raise ValueError(f"Unknown model {name!r}: the names are {', '.join(map(repr, families))}.")
    return families[name]()


def encoding_of(model):
    """Which arrays the models of a name, a recipe or a callable eat; those of a callable without `encoding` vectors."""
    if isinstance(model, str):
        model = get(model)
    return getattr(model, "encoding", Recipe.encoding)


def make(model, layout):
    """Build a model for `layout` from what a synthesizer was given as `model`: a name, a recipe or a callable."""
    if isinstance(model, str):
        model = get(model)
    built = None
    if isinstance(model, Recipe):
        built = model.build(layout)
    elif callable(model) and not isinstance(model, type | keras.Model):
        built = model(layout)
    if not isinstance(built, GenerativeModel):
        raise TypeError(
            "model must be a name, a recipe such as Autoregressive(width=128) or a callable that takes a layout and "
            f"gives a GenerativeModel. Received: model={model!r}"
        )
    return _ready(built, layout)


def _ready(model, layout):
    """`model`, whole, built and compiled."""
    kind = type(model)
    lacking = [name for name in ("noise", "transport") if getattr(kind, name) is getattr(GenerativeModel, name)]
    if lacking:
        raise TypeError(f"{kind.__name__} lacks {' and '.join(lacking)}: see GenerativeModel for what each must do.")
    if not model.built:
        model(np.zeros((2, layout.width), "int32" if isinstance(layout, Layout) else "float32"))
    if not model.compiled:
        model.compile(optimizer=keras.optimizers.AdamW(use_ema=True, ema_momentum=0.995), jit_compile=jit_compile())
    return model


def describe(model):
    """`model` as JSON-ready values."""
    if isinstance(model, str):
        return model
    if isinstance(model, Recipe) and type(model).__name__.lower() in _families():
        return {"name": type(model).__name__.lower(), "params": model.get_params()}
    raise TypeError(f"{model!r} cannot be saved: only families of augment.models can.")


def from_description(description):
    """The model that `describe` described."""
    if isinstance(description, str):
        return description
    return get(description["name"]).set_params(**description["params"])


def _families():
    from augment.models.autoregressive import Autoregressive
    from augment.models.flow import Flow
    from augment.models.gan import GAN
    from augment.models.recurrent import Recurrent
    from augment.models.vae import VAE

    return {"autoregressive": Autoregressive, "flow": Flow, "gan": GAN, "recurrent": Recurrent, "vae": VAE}
