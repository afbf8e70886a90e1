"""The classifier of images: equal steps whatever the data, layers that mix labels as they mix images, clear errors."""

import pickle

import keras
import numpy as np
import pytest
from image_sets import digits
from keras import layers
from sklearn.base import clone, is_classifier
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import StratifiedKFold

from augment import AugmentedClassifier, ImageClassifier, ImageSynthesizer, augmentation_curve
from augment.augmentation import image_learner
from augment.augmentation.image_learner import Learner, fresh

LETTERS = np.array(list("abcdefghij"))


def few(n=200, start=0):
    images, labels = digits()
    return images[start : start + n].copy(), LETTERS[labels[start : start + n]]


@pytest.fixture(scope="module")
def fitted():
    return ImageClassifier(steps=80, random_state=0).fit(*few(400))


def test_it_learns_and_speaks_as_scikit_learn_does(fitted):
    X, y = few(300, 900)
    assert fitted.score(X, y) > 0.8
    found = fitted.predict_proba(X)
    assert np.allclose(found.sum(axis=1), 1, atol=1e-5)
    assert np.array_equal(fitted.predict(X), LETTERS[found.argmax(axis=1)])
    assert np.array_equal(fitted.classes_, LETTERS)
    assert is_classifier(fitted)
    assert fitted.n_features_in_ == 64
    assert np.array_equal(fitted.predict(X[..., None]), fitted.predict(X))
    assert np.allclose(pickle.loads(pickle.dumps(fitted)).predict_proba(X[:5]), found[:5], atol=1e-6)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_network_with_and_without_a_channel(fitted):
    X, y = few(400)
    again = clone(fitted).fit(X[..., None], y)
    assert np.allclose(again.predict_proba(X[:50]), fitted.predict_proba(X[:50]), atol=1e-3)
    assert X.dtype == np.uint8


@pytest.fixture
def steps(monkeypatch):
    """What a fit would learn in each step, without learning it."""
    seen = []
    monkeypatch.setattr(Learner, "train_on_batch", lambda self, batch: seen.append(batch))
    return seen


@pytest.mark.parametrize("n", [20, 150])
def test_every_fit_takes_the_same_steps_of_the_same_size(n, steps):
    X, y = few(n)
    ImageClassifier(steps=7, random_state=0).fit(X, y)
    assert [step["images"].shape for step in steps] == [(64, 8, 8, 1)] * 7
    shown = np.concatenate([step["images"] for step in steps])[..., 0]
    times = np.array([(shown == image).all(axis=(1, 2)).sum() for image in X])
    assert times.max() - times.min() <= 1  # all have had their turn before one has another


def test_a_weight_is_what_a_row_of_labels_adds_up_to(steps):
    X, y = few(20)
    weights = np.arange(20) / 10
    ImageClassifier(steps=5, random_state=0).fit(X, y, sample_weight=weights)
    for step in steps:
        for image, label in zip(step["images"][..., 0], step["labels"], strict=True):
            (place,) = np.flatnonzero((image == X).all(axis=(1, 2)))
            assert label.sum() == pytest.approx(weights[place])
            assert not label.any() or np.unique(y)[label.argmax()] == y[place]


def levels(n=40, k=4, side=16):
    """Images of one brightness, which is the number of their class, and one-hots of it."""
    codes = np.arange(n) % k
    return np.tile(codes[:, None, None, None], (1, side, side, 1)).astype("float32"), np.eye(k, dtype="float32")[codes]


def constant(probabilities):
    """A network that always says the same."""
    x = keras.Input((16, 16, 1))
    start = keras.initializers.Constant(np.log(probabilities))
    y = layers.Dense(len(probabilities), "softmax", kernel_initializer="zeros", bias_initializer=start)(
        layers.Flatten()(x)
    )
    return keras.Model(x, y)


def changed(augmentation, images, labels, training=True):
    """Images and labels that the network and the loss get."""
    learner = Learner(layers.Identity(), list(fresh(augmentation, np.random.default_rng(0))))
    found = learner.call({"images": images, "labels": labels}, training=training)
    return [keras.ops.convert_to_numpy(found[name]) for name in ("probabilities", "labels")]


def test_the_loss_is_the_weighted_cross_entropy():
    images, labels = levels(8)
    learner = Learner(constant([0.1, 0.2, 0.3, 0.4]), [])
    weights = np.arange(8, dtype="float32")[:, None]
    found = learner.call({"images": images, "labels": weights * labels}, training=True)
    loss = keras.ops.convert_to_numpy(learner.compute_loss(y_pred=found))
    expected = -np.mean(weights[:, 0] * np.log([0.1, 0.2, 0.3, 0.4, 0.1, 0.2, 0.3, 0.4]))
    assert loss == pytest.approx(expected, rel=1e-4)


@pytest.mark.filterwarnings("ignore:.*Explicitly requested dtype int64")  # of Keras, on JAX
@pytest.mark.parametrize("inside", [lambda layer: [layer], lambda layer: [keras.Sequential([layer])]])
def test_mixed_images_have_mixed_labels(inside):
    images, labels = levels()
    for layer, tolerance in ((layers.MixUp(alpha=1.0), 1e-4), (getattr(layers, "CutMix", layers.MixUp)(), 0.35)):
        shown, told = changed(inside(layer), images, labels)
        brightness = shown.mean(axis=(1, 2, 3))
        assert np.allclose(brightness, told @ np.arange(4), atol=tolerance)
        assert np.allclose(told.sum(axis=1), 1, atol=1e-5)
        assert ((told > 0.05) & (told < 0.95)).any()


def test_other_layers_leave_labels_alone_and_work_in_training_only():
    images, labels = levels()
    images[:, :8] += 100
    shown, told = changed([layers.RandomFlip("vertical"), layers.GaussianNoise(1.0)], images, labels)
    assert np.array_equal(told, labels)
    assert 0 < (shown[:, 0, 0, 0] > 50).mean() < 1
    assert np.array_equal(changed([layers.RandomFlip("vertical")], images, labels, training=False)[0], images)


def test_layers_and_optimizer_are_copied_and_seeded():
    flip, kept = layers.RandomFlip(), layers.RandomFlip(seed=7)
    made = [list(fresh([flip, kept], np.random.default_rng(seed))) for seed in (0, 0, 1)]
    assert made[0][0].seed == made[1][0].seed != made[2][0].seed
    assert [copies[1].seed for copies in made] == [7, 7, 7]
    assert made[0][0] is not flip
    optimizer = keras.optimizers.SGD(0.1)
    classifier = ImageClassifier(augmentation=[flip], optimizer=optimizer, steps=2, random_state=0)
    copied = clone(classifier).fit(*few(40))
    assert not flip.built
    assert int(optimizer.iterations) == 0
    assert isinstance(copied.augmentation[0], layers.RandomFlip)


def build(shape, n_classes):
    return keras.Sequential([keras.Input(shape), layers.Flatten(), layers.Dense(n_classes, activation="softmax")])


def test_a_network_of_ones_own(steps):
    X, y = few(40)
    for model in (build, build((8, 8, 1), 10)):
        classifier = ImageClassifier(model, random_state=0).fit(X, y)
        assert classifier.predict_proba(X).shape == (40, 10)
        assert classifier.model_.count_params() == 650
        if model is not build:
            assert not np.allclose(classifier.model_.get_weights()[0], model.get_weights()[0])


class Own(keras.Model):
    """A network of a class of one's own, whose shapes Keras does not know."""

    def __init__(self, n_classes):
        super().__init__()
        self.flatten, self.dense = layers.Flatten(), layers.Dense(n_classes, activation="softmax")

    def call(self, x, training=False):
        return self.dense(self.flatten(x))


def test_a_network_may_not_know_its_shapes_yet(steps):
    X, y = few(40)
    unbuilt = keras.Sequential([layers.Flatten(), layers.Dense(10, activation="softmax")])
    for model in (unbuilt, lambda shape, n_classes: Own(n_classes)):
        assert ImageClassifier(model, random_state=0).fit(X, y).predict_proba(X).shape == (40, 10)
    assert not unbuilt.built
    for use in (clone, lambda classifier: classifier.fit(X, y)):
        with pytest.raises(TypeError, match="give a function that makes it, as in model=lambda shape, n_classes: Own"):
            use(ImageClassifier(Own(10)))


def test_layers_that_are_no_chain_stay_whole_and_grey_pictures_keep_their_labels():
    x = keras.Input((16, 16, 3))
    doubled = keras.Model(x, layers.Add()([x, x]))
    (copy,) = fresh([doubled], np.random.default_rng(0))
    assert isinstance(copy, keras.Model) and copy is not doubled
    images, labels = levels()
    coloured = images * np.array([1, 2, 3], "float32")
    shown, told = changed([doubled], coloured, labels)
    assert np.array_equal(shown, 2 * coloured) and np.array_equal(told, labels)
    if hasattr(layers, "RandomGrayscale"):
        shown, told = changed([layers.RandomGrayscale(1.0)], coloured, labels)
        assert np.allclose(shown[..., 0], shown[..., 2]) and np.array_equal(told, labels)


def test_pixels_reach_a_network_of_ones_own_as_they_are(steps):
    X, y = few(40)
    ImageClassifier(build, random_state=0, steps=1).fit(X, y)
    assert steps[0]["images"].dtype == np.float32
    assert steps[0]["images"].max() == X.max()


X, Y = few(40)
GAPS = np.where(np.arange(64).reshape(8, 8) == 0, np.nan, X.astype(float))


@pytest.mark.parametrize(
    ("options", "X", "y", "error", "message"),
    [
        ({}, X.reshape(40, -1), Y, ValueError, r"\(n, height, width\[, channels\]\); got uint8 of shape \(40, 64\)"),
        ({}, X, Y[1:], ValueError, r"one label for each of the 40 images; got labels of shape \(39,\)"),
        ({}, X, np.zeros(40), ValueError, "needs at least 2 classes; all 40 labels are 0.0"),
        ({}, np.full((40, 8, 8), 3), Y, ValueError, "All images are the same"),
        ({}, X[:0], Y[:0], ValueError, "Found no image"),
        ({}, GAPS, Y, ValueError, "NaN or infinite pixels"),
        ({"steps": 0}, X, Y, ValueError, "steps must be an integer of at least 1. Received: steps=0"),
        ({"batch_size": 2.5}, X, Y, ValueError, "batch_size must be an integer"),
        ({"learning_rate": 0}, X, Y, ValueError, "learning_rate must be a number above 0"),
        ({"optimizer": "adam"}, X, Y, TypeError, "optimizer must be a Keras optimizer"),
        ({"augmentation": layers.RandomFlip()}, X, Y, TypeError, "a list of Keras layers, such as"),
        ({"augmentation": ["flip"]}, X, Y, TypeError, "Received: augmentation=.'flip'."),
        ({"spatial_dims": 4}, X, Y, ValueError, "spatial_dims must be 2 or 3"),
        ({"model": "resnet"}, X, Y, TypeError, "a keras.Model or a function of shape"),
        ({"model": lambda *_: 3}, X, Y, TypeError, "a keras.Model or a function of shape"),
        (
            {"model": lambda *_: build((9, 8, 1), 10)},
            X,
            Y,
            ValueError,
            r"takes images of shape \(9, 8, 1\); those of X",
        ),
        ({"model": lambda shape, k: build(shape, k + 1)}, X, Y, ValueError, r"shape \(None, 11\)\."),
        (
            {"model": lambda shape, k: keras.Sequential([keras.Input(shape), layers.Flatten(), layers.Dense(k)])},
            X,
            Y,
            ValueError,
            r"Dense\(10, activation='softmax'\).*does not add up to 1",
        ),
    ],
)
def test_errors_say_what_was_expected(options, X, y, error, message, steps):
    with pytest.raises(error, match=message):
        ImageClassifier(**options).fit(X, y)
    assert not steps


def test_small_floats_of_a_wide_range_are_scaled():
    wide = (X * 250).astype("float16")  # squares of which are no float16
    network = image_learner.small_network(wide[..., None], 2)
    told = image_learner.probabilities(network, wide[..., None])
    assert np.isfinite(told).all() and np.ptp(told) > 1e-3


def test_weights_must_be_one_for_each_image():
    for weights in ([1.0], -np.ones(40), np.full(40, np.nan)):
        with pytest.raises(ValueError, match="sample_weight must be a finite number of at least 0"):
            ImageClassifier().fit(X, Y, sample_weight=weights)
    with pytest.raises(ValueError, match="sample_weight is 0 for all images"):
        ImageClassifier().fit(X, Y, sample_weight=np.zeros(40))


def test_predicting_needs_a_fit_and_images_of_its_shape(fitted):
    with pytest.raises(NotFittedError):
        ImageClassifier().predict(X)
    with pytest.raises(ValueError, match=r"Expected images of shape \(8, 8, 1\), as were fitted; got \(4, 8, 1\)"):
        fitted.predict(X[:, :4])


def test_volumes_are_taken(steps):
    volumes = np.random.default_rng(0).random((12, 6, 5, 4))
    classifier = ImageClassifier(spatial_dims=3, random_state=0).fit(volumes, np.arange(12) % 2)
    assert classifier.predict_proba(volumes).shape == (12, 2)


def test_a_training_that_goes_astray_is_told(monkeypatch, fitted):
    monkeypatch.setattr(image_learner, "probabilities", lambda network, images: np.full((len(images), 10), np.nan))
    with pytest.raises(ValueError, match="Lower learning_rate"):
        fitted.predict(X)


@pytest.mark.slow
def test_images_of_a_synthesizer_do_not_buy_more_training(one_step, steps):
    X, y = few(60)
    synthesizer = ImageSynthesizer("vae", epochs=1, verbose=0)
    classifier = ImageClassifier(augmentation=[layers.MixUp()], steps=8, random_state=0)
    for ratio, n_synthetic in ((0, 0), (0.5, 30)):
        steps.clear()
        augmented = AugmentedClassifier(classifier, synthesizer, ratio=ratio, random_state=0).fit(X, y)
        assert augmented.n_synthetic_ == n_synthetic
        assert [step["images"].shape for step in steps] == [(64, 8, 8, 1)] * 8
        shown = np.concatenate([step["images"] for step in steps])[..., 0]
        real = np.mean([(image == X).all(axis=(1, 2)).any() for image in shown.astype("uint8")])
        assert real == pytest.approx(60 / (60 + n_synthetic), abs=0.05)


@pytest.mark.slow
def test_a_single_image_of_each_class_is_enough_to_fit_and_too_few_to_compare(one_step, steps):
    X, y = few(100)
    _, places = np.unique(y, return_index=True)
    synthesizer = ImageSynthesizer("vae", epochs=1, verbose=0)
    augmented = AugmentedClassifier(ImageClassifier(), synthesizer, random_state=0).fit(X[places], y[places])
    assert augmented.n_synthetic_ == 10
    with pytest.warns(UserWarning, match="too few rows for two inner splits"):
        augmented.set_params(ratio="auto").fit(X[places], y[places])
    assert augmented.n_synthetic_ == 0
    with pytest.raises(ValueError, match="The class 'a' has 1 row, fewer than the 5 folds"):
        augmentation_curve(ImageClassifier(), X[places], y[places])


def test_every_arm_of_a_curve_takes_the_same_steps(steps):
    X, y = few(60)
    y = np.where(y < "f", "low", "high")
    classifier, layer = ImageClassifier(steps=3), layers.RandomFlip()
    folds = StratifiedKFold(2)
    curve = augmentation_curve(classifier, X, y, synthesizers={}, ratios=[2], augmentation=[layer], cv=folds)
    assert [step["images"].shape for step in steps] == [(64, 8, 8, 1)] * (3 * 3 * 2)  # real, classical, duplicated
    assert [row["augmentation"] for row in curve.results["without"]] == ["none", "classical"]
    assert not layer.built
