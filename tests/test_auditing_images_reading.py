"""What is no set of images, or no other set like train, is refused with words that help; the rest has one form."""

import numpy as np
import pytest

from augment.auditing import audit
from augment.auditing.images.data import averaged
from augment.auditing.images.reading import prepare

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (20, 8, 6), dtype="uint8")
LABELS = np.arange(20) % 2


def with_nan():
    images = IMAGES.astype("float32")
    images[3, 0, 0] = np.nan
    return images


@pytest.mark.parametrize(
    ("synthetic", "error", "words"),
    [
        (IMAGES[:5], ValueError, "synthetic has 5 images: the audit needs at least 10"),
        (np.zeros((20, 8, 7), "uint8"), ValueError, "the form of train, 8 x 6 pixels and 1 channels.*8 x 7 pixels"),
        (np.zeros((20, 8, 6, 3), "uint8"), ValueError, "synthetic has 8 x 6 pixels and 3 channels"),
        (with_nan(), ValueError, "1 of 20 images of synthetic hold NaN or infinite pixels, the first is image 3"),
        (IMAGES.astype(str), TypeError, "whole numbers or floats, got <U3"),
        (IMAGES / 255, ValueError, r"\(float64\) go from 0 to 1, those of train \(uint8\) from 0 to 255: bring them"),
        (IMAGES.tolist(), TypeError, "synthetic must be an array of images, a pair"),
        ((IMAGES, LABELS, LABELS, 1), TypeError, r"\(images, labels, attributes\), got a tuple of 4"),
        ((IMAGES, LABELS[:7]), ValueError, r"synthetic has 20 images and labels of shape \(7,\)"),
        ((IMAGES, np.eye(2)[LABELS]), ValueError, "argmax"),
        ((IMAGES, [None, *LABELS[1:]]), ValueError, "1 labels of synthetic are missing, the first is that of image 0"),
        ((IMAGES, LABELS + 1), ValueError, "synthetic has labels that train lacks, '2'; train has '0', '1'"),
        (np.zeros((20, 3, 8, 6), "uint8"), ValueError, "channels seem to stand first: .*moveaxis"),
        (np.zeros((20, 8, 6, 100), "uint8"), ValueError, "spatial_dims=3"),
        (np.zeros((20, 8, 6, 6, 1), "uint8"), ValueError, "For volumes give spatial_dims=3"),
        (np.zeros((20, 8, 2), "uint8"), ValueError, "got 8 x 2. Series of numbers need kind='series'"),
        (np.zeros((20, 6), "uint8"), TypeError, "synthetic must be images as train"),
    ],
)
def test_errors_teach(synthetic, error, words):
    with pytest.raises(error, match=words):
        audit((IMAGES, LABELS), synthetic)


def test_other_errors_teach():
    with pytest.raises(ValueError, match="Every pixel of train has the same value"):
        prepare(np.full((20, 8, 8), 7), IMAGES[:, :, :6].repeat(2, axis=2)[:, :, :8])
    with pytest.raises(ValueError, match="train has no labels"):
        prepare(IMAGES, (IMAGES, LABELS))
    with pytest.raises(ValueError, match="spatial_dims must be 2 for images or 3 for volumes, got 4"):
        audit(IMAGES, IMAGES, spatial_dims=4)
    with pytest.raises(
        ValueError,
        match=r"protected='sex' names attributes, and train has none: give train as \(images, labels, attributes",
    ):
        audit(IMAGES, IMAGES, protected=["sex"])
    with pytest.raises(ValueError, match="thresholds has no 'fidelity.kit': did you mean 'fidelity.kid'"):
        audit(IMAGES, IMAGES, thresholds={"fidelity.kit": 0.1})
    with pytest.raises(TypeError, match="got a list of 20 that begins with ndarray. Stack single images"):
        audit(list(IMAGES), IMAGES)


def test_an_axis_of_channels_and_the_type_of_labels_change_nothing():
    plain = prepare((IMAGES, LABELS), (IMAGES, LABELS.astype(float)))
    other = prepare((IMAGES[..., None], LABELS[:, None]), (IMAGES.astype("float32"), LABELS.astype(str)))
    assert plain.train.shape == other.train.shape == (20, 8, 6, 1)
    assert plain.classes == other.classes == ("0", "1")
    assert (plain.labels["synthetic"] == other.labels["synthetic"]).all()
    assert plain.form == other.form


def test_pixels_are_on_the_scale_of_train():
    images = RNG.normal([5, -2, 100], [1, 3, 10], (50, 8, 8, 3))
    data = prepare(images, images)
    pixels = data.pixels("train", np.arange(50), 64)
    assert np.allclose(pixels.mean(axis=(0, 1, 2)), 0, atol=1e-4)
    assert np.allclose(pixels.std(axis=(0, 1, 2)), 1, atol=1e-4)


def test_large_images_are_averaged_down():
    images = RNG.normal(size=(2, 9, 70, 3))
    small = averaged(images, 32)
    assert small.shape == (2, 9, 23, 3)
    assert np.allclose(small[0, 4, 5], images[0, 4, 15:18].mean(axis=0))


def test_notes_tell_of_images_of_one_value_and_of_missing_labels():
    blank = IMAGES.copy()
    blank[:4] = 9
    notes = prepare((IMAGES, LABELS), blank).notes
    assert notes[0] == "4 of 20 images of synthetic have one value in all pixels."
    assert "none for synthetic" in notes[1]


def test_fingerprints_are_those_of_the_contents():
    data = prepare((IMAGES, LABELS), (IMAGES, LABELS[::-1].copy()))
    assert data.fingerprint("train") != data.fingerprint("synthetic")
    assert data.fingerprint("train") == prepare((IMAGES.copy(), list(LABELS)), IMAGES).fingerprint("train")
