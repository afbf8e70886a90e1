"""The two halves of every family: a recipe holds hyperparameters, a generative model is what it builds."""

import random
from abc import abstractmethod
from contextlib import contextmanager
from numbers import Integral, Real

import keras
import numpy as np
from keras import ops
from keras.src.backend.common import global_state  # Keras has no public way to what it counts names by
from sklearn.base import BaseEstimator

from augment.codecs.events_layout import EventsLayout
from augment.codecs.layout import Layout
from augment.codecs.panel_layout import PanelLayout
from augment.codecs.sequence_layout import SequenceLayout
from augment.models.backbones import copied, dense, own, reason_of
from augment.models.gradients import jit_compile

NAMES = "object_name_uids"  # what Keras counts names by


class Recipe(BaseEstimator):
    """Hyperparameters of a family of generative models.

    A recipe is a light scikit-learn estimator: `clone`, `repr`, pickling and `model__width` in a grid search work
    by themselves. It knows nothing of any data until `build`.

    Attributes
    ----------
    encoding : str
        Which arrays the models eat: "tokens" (integers, each with its own vocabulary) or "vectors" (floats: normal
        scores and one-hots), the default.
    tells_likelihood : bool
        Whether the models have `log_likelihood`.
    automatic : dict of str to dict
        What "auto" means for parameters, by the modality of a layout.
    """

    encoding = "vectors"
    tells_likelihood = False
    automatic = {}

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
            The untrained model. One that is not compiled trains with AdamW; one that is not built is built on rows.
        """

    def __sklearn_clone__(self):
        try:
            return super().__sklearn_clone__()
        except Exception:
            for name, network in self._own_networks().items():
                copied(network, name)  # says which it is that cannot be copied, and what to do
            raise

    def _own_networks(self):
        return {name: given for name, given in self.get_params(deep=False).items() if isinstance(given, keras.Layer)}

    def _network(self, name, n_inputs, n_outputs, default=dense, **options):
        """The network of one's own that was given under that name, or the default one, of the recipe's size."""
        given = getattr(self, name)
        if given is not None:
            return own(given, name, (n_inputs,), (n_outputs,))
        size = {"width": self._value("width"), "depth": int(self.depth)}
        return default(n_inputs, n_outputs, name=name, **size | options)

    def _network_of_several(self, name, inputs, outputs, default):
        """The network of one's own that was given under that name, or the one that `default` makes."""
        given = getattr(self, name)
        return default() if given is None else own(given, name, inputs, outputs)

    def _value(self, name, layout=None):
        """What was given under that name, or what "auto" means for data of this layout, for tables by default."""
        value = getattr(self, name)
        if value == "auto":
            return self.automatic[name]["table" if layout is None else layout.modality]
        kinds = (Integral, int), (Real, float)  # Keras takes no numbers of NumPy's
        return next((kind(value) for what, kind in kinds if isinstance(value, what)), value)

    def _check_numbers(self, automatic=(), **limits):
        """A ValueError that names a parameter that is no number inside its limits, or an optimizer that is none.

        Parameters
        ----------
        automatic : sequence of str, default=()
            Parameters that may also be "auto".
        **limits : tuple
            For each parameter the type of number (`numbers.Integral` or `numbers.Real`), its lowest value and, where it
            has one, its highest. What every family that trains has, `learning_rate` and `weight_decay`, needs none.
        """
        trains = "learning_rate" in self.get_params(deep=False)
        if trains:
            limits["weight_decay"] = Real, 0
            if not isinstance(self.learning_rate, keras.optimizers.schedules.LearningRateSchedule):
                limits["learning_rate"] = Real, 1e-9
        for name, (kind, least, *most) in limits.items():
            value = getattr(self, name)
            if name in automatic and isinstance(value, str) and value == "auto":
                continue
            if not (isinstance(value, kind) and least <= value <= (most or [np.finfo(float).max])[0]):
                what = "an integer" if kind is Integral else "a number"
                ends = f"from {least} to {most[0]}" if most else f"of at least {least}"
                auto = " or 'auto'" if name in automatic else ""
                raise ValueError(f"{name} must be {what} {ends}{auto}. Received: {name}={value!r}")
        if trains and not isinstance(self.optimizer, type(None) | str | keras.optimizers.Optimizer):
            raise TypeError(
                f"optimizer must be None, a name or a Keras optimizer. Received: optimizer={self.optimizer!r}"
            )

    def _compile(self, model, layout=None, **options):
        """`model`, compiled with the user's optimizer or with AdamW and these options."""
        optimizer = self.optimizer
        if optimizer is None:
            settings = {"beta_2": 0.99, "use_ema": True, "ema_momentum": 0.995} | options
            optimizer = keras.optimizers.AdamW(self._value("learning_rate", layout), self.weight_decay, **settings)
            optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta", "embeddings"])
        elif isinstance(optimizer, str):
            optimizer = keras.optimizers.get(optimizer)
        else:  # a copy: the state of a run stays out of the user's own
            optimizer = type(optimizer).from_config(optimizer.get_config())
        model.compile(optimizer=optimizer, jit_compile=jit_compile())
        return model


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
    takes_like : bool
        Whether `transport` honours the images of a condition to stay near to.
    starts_well : bool
        Whether rows are those of a linear model before training, which may find nothing that is better.
    share_of_steps : float
        Multiplies the optimizer steps that training takes unless `epochs` is given, 1 by default.
    """

    takes_known = takes_allowed = takes_like = starts_well = False
    share_of_steps = 1.0

    def __init__(self, **options):
        # rows and losses keep their precision under keras.mixed_precision; the layers inside follow its policy
        super().__init__(**{"dtype": "float32"} | options)

    def compile(self, optimizer="rmsprop", **options):
        """As Keras does; as there, the loss is scaled where layers compute in float16, where small gradients are 0."""
        optimizer = keras.optimizers.get(optimizer)
        scales = isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
        if not scales and any(layer.dtype_policy.name == "mixed_float16" for layer in self.layers):
            optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
        super().compile(optimizer=optimizer, **options)

    def stateless_call(self, trainable_variables, non_trainable_variables, rows, **options):
        """As Keras does, of rows as a tensor: steps that JAX does not compile give plain ones, which mix with none."""
        rows = ops.convert_to_tensor(rows)
        return super().stateless_call(trainable_variables, non_trainable_variables, rows, **options)

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

    def prepare(self, x, rng):
        """Learn what samples need beside the weights, so that one can look at some while these are trained.

        By default nothing is. `conclude` sees to it once the weights are trained.

        Parameters
        ----------
        x, rng
            As in `conclude`, or part of the rows.
        """

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


def in_chunks(function, *arrays, size=4096):
    """What `function` makes of arrays of rows, `size` rows at a time: an array, or a tuple of arrays as it gives."""
    parts = [function(*(x[start : start + size] for x in arrays)) for start in range(0, len(arrays[0]), size)]
    if isinstance(parts[0], tuple | list):
        return tuple(np.concatenate([ops.convert_to_numpy(part[i]) for part in parts]) for i in range(len(parts[0])))
    return np.concatenate([ops.convert_to_numpy(part) for part in parts])


@contextmanager
def seeded(seed):
    """Make Keras's unseeded initializers and seed generators follow `seed` inside the block, and names count from 1.

    Keras draws default seeds from Python's `random`, and numbers layers without a name; both are put back afterwards,
    so nothing outside changes. TensorFlow adds up in an order that follows names, and "dense_10" stands before
    "dense_9": without this one fit in four differed in the last digits from others with its seed.
    """
    state, counts = random.getstate(), global_state.get_global_attribute(NAMES)
    random.seed(seed)
    global_state.set_global_attribute(NAMES, None)
    try:
        yield
    finally:
        random.setstate(state)
        global_state.set_global_attribute(NAMES, counts)


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


def family_of(model):
    """The name of a family, or of a recipe's; None for a model of one's own or an unknown name."""
    names = {family: name for name, family in _families().items()}
    return model if model in names.values() else names.get(type(model))


def tells_likelihood(model):
    """Whether the models of a name, a recipe or a callable can say how likely a row is."""
    if isinstance(model, str):
        model = _families().get(model)
    return getattr(model, "tells_likelihood", False)


def make(model, layout):
    """Build a model for `layout` from what a synthesizer was given as `model`: a name, a recipe or a callable.

    For a PanelLayout that makes the series, within a `PanelModel`.
    """
    if isinstance(layout, PanelLayout):
        from augment.models.panel import panel_model

        return panel_model(model, layout)
    if isinstance(model, str):
        model = get(model)
    built = None
    if isinstance(model, Recipe):
        built = model.build(layout)
    elif callable(model) and not isinstance(model, keras.Model):
        kind = model if isinstance(model, type) else GenerativeModel
        built = model(layout) if issubclass(kind, GenerativeModel) else None
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
        tokens = isinstance(layout, Layout | SequenceLayout | EventsLayout)
        try:
            model(np.zeros((2, layout.width), "int32" if tokens else "float32"))
        except Exception as error:
            raise ValueError(
                f"{kind.__name__} must take rows of shape (batch, {layout.width}), and does not take zeros of that "
                f"shape: {reason_of(error)}"
            ) from error
    if not model.compiled:
        model.compile(optimizer=keras.optimizers.AdamW(use_ema=True, ema_momentum=0.995), jit_compile=jit_compile())
    return model


def describe(model):
    """`model` as JSON-ready values.

    A family is described by its name and parameters, Keras optimizers and schedules left out: they are of no use after
    a fit. A model of one's own, or a family with networks of one's own, is not described, only named under "own": a
    file holds no code.
    """
    if isinstance(model, str):
        return model
    name = type(model).__name__
    if type(model) not in _families().values():
        return {"own": name if isinstance(model, Recipe) else getattr(model, "__name__", name)}
    if model._own_networks():
        return {"own": f"{name} with networks of one's own"}
    kinds = keras.optimizers.Optimizer, keras.optimizers.schedules.LearningRateSchedule
    return {
        "name": name.lower(),
        "params": {key: value for key, value in model.get_params(deep=False).items() if not isinstance(value, kinds)},
    }


class OwnModelError(ValueError):
    """A file is to be read without the model of one's own that it was fitted with."""


def from_description(description):
    """The model that `describe` described; an OwnModelError for one of one's own."""
    if isinstance(description, str):
        return description
    if "own" in description:
        raise OwnModelError(
            f"The file was fitted with a model of one's own, {description['own']!r}, whose code it does not hold: give "
            "that model again, as in load(path, model=...)."
        )
    return get(description["name"]).set_params(**description["params"])


def _families():
    from augment.models.autoregressive import Autoregressive
    from augment.models.flow import Flow
    from augment.models.gan import GAN
    from augment.models.kernel import Kernel
    from augment.models.recurrent import Recurrent
    from augment.models.vae import VAE

    families = Autoregressive, Flow, GAN, Kernel, Recurrent, VAE
    return {family.__name__.lower(): family for family in families}
