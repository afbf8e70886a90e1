"""Images come back as they went in, and what is no image is refused in words that help."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from augment.codecs.image import ImageCodec, read_images
from augment.codecs.labels import read_labels

FORMS = [((5, 6), 2), ((8, 8, 3), 2), ((9, 14, 1), 2), ((30, 20), 2), ((4, 5, 6), 3), ((8, 9, 4, 2), 3)]
DTYPES = ["uint8", "uint16", "int32", "int64", "float32", "float64", "bool"]


def pixels(shape, dtype, n=7):
    values = np.random.default_rng(0).integers(0, 200, (n, *shape))
    return (values > 99) if dtype == "bool" else values.astype(dtype)


@pytest.mark.parametrize("shape, sides", FORMS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_images_and_labels_come_back(shape, sides, dtype):
    images, labels = pixels(shape, dtype), np.array(["b", "a", "b", "c", "a", "a", "b"])
    codec = ImageCodec(spatial_dims=sides).fit((images, labels))
    arrays = codec.encode((images, labels))
    assert arrays.dtype == np.float32 and arrays.shape == (7, codec.layout.width)
    assert np.abs(arrays).max() <= 1
    back, labels_back = codec.decode(arrays)
    assert back.dtype == images.dtype and back.shape == images.shape
    assert np.allclose(back, images, atol=1e-4)
    assert labels_back.tolist() == labels.tolist() and labels_back.dtype == labels.dtype
    assert codec.layout.proportions == pytest.approx([3 / 7, 3 / 7, 1 / 7])
    assert all(side % (2 * codec.layout.patch) == 0 for side in codec.layout.shape[:-1])


@pytest.mark.parametrize(
    ("scale", "offset", "dtype"),
    [(1, 1e9, "float64"), (1e-50, 0, "float64"), (1e50, 0, "float64"), (99, 2**40, "int64")],
)
def test_differences_that_float32_cannot_tell_come_back(scale, offset, dtype):
    images = (np.random.default_rng(0).random((5, 6, 6)) * scale + offset).astype(dtype)
    codec = ImageCodec().fit((images, None))
    arrays = codec.encode((images, None))
    assert arrays.dtype == np.float32 and arrays.min() == -1 and arrays.max() == 1
    assert np.abs(codec.decode(arrays)[0] - images).max() < 1e-6 * scale


@given(hnp.arrays("uint8", st.tuples(st.integers(1, 4), st.integers(1, 40), st.integers(1, 40))))
def test_any_bytes_come_back(images):
    codec = ImageCodec().fit((images, None))
    assert np.array_equal(codec.decode(codec.encode((images, None)))[0], images)


def test_what_a_model_makes_beyond_the_range_is_cut_off_channel_by_channel():
    images = np.stack([np.full((6, 6), 100), np.arange(36).reshape(6, 6)], axis=-1)[None].astype("uint8")
    codec = ImageCodec().fit((images, None))
    wild = np.random.default_rng(0).normal(scale=5, size=(50, codec.layout.width)).astype("float32")
    made, _ = codec.decode(wild)
    assert (made[..., 0] == 100).all()  # constant
    assert made[..., 1].min() == 0 and made[..., 1].max() == 35


def test_it_is_plain_json():
    images, labels = pixels((5, 7, 2), "uint16"), np.array([3, 1, 1, 2, 3, 3, 1])
    codec = ImageCodec().fit((images, labels))
    again = ImageCodec.from_dict(json.loads(json.dumps(codec.to_dict())))
    arrays = again.encode((images, labels))
    assert again.layout == codec.layout and np.array_equal(arrays, codec.encode((images, labels)))
    assert np.array_equal(again.decode(arrays)[0], images) and again.decode(arrays)[1].dtype == labels.dtype


@pytest.mark.parametrize(
    ("values", "dtype", "binary"),
    [([0, 1], "bool", True), ([0, 255], "uint8", True), ([0.25, 3.5], "float64", True), ([0, 1, 2], "uint8", False)],
)
def test_pixels_of_two_values_are_known_as_such(values, dtype, binary):
    rng = np.random.default_rng(0)
    images = np.stack([rng.choice(values, (4, 5, 6)), np.full((4, 5, 6), 1)], axis=-1).astype(dtype)
    codec = ImageCodec().fit((images, None))
    assert codec.layout.binary is binary
    assert ImageCodec.from_dict(json.loads(json.dumps(codec.to_dict()))).layout == codec.layout
    assert (np.abs(codec.encode((images, None))) == 1).all() == binary


def test_filling_up_repeats_the_edge():
    images = np.arange(2 * 5 * 5, dtype="float64").reshape(2, 5, 5)
    codec = ImageCodec().fit((images, None))
    whole = codec.encode((images, None)).reshape(2, *codec.layout.shape)[..., 0]
    assert whole.shape == (2, 6, 6) and np.array_equal(whole[:, 5, :5], whole[:, 4, :5])


@pytest.mark.parametrize(
    "images, sides, words",
    [
        (np.zeros((3, 10_000, 10_000), "uint8"), 2, "10000 x 10000 pixels are too large.* 128 .*400.0 MB.*1,024.0 GB"),
        (np.full((3, 8, 8), np.nan), 2, "NaN or infinite pixels"),
        (np.zeros((3, 8)), 2, r"\(n, height, width\[, channels\]\); got float64 of shape \(3, 8\)"),
        (np.zeros((3, 8, 8, 8, 1)), 2, "spatial_dims=3"),
        (np.zeros((3, 0, 8)), 2, "at least one pixel"),
        (np.zeros((3, 8, 8, 90)), 2, "the last axis the channels, 64 at most"),
        (np.array([["a"]]), 2, "array of numbers"),
        ([np.zeros((8, 8)), np.zeros((8, 9))], 2, "of one size"),
        (np.zeros((2, 200, 8, 8)), 3, "at most 128"),
    ],
)
def test_what_is_no_set_of_images_is_refused(images, sides, words):
    with pytest.raises(ValueError, match=words):
        read_images(images, sides)


@pytest.mark.parametrize(
    "labels, words",
    [
        ([1, 2], "one label for each of the 3 images"),
        ([1.0, np.nan, 2.0], "none of them missing"),
        ([1.5, 2, 3], "Labels are classes"),
        (["a", None, "b"], "got NoneType, str"),
        ([[1, 2], [1, 2], [1, 2]], "one label for each"),
        (np.array(["2020-01-01"] * 3, "datetime64[D]"), "numbers, booleans or strings"),
    ],
)
def test_what_is_no_label_is_refused(labels, words):
    with pytest.raises(ValueError, match=words):
        read_labels(labels, 3)


@pytest.mark.parametrize("labels", [[2, 1, 2], [True, False, True], ["b", "a", "b"], [np.int64(2), np.int64(1), 2]])
def test_labels_among_other_objects_are_what_they_are(labels):
    read = read_labels(np.array(labels, object), 3)
    assert read.dtype.kind in "biU" and read.tolist() == labels
    with pytest.raises(ValueError, match="all of one kind"):
        read_labels(np.array([*labels[:2], 0.5], object), 3)


def test_an_unknown_label_is_named():
    codec = ImageCodec().fit((pixels((4, 4), "uint8", 3), np.array(["cat", "dog", "cat"])))
    with pytest.raises(ValueError, match="Unknown label 'cow'; the labels are 'cat', 'dog'"):
        codec.one_hots(np.array(["cow"]), 1)


def test_tokens_are_refused():
    with pytest.raises(ValueError, match="'vectors'"):
        ImageCodec("tokens")
