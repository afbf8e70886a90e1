"""Labels from a table: which column names the files, which holds the labels, what is told where neither is clear."""

import pandas as pd
import polars as pl
import pytest

from augment import files
from augment.pictures.labels import from_table

NAMES = ["cat/1.png", "cat/2.png", "dog/3.png"]


@pytest.mark.parametrize("column", [["2.png", "3.png"], ["2", "3"], ["cat/2.png", "dog/3.png"], ["cat/2", "dog/3"]])
def test_files_are_named_with_and_without_folder_and_ending(column):
    frame = pd.DataFrame({"kind": ["x", "y"], "id": column})
    names, labels = from_table(frame, NAMES, "pictures")
    assert (names, labels.tolist()) == (["cat/2.png", "dog/3.png"], ["x", "y"])


def test_labels_that_are_names_of_files_too_are_labels():
    frame = pd.DataFrame({"label": [i % 3 for i in range(9)], "file": [f"{i}.png" for i in range(9)]})
    names, labels = from_table(frame, [f"{i}.png" for i in range(9)], "pictures")
    assert names == frame["file"].tolist() and labels.tolist() == frame["label"].tolist()


@pytest.mark.parametrize("labels", [[3, 1], ["b", "a"], [True, False]])
def test_a_file_gives_labels_in_its_own_order_and_type(tmp_path, labels):
    files.write(pd.DataFrame({"file": ["3.png", "1.png"], "label": labels, "other": [0.5, 1.5]}), tmp_path / "l.csv")
    names, read = from_table(tmp_path / "l.csv", NAMES, "pictures")
    assert (names, read.tolist()) == (["dog/3.png", "cat/1.png"], labels)


def test_a_polars_frame():
    _, labels = from_table(pl.DataFrame({"file": ["3.png", "1.png"], "label": ["b", "a"]}), NAMES, "pictures")
    assert (labels.tolist(), labels.dtype.kind) == (["b", "a"], "U")


def test_a_name_that_is_several_pictures_is_none():
    frame = pd.DataFrame({"file": ["a/1.png", "1.png"], "label": [0, 1]})
    with pytest.raises(ValueError, match="names 1.png in column 'file', but pictures has no or several such files"):
        from_table(frame, ["a/1.png", "b/1.png"], "pictures")


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        ({"file": ["1.png", "9.png"], "label": [0, 1]}, "names 9.png"),
        ({"file": ["1.png", "cat/1.png"], "label": [0, 1]}, "names cat/1.png twice"),
        ({"file": ["1.png", "2.png"], "label": ["a", None]}, "has no 'label' for cat/2.png"),
        ({"file": ["1.png"], "size": [1], "age": [2]}, "it has size, age"),
        ({"file": ["1.png"]}, "it has no other"),
        ({"name": ["x"], "label": [0]}, r"No column of labels \(name, label\) names pictures of pictures, such as"),
    ],
)
def test_what_is_not_clear_is_told(frame, words):
    with pytest.raises(ValueError, match=words):
        from_table(pd.DataFrame(frame), NAMES, "pictures")
