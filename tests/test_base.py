"""The seam of models: what may stand as `model`, models of one's own, optimizers, precision, searches."""

import pickle

import keras
import numpy as np
import pandas as pd
import pytest
from keras import ops
from sklearn.base import clone
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV

from augment import TabularSynthesizer
from augment.codecs.layout import ImageLayout
from augment.codecs.table import TableCodec
from augment.models import VAE, Autoregressive, Flow, GenerativeModel, Recipe
from augment.models.base import _families, describe, encoding_of, from_description, get, seeded


class OwnModel(GenerativeModel):
    """Rows that are one dense layer of noise; learns the means."""

    def __init__(self, layout, size):
        super().__init__()
        self.size = size
        self.network = keras.layers.Dense(layout.width)

    def call(self, x, training=False):
        return self.network(ops.ones((ops.shape(x)[0], self.size)))

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return ops.mean(ops.square(x - y_pred))

    def noise(self, n, rng):
        return rng.standard_normal((n, self.size), dtype="float32")

    def transport(self, noise, condition=None):
        return ops.convert_to_numpy(self.network(noise))


class Own(Recipe):
    """A recipe as a user writes it: neither builds nor compiles its model."""

    def __init__(self, size=3):
        self.size = size

    def build(self, layout):
        return OwnModel(layout, self.size)


class Halves(OwnModel):
    """Lacks what generation needs."""

    noise = GenerativeModel.noise


def table(n=80):
    rng = np.random.default_rng(0)
    return pd.DataFrame({"a": rng.normal(size=n), "b": rng.choice(["x", "y"], n)})


def fitted(model, **options):
    return TabularSynthesizer(model, **{"epochs": 1, "verbose": 0, "random_state": 0} | options).fit(table())


class Wrong(OwnModel):
    """Takes rows of three floats."""

    def call(self, x, training=False):
        return ops.matmul(x, ops.ones((3, 1)))


class Simple(OwnModel):
    """A class whose constructor takes the layout alone."""

    def __init__(self, layout):
        super().__init__(layout, 2)


@pytest.mark.parametrize("model", [Own(), Own().build, lambda layout: OwnModel(layout, 2), Simple])
def test_a_model_of_ones_own_needs_no_build_and_no_compile(model):
    new = fitted(model).generate(9)
    assert new.dtypes.equals(table().dtypes)
    assert len(new) == 9


@pytest.mark.parametrize(
    ("model", "error", "message"),
    [
        ("nonsense", ValueError, "the names are 'autoregressive', 'flow', 'gan', 'kernel', 'recurrent', 'vae'"),
        (3, TypeError, "model must be a name, a recipe"),
        (Own, TypeError, "model must be a name, a recipe"),
        (lambda layout: keras.Sequential(), TypeError, "gives a GenerativeModel"),
        (lambda layout: Halves(layout, 2), TypeError, "Halves lacks noise"),
        (
            lambda layout: Wrong(layout, 2),
            ValueError,
            r"Wrong must take rows of shape \(batch, \d+\), and does not take",
        ),
        (dict, TypeError, "model must be a name, a recipe"),
    ],
)
def test_what_is_no_model_is_refused(model, error, message):
    with pytest.raises(error, match=message):
        fitted(model)


def test_automatic_sizes_follow_the_kind_of_data():
    class Sized(Own):
        automatic = {"size": {"table": 1, "image": 2, "volume": 3}}

    flat, volume = (ImageLayout((4,) * sides + (1,), (), n_samples=5, patch=1) for sides in (2, 3))
    assert [Sized("auto")._value("size", layout) for layout in (None, flat, volume)] == [1, 2, 3]
    assert Sized(7)._value("size", volume) == 7


def test_an_encoding_that_is_not_offered_is_named():
    class Pixels(Own):
        encoding = "pixels"

    with pytest.raises(ValueError, match="'tokens' or 'vectors'"):
        fitted(Pixels())


def test_a_file_with_a_model_of_ones_own_asks_for_it(tmp_path, one_step):
    synthesizer = fitted(Own(size=2))
    synthesizer.save(tmp_path / "own.augment")
    with pytest.raises(ValueError, match=r"'Own', whose code it does not hold.*load\(path, model=...\)"):
        TabularSynthesizer.load(tmp_path / "own.augment")
    again = TabularSynthesizer.load(tmp_path / "own.augment", model=Own(size=2))
    assert again.generate(5).equals(synthesizer.generate(5))


def test_a_family_with_a_network_of_ones_own_asks_for_it_too(tmp_path, one_step):
    encoder = keras.Sequential([keras.layers.Dense(4)])
    synthesizer = fitted(VAE(latent_dim=2, encoder=encoder))
    synthesizer.save(tmp_path / "own.augment")
    with pytest.raises(ValueError, match="VAE with networks of one's own"):
        TabularSynthesizer.load(tmp_path / "own.augment")
    again = TabularSynthesizer.load(tmp_path / "own.augment", model=VAE(latent_dim=2, encoder=encoder))
    assert again.generate(5).equals(synthesizer.generate(5))


@pytest.mark.slow
@pytest.mark.parametrize("later", [{"model__latent_dim": 5}, {"model": "flow"}])
def test_parameters_that_change_after_the_fit_change_no_copy_of_it(later, tmp_path, one_step):
    synthesizer = fitted(VAE(latent_dim=2))
    expected = synthesizer.generate(5)
    synthesizer.set_params(**later).save(tmp_path / "vae.augment")
    for copy in (pickle.loads(pickle.dumps(synthesizer)), TabularSynthesizer.load(tmp_path / "vae.augment")):
        assert copy.generate(5).equals(expected)


@pytest.mark.parametrize("name", ["vae", "recurrent"])
def test_no_rows_have_no_likelihoods_and_no_score(name, one_step):
    synthesizer = fitted(name)
    assert synthesizer.score_samples(table().head(0)).shape == (0,)
    with pytest.raises(ValueError, match="at least one row"):
        synthesizer.score(table().head(0))


def test_a_file_that_is_read_with_another_model_says_so(tmp_path, one_step):
    fitted(VAE(latent_dim=2)).save(tmp_path / "vae.augment")
    with pytest.raises(ValueError, match=r"of model=VAE\(latent_dim=3\).* Give the model that it was fitted with"):
        TabularSynthesizer.load(tmp_path / "vae.augment", model=VAE(latent_dim=3))


@pytest.mark.parametrize("name", [name for name, family in _families().items() if "optimizer" in family().get_params()])
def test_a_description_gives_the_recipe_back(name):
    recipe = get(name).set_params(learning_rate=0.5)
    assert from_description(describe(recipe)).get_params() == recipe.get_params()
    assert describe(recipe.set_params(optimizer=keras.optimizers.SGD()))["params"].get("optimizer") is None


@pytest.mark.parametrize("name", _families())
def test_numbers_may_be_those_of_numpy_as_in_random_searches(name):
    recipe, layout = get(name), TableCodec(encoding=encoding_of(name)).fit(table()).layout
    whole = {key: np.int64(value) for key, value in recipe.get_params().items() if type(value) is int}
    assert recipe.set_params(**whole).build(layout).built


@pytest.mark.parametrize("optimizer", ["sgd", keras.optimizers.SGD(0.25)])
def test_an_optimizer_of_ones_own_trains_and_is_left_alone(optimizer, one_step):
    seen = []
    callback = keras.callbacks.LambdaCallback(on_train_begin=lambda logs: None)
    callback.on_train_begin = lambda logs=None: seen.append(type(callback.model.optimizer))
    fitted(Flow(width=8, depth=1, optimizer=optimizer), callbacks=[callback])
    assert seen == [keras.optimizers.SGD]
    if not isinstance(optimizer, str):
        assert not optimizer.built
        assert float(optimizer.learning_rate) == 0.25


def test_what_was_fitted_with_callbacks_is_cloned_and_pickled(one_step):
    synthesizer = fitted(Flow(width=8, depth=1), callbacks=[keras.callbacks.History()])
    again = pickle.loads(pickle.dumps(synthesizer))
    pd.testing.assert_frame_equal(again.generate(5, random_state=0), synthesizer.generate(5, random_state=0))
    assert clone(synthesizer).callbacks[0].epoch == synthesizer.callbacks[0].epoch != []


@pytest.fixture
def policy(request):
    """A policy of Keras, for the time of a test."""
    keras.mixed_precision.set_global_policy(request.param)
    yield request.param
    keras.mixed_precision.set_global_policy("float32")


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["mixed_bfloat16"], indirect=True)
@pytest.mark.parametrize("name", _families())
def test_mixed_precision(name, policy, one_step):
    model = get(name)
    tiny = {"width": 8, "depth": 1, "units": 8}
    model.set_params(**{key: size for key, size in tiny.items() if key in model.get_params()})
    new = fitted(model, validation_fraction=0).generate(20)
    assert new["a"].notna().all()
    assert set(new["b"]) <= {"x", "y"}


class Faint(OwnModel):
    """Its gradients are so small that float16 makes zeros of them."""

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return 1e-6 * ops.mean(ops.square(x - ops.cast(y_pred, "float32")))


def faint(layout):
    """The model with an averaging optimizer and a schedule of its own."""
    model, schedule = Faint(layout, 3), keras.optimizers.schedules.CosineDecay(0.01, 100)
    model.compile(optimizer=keras.optimizers.Adam(schedule, use_ema=True))
    return model


@pytest.mark.parametrize("policy", ["mixed_float16"], indirect=True)
def test_small_gradients_get_through_float16(policy):
    seen = []
    spy = keras.callbacks.LambdaCallback(on_epoch_end=lambda *_: seen.extend(spy.model.network.get_weights()))
    _, bias = fitted(faint, callbacks=[spy]).model_.network.get_weights()
    assert (bias != 0).all()
    assert (bias == seen[1]).all()  # callbacks see the averages, and these are kept


@pytest.mark.parametrize("policy", ["mixed_float16"], indirect=True)
def test_a_loss_is_scaled_once(policy):
    layout = TableCodec(encoding="vectors").fit(table()).layout
    for given, kind in (None, "AdamW"), (keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD()), "SGD"):
        optimizer = Flow(width=8, depth=1, optimizer=given).build(layout).optimizer
        assert isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
        assert type(optimizer.inner_optimizer).__name__ == kind


@pytest.mark.slow
def test_recipes_are_cloned_printed_and_searched(one_step):
    synthesizer = TabularSynthesizer(VAE(latent_dim=3), epochs=1, verbose=0, random_state=0)
    assert clone(synthesizer).get_params()["model__latent_dim"] == 3
    assert "VAE(latent_dim=3)" in repr(synthesizer)
    synthesizer.set_params(model=Own())
    for search in (
        GridSearchCV(synthesizer, {"model__size": [2, 4]}, cv=2),
        HalvingGridSearchCV(synthesizer, {"model__size": [2, 4]}, cv=2, min_resources=40),
    ):
        assert search.fit(table()).best_params_["model__size"] in (2, 4)


class Unnamed(keras.Model):
    """A network that Keras cannot copy: it is not told how to make another one."""

    def __init__(self, n_outputs):
        super().__init__()
        self.layer = keras.layers.Dense(n_outputs)


def test_a_network_that_cannot_be_cloned_is_named_with_what_to_do():
    with pytest.raises(TypeError, match=r"^decoder cannot be copied.* class Unnamed and give it a get_config"):
        clone(TabularSynthesizer(VAE(encoder=keras.layers.Dense(4), decoder=Unnamed(2))))


def test_the_default_takes_a_schedule_and_says_what_it_does_not_take(one_step):
    schedule = keras.optimizers.schedules.CosineDecay(0.01, 100)
    assert len(fitted(Autoregressive(width=8, learning_rate=schedule)).generate(3)) == 3
    with pytest.raises(ValueError, match="learning_rate must be a number of at least 1e-09. Received: learning_rate=0"):
        fitted(Autoregressive(learning_rate=0))


def test_names_count_from_one_in_a_seeded_block_and_go_on_after_it():
    first = keras.layers.Dense(1).name
    with seeded(0):
        assert [keras.layers.Dense(1).name for _ in range(2)] == ["dense", "dense_1"]
    number = int((first.split("_") + ["0"])[1])
    assert keras.layers.Dense(1).name == f"dense_{number + 1}"
