"""Attributes come as a series, an array, a dict or a frame of any library; what does not fit the images is refused."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from augment.auditing import audit
from augment.auditing.images.reading import prepare

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (20, 8, 6), dtype="uint8")
LABELS = np.arange(20) % 2
SEX = np.repeat(["f", "m"], 10)


@pytest.mark.parametrize(
    ("attributes", "protected"),
    [
        (SEX, "x0"),
        (list(SEX), ["x0"]),
        (pd.Series(SEX, name="sex", index=np.arange(20)[::-1]), "sex"),
        ({"sex": SEX, "age": np.arange(20)}, ["sex"]),
        (pd.DataFrame({"age": np.arange(20), "sex": SEX}, index=np.arange(20) + 7), "sex"),
        (pl.DataFrame({"sex": SEX}), "sex"),
        (np.array([SEX, LABELS.astype(str)]).T, "x0"),
    ],
)
def test_every_form_is_the_same_table(attributes, protected):
    data = prepare((IMAGES, LABELS, attributes), (IMAGES, LABELS, attributes), protected=protected)
    (j,) = data.attributes.protected
    assert [data.attributes.columns[j].labels[int(v)] for v in data.attributes.train[:, j]] == SEX.tolist()
    assert [c["name"] for c in data.summary()["columns"]] == data.summary()["protected"]
    assert data.attributes.columns[data.attributes.target].name == "label"
    assert data.has("attributes")


def test_what_is_not_given_is_told():
    data = prepare((IMAGES, LABELS, {"sex": SEX}), IMAGES, IMAGES, protected="sex")
    assert (
        "Attributes were not given for synthetic and holdout: those of synthetic images are guessed" in data.notes[-1]
    )
    assert (len(data.attributes.synthetic), data.attributes.holdout, data.attributes.target) == (0, None, None)
    idle = prepare((IMAGES, None, {"sex": SEX}), IMAGES)
    assert not idle.has("attributes")
    assert "no protected= names those whose groups matter" in idle.notes[-1]


def test_a_label_is_told_from_an_attribute_of_its_name():
    data = prepare(*[(IMAGES, LABELS, {"label": SEX})] * 2, protected="label")
    assert [column.name for column in data.attributes.columns] == ["label", "label_"]


def test_fingerprints_hold_the_attributes():
    first, other = (
        prepare((IMAGES, LABELS, {"sex": values}), IMAGES, protected="sex").fingerprint("train")
        for values in (SEX, SEX[::-1])
    )
    assert first != other


@pytest.mark.parametrize(
    ("train", "synthetic", "protected", "error", "words"),
    [
        ((IMAGES, LABELS), IMAGES, "sex", ValueError, "names attributes, and train has none"),
        ((IMAGES, LABELS, {"sex": SEX}), IMAGES, "six", ValueError, "'six' is not an attribute of train: .* 'sex'"),
        ((IMAGES, LABELS, {"sex": SEX}), (IMAGES, None, {"age": LABELS}), "sex", ValueError, "of synthetic.*or none"),
        ((IMAGES, LABELS, {"sex": SEX[:7]}), IMAGES, "sex", ValueError, "train has 20 images, 'sex' 7 values"),
        ((IMAGES, LABELS, {"sex": "f"}), IMAGES, "sex", ValueError, "'sex' no list of values"),
        ((IMAGES, LABELS, SEX[:7]), IMAGES, "x0", ValueError, "train has 20 images and 7 rows"),
        ((IMAGES, LABELS, 7), IMAGES, "x0", TypeError, "a table, a dict of columns or a 1-D array .* got int"),
    ],
)
def test_errors_teach(train, synthetic, protected, error, words):
    with pytest.raises(error, match=words):
        audit(train, synthetic, protected=protected)


def test_a_population_needs_protected_attributes():
    with pytest.raises(ValueError, match="give their names as protected="):
        audit((IMAGES, LABELS, SEX), IMAGES, population={"x0": {"f": 0.5, "m": 0.5}})
    with pytest.raises(ValueError, match="lacks 'm', which train has"):
        audit((IMAGES, LABELS, SEX), IMAGES, protected="x0", population={"x0": {"f": 1.0}})
