"""What is written reads back to the pixel, is there whole or not at all, and takes nothing from anyone."""

import json
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from augment import read_images, write_images
from augment.pictures import writing

RNG = np.random.default_rng(0)
X = RNG.integers(0, 256, (12, 8, 6), "uint8")
Y = np.arange(12) % 3

shapes = st.tuples(st.integers(1, 12), st.integers(1, 9), st.integers(1, 9)).flatmap(
    lambda shape: st.sampled_from([shape, (*shape, 1), (*shape, 3), (*shape, 4)])
)


@settings(max_examples=50)
@given(st.sampled_from(["uint8", "uint16"]).flatmap(lambda dtype: arrays.arrays(dtype, shapes)), st.booleans())
def test_pixels_and_labels_come_back(tmp_path_factory, images, labelled):
    folder = tmp_path_factory.mktemp("x") / "pictures"
    y = np.arange(len(images)) % 3 if labelled else None
    names = write_images(images, folder, y)
    read, labels, found = read_images(folder)
    order = [names.index(name) for name in found]
    expected = images[..., 0] if images.ndim == 4 and images.shape[3] == 1 else images
    assert read.dtype == images.dtype
    assert np.array_equal(read, expected[order])
    assert labels is None if y is None else np.array_equal(labels, y[order])


def test_names_are_numbers_of_one_width_below_their_label(tmp_path):
    names = write_images(X, tmp_path / "a", [f"kind {label}" for label in Y])
    assert names[1] == "kind 1/01.png"
    assert sorted(os.listdir(tmp_path / "a")) == ["kind 0", "kind 1", "kind 2", "synthetic.json"]


@pytest.mark.parametrize("n_channels", [1, 3])
def test_jpeg(tmp_path, n_channels):
    smooth = np.broadcast_to(np.linspace(0, 255, 64).astype("uint8")[None, :, None, None], (2, 64, 64, n_channels))
    assert write_images(smooth, tmp_path / "a", kind="jpeg") == ["0.jpg", "1.jpg"]
    read, _, _ = read_images(tmp_path / "a")
    assert abs(read.astype(int) - (smooth[..., 0] if n_channels == 1 else smooth)).max() < 8


@pytest.mark.parametrize("y", [None, Y, [str(label) for label in Y]])
@pytest.mark.parametrize("images", [X, X / 255, RNG.random((12, 4, 4, 4, 2), "float32")])
def test_an_archive_keeps_everything(tmp_path, images, y):
    names = write_images(images, tmp_path / "a.npz", y, seed=3)
    read, labels, found = read_images(tmp_path / "a.npz")
    assert (found, read.dtype) == (names, images.dtype)
    assert np.array_equal(read, images)
    assert labels is None if y is None else labels.tolist() == list(y)
    note = json.loads((tmp_path / "a.npz.synthetic.json").read_text())
    assert (note["seed"], note["digitalSourceType"].rsplit("/")[-1]) == (3, "trainedAlgorithmicMedia")


def test_the_manifest_lists_every_file_and_its_parents(tmp_path):
    parents = [[f"real/{i}.png"] if i % 2 else i for i in range(12)]
    names = write_images(X, tmp_path / "a", Y, source="varied", parents=parents, seed=np.int64(5))
    manifest = json.loads((tmp_path / "a" / "synthetic.json").read_text())
    assert list(manifest["files"]) == names
    assert [manifest["files"][name]["parents"] for name in names[:2]] == [[0], ["real/1.png"]]
    assert manifest["digitalSourceType"].endswith("/compositeWithTrainedAlgorithmicMedia")
    assert manifest["seed"] == 5


def test_its_own_folder_is_replaced_and_no_other(tmp_path):
    folder = tmp_path / "a"
    folder.mkdir()
    write_images(X, folder, Y)  # an empty one is taken
    write_images(X[:2], folder)
    assert sorted(os.listdir(folder)) == ["0.png", "1.png", "synthetic.json"]
    (folder / "mine.txt").write_text("kept")
    with pytest.raises(ValueError, match="already holds files"):
        write_images(X, folder, Y)
    assert sorted(os.listdir(folder)) == ["0.png", "1.png", "mine.txt", "synthetic.json"]
    assert os.listdir(tmp_path) == ["a"]


def test_real_pictures_are_not_marked_and_not_replaced(tmp_path):
    write_images(X, tmp_path / "real", source=None)
    assert "synthetic.json" not in os.listdir(tmp_path / "real")
    with pytest.raises(ValueError, match="already holds files"):
        write_images(X, tmp_path / "real", source=None)


def test_a_write_that_fails_leaves_the_old_folder_alone(tmp_path, monkeypatch):
    write_images(X[:3], tmp_path / "a")
    made = []

    def fails(image):
        if len(made) == 5:
            raise OSError("no space left")
        made.append(image)
        return b""

    monkeypatch.setattr(writing.png, "encode", fails)
    with pytest.raises(OSError, match="no space left"):
        write_images(X, tmp_path / "a", source="generated")
    monkeypatch.undo()
    assert os.listdir(tmp_path) == ["a"]
    assert np.array_equal(read_images(tmp_path / "a")[0], X[:3])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"kind": "gif"}, "kind must be"),
        ({"X": X / 255}, "Picture files hold uint8 or uint16; X is float64"),
        ({"X": X[0]}, "X must be numbers"),
        ({"X": X[:0]}, "X must be numbers"),
        ({"X": np.zeros((2, 8, 8, 5), "uint8")}, r"has shape \(2, 8, 8, 5\).*augment.meshes"),
        ({"X": X.astype("uint16"), "kind": "jpeg"}, "JPEG files are grey or RGB of uint8"),
        ({"y": Y[:3]}, "one label for each of the 12"),
        ({"y": ["../up"] * 12}, r"label '../up' cannot be the name of a folder"),
        ({"y": [""] * 12}, "cannot be the name"),
        ({"y": [".."] * 12}, "cannot be the name"),
        ({"source": "painted"}, "source must be one of 'generated', 'varied', 'procedural' or None"),
        ({"parents": range(12)}, "give source='varied'"),
        ({"parents": range(3), "source": "varied"}, "parents must hold a .* for each of 12 rows; got 3"),
        ({"seed": "x"}, "seed must be an integer"),
        ({"path": "none/a"}, "Cannot make the folder .*no such"),
        ({"path": "file"}, "it is a file"),
        ({"path": "a.npz", "y": Y[:3]}, "one label for each of the 12"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_written(tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("kept")
    with pytest.raises((ValueError, TypeError, OSError), match=words):
        write_images(**{"X": X, "path": "a", **arguments})
    assert os.listdir(tmp_path) == ["file"]
