"""`.npz` files: which arrays are pictures and labels under the usual names, and a sentence where it is unclear."""

import numpy as np
import pytest

from augment import read_images

X, Y = np.arange(3 * 8 * 6, dtype="uint8").reshape(3, 8, 6), np.array([2, 0, 1])
OTHER = X[:2] + 1


def saved(tmp_path, arrays):
    np.savez(tmp_path / "a.npz", **arrays)
    return tmp_path / "a.npz"


@pytest.mark.parametrize(
    ("image", "label"),
    [
        ("X", "y"),
        ("x_train", "y_train"),
        ("train_images", "train_labels"),
        ("images", "labels"),
        ("data", "target"),
        ("arr_0", "arr_1"),
        ("voxels", "kinds"),
    ],
)
def test_usual_names(tmp_path, image, label):
    read, y, names = read_images(saved(tmp_path, {label: Y[:, None], image: X}))
    assert np.array_equal(read, X)
    assert y.tolist() == Y.tolist()
    assert names[2] == f"{image}[2]"
    assert read_images(saved(tmp_path, {image: X}))[1] is None


def test_parts(tmp_path):
    path = saved(tmp_path, {"x_train": X, "y_train": Y, "x_test": OTHER, "y_test": Y[:2]})
    assert np.array_equal(read_images(path)[0], X)
    read, y, names = read_images(path, part="test")
    assert np.array_equal(read, OTHER)
    assert (y.tolist(), names) == ([2, 0], ["x_test[0]", "x_test[1]"])


def test_floats_and_volumes_come_as_they_are(tmp_path):
    volumes = np.linspace(0, 1, 2 * 4**3).reshape(2, 4, 4, 4)
    read, _, _ = read_images(saved(tmp_path, {"X": volumes}))
    assert read.dtype == "float64"
    assert np.array_equal(read, volumes)


@pytest.mark.parametrize(
    ("arrays", "options", "words"),
    [
        ({"X": X, "images": X}, {}, r"has to have one array of pictures .*X \(3, 8, 6\), images"),
        ({"X": X, "x_test": X}, {}, "has to have one array of pictures"),
        ({"x_train": X}, {"part": "test"}, "one array of pictures of part='test'"),
        ({"x_test": X, "x_val": X}, {}, "no part to train on: give part= one of test, val"),
        ({"one": X, "two": X}, {}, "not clear which array"),
        ({"rows": Y}, {}, "not clear which array"),
        ({"X": Y}, {}, r"X of shape \(3,\)"),
        ({"X": X.astype(str)}, {}, "type <U"),
        ({"X": X, "y": Y[:2]}, {}, r"3 pictures in X, but y has the shape \(2,\)"),
        ({"X": X, "y": Y, "labels": Y}, {}, "at most one of labels"),
        ({"X": X.astype(object)}, {}, "Python objects"),
        ({"X": X}, {"labels": "l.csv"}, "labels= is for folders"),
    ],
)
def test_what_is_not_clear_is_told(tmp_path, arrays, options, words):
    with pytest.raises(ValueError, match=words):
        read_images(saved(tmp_path, arrays), **options)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04junk", b"text"])
def test_damaged_archives(tmp_path, content):
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(ValueError, match="is not a whole .npz file"):
        read_images(tmp_path / "a.npz")


def test_a_file_cut_short_or_with_a_wrong_byte(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", X=np.random.default_rng(0).integers(0, 256, (9, 8, 8), "uint8"))
    whole = (tmp_path / "a.npz").read_bytes()
    wrong = bytearray(whole)
    wrong[300] ^= 255
    for content in (whole[:400], bytes(wrong)):
        (tmp_path / "a.npz").write_bytes(content)
        with pytest.raises(ValueError, match="is not a whole .npz file"):
            read_images(tmp_path / "a.npz")
