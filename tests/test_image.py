"""`ImageSynthesizer`: what goes in comes out, labels are kept, and models of known images find them."""

import pickle
import time

import keras
import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone

from augment import ImageClassifier, ImageSynthesizer
from augment.models import GAN, VAE, Flow
from augment.models.image_vae import ImageVAEModel

SMALL = {"vae": VAE(latent_dim=4, width=8), "flow": Flow(width=8, n_steps=4), "gan": GAN(latent_dim=4, width=8)}


def patterns(n, rng, noise=20):
    """Grey images, left half or top half bright, that many steps of brightness apart, and which."""
    labels = rng.choice(["left", "top"], n, p=[0.75, 0.25])
    bright = rng.integers(120, 200, n)[:, None, None]
    places = np.zeros((n, 6, 8))
    places[labels == "left", :, :4], places[labels == "top", :3] = 1, 1
    return np.clip(places * bright + rng.normal(scale=noise, size=places.shape), 0, 255).astype("uint8"), labels


def looks_like(images):
    left, top = images[:, 3:, :4].mean(axis=(1, 2)), images[:, :3, 4:].mean(axis=(1, 2))
    return np.where(left > top, "left", "top")


@pytest.fixture(scope="module", params=[pytest.param(name, marks=pytest.mark.slow) for name in SMALL])
def fitted(request):
    X, y = patterns(600, np.random.default_rng(0))
    model, epochs = {
        "vae": (SMALL["vae"], 20),
        "flow": (Flow(width=8, n_steps=4, learning_rate=0.005), 8),
        "gan": (SMALL["gan"], 40),
    }[request.param]
    return X, y, ImageSynthesizer(model, epochs=epochs, verbose=0, random_state=0).fit(X, y)


@pytest.fixture
def varying(fitted):
    if not fitted[2].model_.takes_like:
        pytest.skip("a GAN cannot vary images")
    return fitted


def test_images_have_the_labels_that_were_asked_for(fitted):
    X, y, synthesizer = fitted
    wanted = np.array(["top", "left"] * 50)
    images, labels = synthesizer.generate(y=wanted)
    assert images.dtype == X.dtype and images.shape == (100, 6, 8) and labels.dtype == y.dtype
    assert labels.tolist() == wanted.tolist()
    assert (looks_like(images) == wanted).mean() > 0.95


def test_labels_are_as_frequent_as_they_were(fitted):
    images, labels = fitted[2].generate(600)
    assert (labels == "left").mean() == pytest.approx((fitted[1] == "left").mean(), abs=0.06)
    assert (looks_like(images) == labels).mean() > 0.95


def test_brightness_varies_as_it_did(fitted):
    X, y, synthesizer = fitted
    made, labels = synthesizer.generate(600)
    for label, part in (("left", np.s_[:, :, :4]), ("top", np.s_[:, :3])):
        there, here = X[y == label][part].mean(axis=(1, 2)), made[labels == label][part].mean(axis=(1, 2))
        assert here.mean() == pytest.approx(there.mean(), abs=10)
        assert here.std() == pytest.approx(there.std(), rel=0.35)


def test_images_near_given_ones_are_nearer_to_these_than_to_others(varying):
    X, y, synthesizer = varying
    images, labels = synthesizer.generate(like=(X[:50], y[:50]), strength=0.2)
    assert labels.tolist() == y[:50].tolist()
    shift = np.flatnonzero(y[:50] == "left")  # another image of the class, for comparison
    apart = [np.abs(images[shift].astype(float) - X[other]).mean() for other in (shift, np.roll(shift, 1))]
    assert apart[0] < 0.8 * apart[1]
    assert not np.array_equal(images, X[:50])


def test_the_label_of_an_image_without_one_is_found(varying):
    X, y, synthesizer = varying
    _, labels = synthesizer.generate(like=X[:30])
    assert (labels == y[:30]).mean() > 0.9
    one, label = synthesizer.generate(5, like=X[0], strength=0.5)
    assert one.shape == (5, 6, 8) and (label == label[0]).all()


def test_score_prefers_images_of_the_kind_that_was_learned(fitted):
    X, y, synthesizer = fitted
    fresh, labels = patterns(100, np.random.default_rng(1))
    assert synthesizer.score(fresh, labels) == synthesizer.score(fresh, labels)
    assert synthesizer.score(fresh, labels) > 2 * synthesizer.score(255 - fresh, labels)
    assert synthesizer.score(fresh) < 0


def test_looks_in_training_are_at_images_as_they_will_be_drawn(one_step, monkeypatch):
    seen, prepare = [], ImageVAEModel.prepare
    monkeypatch.setattr(ImageVAEModel, "prepare", lambda self, x, rng: seen.append(len(x)) or prepare(self, x, rng))
    X, y = patterns(100, np.random.default_rng(0))
    settings = {"epochs": 2, "validation_fraction": 0.2, "verbose": 0, "random_state": 0}
    synthesizer = ImageSynthesizer(SMALL["vae"], **settings).fit(X, y)
    assert seen == [80, 80, 80]  # after each epoch, and once the weights are trained
    assert len(synthesizer.history_["nearer_share"]) == 2


@pytest.mark.slow
@pytest.mark.parametrize("family", SMALL)
def test_images_of_two_values_have_these_alone(one_step, family, tmp_path):
    X = np.where(patterns(60, np.random.default_rng(0))[0] > 90, 3.5, 0.25)
    synthesizer = ImageSynthesizer(SMALL[family], epochs=1, verbose=0, random_state=0).fit(X)
    made = [synthesizer.generate(20)]
    if synthesizer.model_.takes_like:
        made.append(synthesizer.generate(like=X[:20], strength=0.5))
    assert set(np.unique(made)) == {0.25, 3.5}  # after one step, too
    synthesizer.save(tmp_path / "images.augment")
    assert np.array_equal(ImageSynthesizer.load(tmp_path / "images.augment").generate(20), made[0])


def test_saved_and_pickled_synthesizers_give_the_same_images(fitted, tmp_path):
    synthesizer = fitted[2]
    expected = synthesizer.generate(20, random_state=1)
    synthesizer.save(tmp_path / "images.augment")
    for again in (ImageSynthesizer.load(tmp_path / "images.augment"), pickle.loads(pickle.dumps(synthesizer))):
        images, labels = again.generate(20, random_state=1)
        assert np.array_equal(images, expected[0]) and np.array_equal(labels, expected[1])
        assert again.classes_.tolist() == ["left", "top"]


def test_a_condition_names_labels(fitted):
    synthesizer = fitted[2]
    assert set(synthesizer.generate(20, condition={"label": "top"})[1]) == {"top"}
    assert set(synthesizer.generate(200, condition={"label": ["top", "left"]})[1]) == {"top", "left"}
    assert len(synthesizer.generate(0)[0]) == len(synthesizer.generate(y=[])[0]) == 0


@pytest.mark.parametrize(
    "arguments, words",
    [
        ({"y": ["up"]}, "Unknown label 'up'"),
        ({"y": ["top"], "condition": {"label": "top"}}, "one of y, condition and like"),
        ({"condition": {"class": "top"}}, "{'label': value or list}"),
        ({"condition": {"label": []}}, "allows no label"),
        ({"n_samples": -1}, "integer of at least 0"),
        ({"n_samples": 3, "y": ["top"]}, "leave one of them out"),
        ({"like": np.zeros((2, 5, 8), "uint8")}, r"shape \(6, 8, 1\)"),
        ({"like": np.zeros((2, 6, 8), "uint8"), "strength": 0}, r"strength must be in \(0, 1\]"),
        ({"like": (np.zeros((2, 6, 8), "uint8"), ["top"])}, "2 images and 1 labels"),
        ({"like": np.zeros((0, 6, 8), "uint8")}, "no images to vary"),
        ({"like": [np.zeros((2, 6, 8), "uint8"), ["top", "left"]]}, r"or a tuple \(images, labels\)"),
        ({"y": "top"}, r"a list, as in y=\[3, 3, 5\]. Received: 'top'"),
    ],
)
def test_wrong_wishes_are_refused(fitted, arguments, words):
    with pytest.raises(ValueError, match=words):
        fitted[2].generate(**arguments)


def test_a_gan_cannot_vary_images_and_says_so(one_step):
    synthesizer = quick("gan").fit(np.random.default_rng(0).integers(0, 255, (8, 8, 8)).astype("uint8"))
    with pytest.raises(ValueError, match="model=GAN.* cannot vary images: `like` needs model='flow'"):
        synthesizer.generate(like=np.zeros((2, 8, 8), "uint8"))


# fits that need not learn --------------------------------------------------------------------------------------------


def quick(model="vae", **settings):
    return ImageSynthesizer(SMALL.get(model, model), epochs=1, verbose=0, random_state=0, **settings)


@pytest.mark.slow
@pytest.mark.parametrize("model", SMALL)
@pytest.mark.parametrize(
    "images, spatial_dims",
    [
        (np.arange(5 * 9 * 7 * 3, dtype="uint16").reshape(5, 9, 7, 3), 2),
        (np.random.default_rng(0).normal(size=(6, 5, 4, 9)), 3),
        (np.random.default_rng(0).random((6, 5, 8, 4, 2)) > 0.5, 3),
        (np.zeros((4, 8, 8), "uint8"), 2),
    ],
)
def test_every_form_without_labels(model, images, spatial_dims, one_step):
    made = quick(model, spatial_dims=spatial_dims).fit(images).generate(3)
    assert made.shape == (3, *images.shape[1:]) and made.dtype == images.dtype
    assert made.min() >= images.min() and made.max() <= images.max()


@pytest.mark.parametrize(
    "y",
    [
        [3, 1, 1, 3],
        pd.Series(["a", "b", "a", "b"], name="kind"),
        pd.Series(["a", "b", "a", "b"], dtype="category"),
        pl.Series("kind", [True, False, True, False]),
        np.array([[1], [2], [2], [1]]),
    ],
    ids=["list", "series", "category", "polars", "column"],
)
def test_labels_come_back_as_they_came(y, one_step):
    X = np.random.default_rng(0).integers(0, 255, (4, 8, 8)).astype("uint8")
    _, labels = quick().fit(X, y).generate(6)
    if isinstance(y, pd.Series):
        assert isinstance(labels, pd.Series) and labels.dtype == y.dtype and labels.name == y.name
    elif isinstance(y, pl.Series):
        assert isinstance(labels, pl.Series) and labels.dtype == y.dtype and labels.name == "kind"
    else:
        assert isinstance(labels, np.ndarray) and labels.shape == (6,) and set(labels) <= set(np.ravel(y).tolist())


@pytest.mark.slow
@pytest.mark.parametrize("model", SMALL)
def test_a_class_of_one_image_is_generated(model, one_step):
    X = np.random.default_rng(0).integers(0, 255, (5, 8, 8)).astype("uint8")
    images, labels = quick(model).fit(X, [0, 0, 0, 0, 1]).generate(y=[1, 0])
    assert images.shape == (2, 8, 8) and labels.tolist() == [1, 0]


@pytest.mark.parametrize(
    "X, y, settings, words",
    [
        (np.zeros((1, 8, 8)), None, {}, "1 image"),
        (np.zeros((3, 8, 8)), [1, 2], {}, "one label for each of the 3 images"),
        (np.zeros((3, 8, 8)), None, {"model": "autoregressive"}, "'vectors'"),
        (
            np.zeros((3, 8, 8)),
            [1, 2, 1],
            {"model": VAE(latent_dim=4, encoder=keras.layers.Dense(2))},
            r"encoder must map \[\(batch, 8, 8, 1\), \(batch, 2\)\] to \(batch, 8\)",
        ),
        (np.zeros((3, 8, 8)), None, {"spatial_dims": 1}, "spatial_dims must be 2 or 3"),
    ],
)
def test_what_cannot_be_learned_is_refused(X, y, settings, words):
    with pytest.raises(ValueError, match=words):
        quick(**settings).fit(X, y)


def test_a_time_limit_leaves_time_for_what_follows_training(monkeypatch):
    left = []

    def train(*arguments, deadline, **settings):
        left.append(deadline - time.monotonic())
        raise KeyboardInterrupt

    monkeypatch.setattr("augment.training.train", train)
    images = np.random.default_rng(0).integers(0, 256, (4, 32, 32, 3), dtype="uint8")
    for n_steps in (1, 10, 400):
        with pytest.raises(KeyboardInterrupt):
            ImageSynthesizer(Flow(n_steps=n_steps), time_limit=100, verbose=0, random_state=0).fit(images)
    assert left[0] > left[1] + 5 > left[2] + 10
    assert 30 < left[2] <= 50  # never more than half of the time


def test_labels_without_labels(one_step):
    synthesizer = quick().fit(np.zeros((4, 8, 8)))
    with pytest.raises(ValueError, match="fitted without labels"):
        synthesizer.generate(y=[1])
    assert not hasattr(synthesizer, "classes_")
    assert not hasattr(synthesizer, "score_samples")


def test_it_is_cloned_and_printed():
    synthesizer = ImageSynthesizer(VAE(latent_dim=8), spatial_dims=3, epochs=2)
    again = clone(synthesizer)
    assert again.get_params()["model__latent_dim"] == 8 and again.spatial_dims == 3
    assert repr(again) == "ImageSynthesizer(epochs=2, model=VAE(latent_dim=8), spatial_dims=3)"


@pytest.mark.slow
def test_the_same_seed_gives_the_same_images(one_step):
    X = np.random.default_rng(0).integers(0, 255, (20, 8, 8)).astype("uint8")
    first, second = (quick("flow").fit(X).generate(4) for _ in range(2))
    assert np.array_equal(first, second)


def test_labels_of_several_kinds_are_refused():
    images = np.zeros((4, 8, 8))
    for labels in (["a", 1, "b", 2], ["a", np.nan, "b", "a"]):
        for learner in (quick(), ImageClassifier()):
            with pytest.raises(ValueError, match="all of one kind, none of them missing"):
                learner.fit(images, labels)
