"""Folders of pictures: labels, forms that go together, files that do not, what is told of them."""

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from augment import read_images
from augment.pictures import png, reading

RNG = np.random.default_rng(0)


def save(path, image):
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_bytes(png.encode(image))
    return image


def noise(*shape, dtype="uint8"):
    return RNG.integers(0, np.iinfo(dtype).max, shape, dtype)


def test_a_flat_folder_has_no_labels(tmp_path):
    images = [save(tmp_path / f"{name}.png", noise(8, 6)) for name in "ba"]
    (tmp_path / ".hidden.png").write_bytes(b"junk")
    (tmp_path / "notes.txt").write_text("not a picture")
    X, y, names = read_images(str(tmp_path))
    assert (names, y) == (["a.png", "b.png"], None)
    assert np.array_equal(X, images[::-1])


@pytest.mark.parametrize(
    ("folders", "labels"), [(("10", "9"), [10, 9]), (("cat", "dog"), ["cat", "dog"]), (("01", "1"), ["01", "1"])]
)
def test_subfolders_are_labels(tmp_path, folders, labels):
    for folder in folders:
        save(tmp_path / folder / "deeper" / "x.PNG", noise(8, 8))
    _, y, names = read_images(tmp_path)
    assert y.tolist() == labels
    assert names == [f"{folder}/deeper/x.PNG" for folder in folders]


def test_pictures_in_and_beside_subfolders_are_ambiguous(tmp_path):
    save(tmp_path / "cat" / "a.png", noise(8, 8))
    save(tmp_path / "b.png", noise(8, 8))
    with pytest.raises(ValueError, match=r"\(cat/a.png\) and beside them \(b.png\)"):
        read_images(tmp_path)


def test_colours_and_alpha_are_filled_up(tmp_path):
    grey, rgb, rgba = noise(4, 4), noise(4, 4, 3), noise(4, 4, 4)
    for name, image in zip("abc", (grey, rgb, rgba), strict=True):
        save(tmp_path / f"{name}.png", image)
    X, _, _ = read_images(tmp_path)
    assert X.shape == (3, 4, 4, 4)
    assert np.array_equal(X[0, ..., :3], np.repeat(grey[..., None], 3, axis=2))
    assert np.array_equal(X[1, ..., :3], rgb)
    assert (X[:2, ..., 3] == 255).all()
    assert np.array_equal(X[2], rgba)


@pytest.mark.parametrize("shape", [(8, 6), (8, 6, 3), (8, 6, 4)])
def test_sixteen_bits(tmp_path, shape):
    image = save(tmp_path / "a.png", noise(*shape, dtype="uint16"))
    X, _, _ = read_images(tmp_path)
    assert X.dtype == "uint16"
    assert np.array_equal(X[0], image)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (noise(9, 7), r"a.png has 8 x 7 pixels .*b.png has 9 x 7 pixels"),
        (noise(8, 7, dtype="uint16"), r"a.png has .* of 8 bits, and b.png has .* of 16 bits"),
    ],
)
@pytest.mark.parametrize("on_error", ["raise", "skip"])
def test_forms_that_do_not_go_together_are_named(tmp_path, other, words, on_error):
    save(tmp_path / "a.png", noise(8, 7))
    save(tmp_path / "b.png", other)
    with pytest.raises(ValueError, match=words):
        read_images(tmp_path, on_error=on_error)


@pytest.fixture
def damaged(tmp_path):
    """A whole picture, one cut short, one with a wrong byte among the pixels, and a file that is none."""
    for name in ("cat/whole.png", "dog/cut.png", "dog/wrong.png"):
        save(tmp_path / name, noise(32, 32))
    content = (tmp_path / "dog" / "cut.png").read_bytes()
    (tmp_path / "dog" / "cut.png").write_bytes(content[:300])
    content = bytearray((tmp_path / "dog" / "wrong.png").read_bytes())
    content[200] ^= 255
    (tmp_path / "dog" / "wrong.png").write_bytes(content)
    (tmp_path / "dog" / "none.jpg").write_text("<html>")
    return tmp_path


def test_a_damaged_file_is_named(damaged):
    with pytest.raises(
        ValueError, match=r"Cannot read .*none.jpg: it is no PNG or JPEG file.*on_error='skip' .--skip-damaged"
    ):
        read_images(damaged)
    (damaged / "dog" / "none.jpg").unlink()
    with pytest.raises(ValueError, match="Cannot read .*cut.png"):
        read_images(damaged)


def test_damaged_files_are_left_out_if_asked(damaged):
    with pytest.warns(UserWarning, match=r"3 files of .* were left out: .*none.jpg.*cut.png.*wrong.png") as caught:
        X, y, names = read_images(damaged, on_error="skip")
    assert len(caught) == 1
    assert (len(X), y.tolist(), names) == (1, ["cat"], ["cat/whole.png"])
    assert caught[0].filename == __file__


def test_labels_of_a_table_go_with_what_is_left(damaged, tmp_path):
    frame = pd.DataFrame({"file": ["none.jpg", "whole.png", "cut.png"], "label": [5, 6, 7]})
    with pytest.warns(UserWarning, match="2 files"):
        _, y, names = read_images(damaged, labels=frame, on_error="skip")
    assert (y.tolist(), names) == ([6], ["cat/whole.png"])


def test_nothing_to_read(tmp_path):
    with pytest.raises(ValueError, match="holds no pictures"):
        read_images(tmp_path)
    Image.new("L", (8, 8)).save(tmp_path / "a.gif")
    with pytest.raises(ValueError, match="ending in .gif"):
        read_images(tmp_path)
    (tmp_path / "b.png").write_bytes(b"junk")
    with pytest.raises(ValueError, match="None of the pictures"):
        read_images(tmp_path, on_error="skip")


def test_more_than_the_memory_holds_is_refused_by_the_headers(tmp_path, monkeypatch):
    save(tmp_path / "a.png", noise(8, 8))
    monkeypatch.setattr(reading.os, "sysconf", lambda name: 10)
    with pytest.raises(ValueError, match="1 pictures of .* have 8 x 8 pixels .* GB of memory"):
        read_images(tmp_path)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"on_error": "ignore"}, "on_error must be"),
        ({"part": "all"}, "part must be"),
        ({"part": "train"}, "part= is for .npz"),
        ({"path": "none"}, "no folder or file none"),
        ({"path": "a.png"}, "Expected a folder"),
    ],
)
def test_wrong_arguments(tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    save(tmp_path / "a.png", noise(8, 8))
    with pytest.raises((ValueError, FileNotFoundError), match=words):
        read_images(**{"path": tmp_path, **arguments})
