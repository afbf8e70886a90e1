"""`ImageSynthesizer.fit_resample`: classes are filled up with generated images, after the real ones and like them."""

import numpy as np
import pandas as pd
import pytest
from imblearn.pipeline import Pipeline
from sklearn.base import BaseEstimator, ClassifierMixin, clone

from augment import ImageSynthesizer

X = np.random.default_rng(0).integers(0, 256, (30, 6, 8, 3)).astype("uint16")
Y = np.repeat(["cat", "dog", "eel"], [18, 8, 4])


class RowsOfTheClass:
    """Stands in for a trained model: training images of the label that is asked for."""

    def __init__(self, arrays, n_pixels):
        self.arrays, self.n_pixels = arrays, n_pixels

    def noise(self, n, rng):
        return rng.random(n)

    def transport(self, noise, known):
        classes = self.arrays[:, self.n_pixels :].argmax(axis=1)
        own = [np.flatnonzero(classes == k) for k in known.classes.argmax(axis=1)]
        return self.arrays[[rows[int(u * len(rows))] for rows, u in zip(own, noise, strict=True)]]


class Untrained(ImageSynthesizer):
    """An ImageSynthesizer in all but training."""

    def _train(self, arrays, rng, started):
        self.model_ = RowsOfTheClass(arrays, self.codec_.layout.n_pixels)


def test_every_class_comes_to_have_as_many_as_the_largest():
    synthesizer = Untrained(random_state=0)
    X_more, y_more = synthesizer.fit_resample(X, Y)
    assert X_more.dtype == X.dtype and X_more.shape == (54, 6, 8, 3) and y_more.dtype == Y.dtype
    np.testing.assert_array_equal(X_more[:30], X)
    assert y_more[:30].tolist() == Y.tolist()
    assert y_more[30:].tolist() == ["dog"] * 10 + ["eel"] * 14
    assert synthesizer.sampling_strategy_ == {"dog": 10, "eel": 14}
    wanted = {image.tobytes() for image in X[Y == "eel"]}
    assert {image.tobytes() for image in X_more[40:]} <= wanted
    np.testing.assert_array_equal(Untrained(random_state=0).fit_resample(X, Y)[0], X_more)


@pytest.mark.parametrize(
    ("strategy", "added"),
    [
        ("minority", {"eel": 14}),
        ("all", {"dog": 10, "eel": 14}),
        ({"dog": 9}, {"dog": 1}),
        (lambda y: {"eel": 2 * (y == "eel").sum()}, {"eel": 4}),
        ({"cat": 18}, {}),
    ],
)
def test_strategies_are_those_of_tables(strategy, added):
    synthesizer = Untrained(sampling_strategy=strategy, random_state=0)
    X_more, y_more = synthesizer.fit_resample(X, Y)
    assert synthesizer.sampling_strategy_ == added
    assert len(X_more) == len(y_more) == 30 + sum(added.values())


def test_labels_keep_their_kind_and_many_numbers_are_classes():
    numbers = np.repeat(np.arange(15), 2)
    numbers[:1] = 7
    X_more, y_more = Untrained(random_state=0).fit_resample(X, pd.Series(numbers, name="kind", dtype="int32"))
    assert isinstance(y_more, pd.Series) and y_more.name == "kind" and y_more.dtype == "int32"
    assert set(np.bincount(y_more)) == {3}
    column = Untrained(random_state=0).fit_resample(X, numbers[:, None])[1]
    assert column.shape == (45, 1)
    frame = Untrained(random_state=0).fit_resample(X, pd.DataFrame({"kind": numbers}))[1]
    assert list(frame) == ["kind"] and len(frame) == 45


@pytest.mark.parametrize(
    ("y", "strategy", "words"),
    [
        (np.full(30, "cat"), "auto", "needs at least two classes"),
        ([None, *Y[1:]], "auto", "needs a label in every row"),
        (Y, {"cow": 9}, "names the class 'cow', which y lacks"),
        (Y, {"cat": 2}, "takes none away"),
        (Y, "majority", "under-sampling only"),
        (Y[9:], "auto", "one label for each of the 30 images"),
    ],
)
def test_errors_teach(y, strategy, words):
    with pytest.raises(ValueError, match=words):
        Untrained(sampling_strategy=strategy).fit_resample(X, y)


def test_it_is_a_step_of_a_pipeline_of_images():
    class Counts(ClassifierMixin, BaseEstimator):
        def fit(self, X, y):
            self.shape_, self.classes_, self.counts_ = X.shape, *np.unique(y, return_counts=True)
            return self

        def predict(self, X):
            return np.full(len(X), self.classes_[0])

    pipeline = Pipeline([("more", Untrained(random_state=0)), ("classify", Counts())]).fit(X, Y)
    assert pipeline.named_steps["classify"].shape_ == (54, 6, 8, 3)
    assert pipeline.named_steps["classify"].counts_.tolist() == [18, 18, 18]
    assert len(pipeline.predict(X)) == 30
    assert clone(pipeline).set_params(more__sampling_strategy="minority").fit(X, Y)["classify"].counts_.tolist() == [
        18,
        8,
        18,
    ]


def test_what_json_cannot_hold_is_left_out_of_a_saved_file():
    assert ImageSynthesizer(sampling_strategy={"cat": 20})._saved_params()["sampling_strategy"] == "auto"
    assert ImageSynthesizer(sampling_strategy="minority")._saved_params()["sampling_strategy"] == "minority"
