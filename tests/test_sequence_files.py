"""Sequences in files: what is written is read again, and what is wrong with a file is named."""

import json

import numpy as np
import pandas as pd
import pytest

from augment import files
from augment._sequence_files import check_place, read, write
from augment.verification import verify


@pytest.mark.parametrize(
    ("name", "kind", "X", "y"),
    [
        ("a.txt", "text", ["one", "  two é👩", "3"], None),
        ("a.csv", "text", pd.Series(["one", "two\nlines", "NA"], name="said"), pd.Series(["x", "y", "x"], name="by")),
        ("a.parquet", "text", ["one", "two"], [1, 2]),
        ("a.smi", "molecules", ["CCO", "C"], None),
        ("a.csv", "molecules", ["CCO", "C"], None),
        ("a.npz", "series", np.arange(24.0).reshape(2, 4, 3), np.array(["a", "b"])),
        ("a.npz", "series", [np.ones((2, 3)), np.zeros((0, 3)), np.full((4, 3), np.nan)], None),
        ("a.npy", "series", np.arange(8).reshape(2, 4), None),
    ],
)
def test_what_is_written_is_read_again(tmp_path, name, kind, X, y):
    write(tmp_path / name, kind, X, y, seed=3)
    labels = None if y is None else getattr(y, "name", None) or "label"
    is_table = name.endswith(files.ENDINGS)
    column = getattr(X, "name", None) or {"text": "text", "molecules": None}.get(kind)
    again, y_again = read(tmp_path / name, kind, column if is_table else None, labels if is_table else None)
    assert len(again) == len(X) and type(again) is (pd.Series if is_table else type(X))
    for old, new in zip(X, again, strict=True):
        np.testing.assert_array_equal(new, old)
    assert (y is None and y_again is None) or list(y_again) == list(y)
    note = json.loads((tmp_path / f"{name}.synthetic.json").read_text())
    assert note["seed"] == 3 and note["digitalSourceType"].endswith("trainedAlgorithmicMedia")
    assert verify(tmp_path / name)["ok"] and verify(tmp_path)["ok"]


def test_lines_are_read_as_they_are(tmp_path):
    (tmp_path / "a.txt").write_bytes("\ufeffone\r\n\r\n two \n".encode())
    assert read(tmp_path / "a.txt", "text") == (["one", " two "], None)
    (tmp_path / "a.smi").write_text("CCO ethanol\n\nC\tmethane\n")
    assert read(tmp_path / "a.smi", "molecules") == (["CCO", "C"], None)


@pytest.mark.parametrize(
    ("name", "content", "arguments", "message"),
    [
        ("a.txt", "é".encode("latin1"), ("text",), "a.txt is not text in UTF-8: byte 0"),
        ("a.txt", b"a", ("text", None, "sex"), "a.txt has only lines: give a table"),
        ("a.csv", b"n,m\n1,a\n", ("text",), "--text names the column of .*a.csv that is learned; it has n, m"),
        ("a.csv", b"n,m\n1,a\n", ("text", "x"), "has no column 'x'; it has n, m"),
        ("a.csv", b"n,m\n1,a\n", ("text", "n"), "The column 'n' of .* holds int64, no text"),
        ("a.csv", b"n,m\n1,a\n", ("text", "m", "y"), "has no column 'y'"),
        ("a.npz", b"PK", ("series",), "a.npz is no whole file of arrays"),
        ("a.md", b"a", ("text",), "names no kind of table"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(tmp_path, name, content, arguments, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read(tmp_path / name, *arguments)


def test_arrays_that_do_not_fit_are_named(tmp_path):
    np.savez(tmp_path / "a.npz", X=np.ones((5, 2)), lengths=[2, 2])
    with pytest.raises(ValueError, match="has 5 steps in X, which are not the sum of its lengths"):
        read(tmp_path / "a.npz", "series")
    np.savez(tmp_path / "a.npz", Z=np.ones((5, 2)))
    with pytest.raises(ValueError, match=r"has to have an array X, series \(n, time, features\); it has Z"):
        read(tmp_path / "a.npz", "series")
    np.save(tmp_path / "a.npy", np.array([{}]), allow_pickle=True)
    with pytest.raises(ValueError, match="is no whole file of arrays of numbers"):
        read(tmp_path / "a.npy", "series")
    with pytest.raises(FileNotFoundError, match="There is no file"):
        read(tmp_path / "b.npz", "series")


def test_a_file_that_cannot_hold_them_is_refused(tmp_path):
    with pytest.raises(ValueError, match="some have several lines: write a table"):
        write(tmp_path / "a.txt", "text", ["a\nb"])
    with pytest.raises(ValueError, match="a.txt has no place for labels"):
        write(tmp_path / "a.txt", "text", ["a"], ["x"])
    with pytest.raises(ValueError, match="these series differ in length: write a .npz file"):
        write(tmp_path / "a.npy", "series", [np.ones((2, 1)), np.ones((3, 1))])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("path", "kind", "framed", "message"),
    [
        ("a.md", "text", False, r"'text' are written to a .txt file or a table \(.csv, .*Received: a.md"),
        ("a.txt", "molecules", False, "to a .smi file or a table"),
        ("a.csv", "series", False, "to a .npz or .npy file. Received: a.csv"),
        ("a.npz", "events", True, "to a table"),
        ("a.csv", "music", False, "to a folder, or one piece to a .mid file"),
    ],
)
def test_places_of_another_kind_are_refused(path, kind, framed, message):
    with pytest.raises(ValueError, match=message):
        check_place(path, kind, framed)
    check_place(
        {"text": "a.parquet", "molecules": "a.smi", "series": "a.npy", "music": "out"}.get(kind, "a.csv"), kind, framed
    )
