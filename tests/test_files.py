"""Reading and writing tables: types are found, nothing is lost, half a file is never left."""

import datetime
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment import files


def read_text(folder, text, name="table.csv"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return files.read(path)


@pytest.mark.parametrize(
    ("cells", "dtype", "values"),
    [
        (["1", "-2", "30"], "int64", [1, -2, 30]),
        (["1", "", "3"], "Int64", [1, None, 3]),
        (["007", "12", "3"], "text", ["007", "12", "3"]),
        (["00", "1", "2"], "text", ["00", "1", "2"]),
        (["+39", "44", "1"], "text", ["+39", "44", "1"]),
        (["9223372036854775807", "1", "2"], "int64", [2**63 - 1, 1, 2]),
        (["18446744073709551615", "1", "2"], "uint64", [2**64 - 1, 1, 2]),
        (["18446744073709551616", "1", "2"], "text", ["18446744073709551616", "1", "2"]),
        (["1", "2.5", ""], "float64", [1.0, 2.5, None]),
        (["1e3", ".5", "-inf"], "float64", [1000.0, 0.5, -np.inf]),
        (["01.5", "2", "3"], "text", ["01.5", "2", "3"]),
        (["True", "False", "True"], "bool", [True, False, True]),
        (["true", "", "false"], "boolean", [True, None, False]),
        (["True", "false", "True"], "text", ["True", "false", "True"]),
        (["", "NA", "NULL"], "float64", [None, None, None]),
        (["a", "", '"NA"'], "text", ["a", None, "NA"]),
        (["None", "a", "b"], "text", ["None", "a", "b"]),
        (["1", '"NA"', "3"], "Int64", [1, None, 3]),
    ],
)
def test_a_column_gets_the_narrowest_type_that_keeps_its_text(tmp_path, cells, dtype, values):
    column = read_text(tmp_path, "a,b\n" + "".join(f"{cell},x\n" for cell in cells))["a"]
    expected = pd.Series(["text"]).dtype if dtype == "text" else pd.api.types.pandas_dtype(dtype)
    assert column.dtype == expected
    assert [None if pd.isna(value) else value for value in column] == values


@pytest.mark.parametrize(
    ("cells", "dtype", "first"),
    [
        (["2024-02-29", "", "1066-10-14"], "datetime64[us]", "2024-02-29"),
        (["2024-02-29 10:00", "2024-02-29 10:01"], "datetime64[us]", "2024-02-29 10:00"),
        (["2024-02-29T10:00:01", "2024-02-29T10:00:02"], "datetime64[us]", "2024-02-29 10:00:01"),
        (["2024-02-29T10:00:01.123456789", "2024-02-29T10:00:02.0"], "datetime64[ns]", "2024-02-29 10:00:01.123456789"),
        (["2024-02-29T10:00:01Z", "2024-02-29T10:00:02Z"], "datetime64[us, UTC]", "2024-02-29 10:00:01+00:00"),
        (["2024-02-29 10:00:01+01:00"], "datetime64[us, UTC+01:00]", "2024-02-29 10:00:01+01:00"),
        (
            ["2024-02-29 10:00:01+01:00", "2024-07-01 10:00:01+02:00"],
            "datetime64[us, UTC]",
            "2024-02-29 09:00:01+00:00",
        ),
    ],
)
def test_iso_dates_are_dates(tmp_path, cells, dtype, first):
    column = read_text(tmp_path, "a,b\n" + "".join(f"{cell},x\n" for cell in cells))["a"]
    assert str(column.dtype) == dtype
    assert column[0] == pd.Timestamp(first)


@pytest.mark.parametrize(
    "cells",
    [
        ["2024-02-30", "2024-01-01"],
        ["2024-02-01", "soon"],
        ["2024-02-01 10:00", "2024-02-01T10:00"],
        ["2024-02-01T10:00Z", "2024-02-01T10:00"],
        ["01/02/2024", "02/02/2024"],
    ],
)
def test_what_is_not_one_form_of_date_throughout_stays_text(tmp_path, cells):
    assert read_text(tmp_path, "a,b\n" + "".join(f"{cell},x\n" for cell in cells))["a"].tolist() == cells


@pytest.mark.parametrize(
    "text",
    [
        "zip,born,seen\n00184,1975-03-01,2024-01-02T10:00:00Z\n20121,,2024-01-02T10:00:01Z\n",
        "a,b\n1.5,2024-01-02 10:00\n,2024-01-02 10:01\n",
        "a,b\nTrue,2024-01-02T10:00:00.250+05:30\nFalse,2024-01-02T10:00:00.500+05:30\n",
        'name,"a, b"\n"x\ny",1\n"say ""hi""",2\n',
    ],
)
def test_a_csv_file_comes_back_as_it_was(tmp_path, text):
    files.write(read_text(tmp_path, text), tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_text() == text


def test_separators_marks_and_encodings(tmp_path):
    expected = pd.DataFrame({"größe": [1.5, 2.25], "b": ["ä", "日本"]})
    for text in (
        "größe,b\n1.5,ä\n2.25,日本\n",
        "größe, b\n1.5, ä\n2.25, 日本\n",
        "größe;b\r\n1,5;ä\r\n2,25;日本\r\n",
        "größe\tb\n1.5\tä\n2.25\t日本",
        "größe|b\n1.5|ä\n\n2.25|日本\n\n",
        '\ufeff"größe","b"\n"1.5","ä"\n"2.25","日本"\n',
        "größe,b\n1.5,ä\n2.25,日本\n".encode("utf-16"),
    ):
        pd.testing.assert_frame_equal(read_text(tmp_path, text), expected)


def test_odd_headers(tmp_path):
    assert list(read_text(tmp_path, ",x\n0,a\n1,b\n")) == ["column 1", "x"]
    assert list(read_text(tmp_path, '"a\nb",x\n0,a\n')) == ["a\nb", "x"]
    assert read_text(tmp_path, "a,b\n").shape == (0, 2)
    assert read_text(tmp_path, "\na\n1\n\n3\n")["a"].tolist() == [1, pd.NA, 3]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"\n \n", "is empty"),
        ("a.csv", b"a,b\n1,2\n1,2,3\n", "row 3 has 3 cells where the header has 2"),
        ("a.csv", b"a,b\n1,2\n1\n", "row 3 has 1 cells where the header has 2"),
        ("a.csv", b"a,a\n1,2\n", "the column 'a' twice"),
        ("a.csv", b"a,b\n\xe9,1\n", "UTF-8"),
        ("a.csv", b"a,b\n" + b"1,2\n" * 30000 + b"\xe9,1\n", "UTF-8"),
        ("a.csv", b"a\0b\n", "binary"),
        ("a.csv", b"PAR1\x15\x04", "Parquet"),
        ("a.csv", b"PK\x03\x04 sheet", "Excel"),
        ("a.csv", b'{"a": 1}', "JSON"),
        ("a.csv", b"<!doctype html>", "HTML"),
        ("a.parquet", b"a,b\n1,2\n", "not a whole Parquet file"),
        ("a.arrow", b"a,b\n1,2\n", "not a whole Arrow file"),
        ("a.xlsx", b"x", ".csv, .parquet, .feather, .arrow"),
        ("noending", b"x", "has no ending"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(tmp_path, name, content, words):
    with pytest.raises(ValueError, match=words) as caught:
        read_text(tmp_path, content, name)
    assert str(caught.value).startswith(str(tmp_path / name))
    assert "\n" not in str(caught.value)


def test_a_truncated_file_is_refused(tmp_path, tiny_table):
    for name in ("whole.parquet", "whole.arrow"):
        files.write(tiny_table, tmp_path / name)
        content = (tmp_path / name).read_bytes()
        with pytest.raises(ValueError, match="not a whole"):
            read_text(tmp_path, content[: len(content) // 2], name)


def test_no_file_and_a_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no file"):
        files.read(tmp_path / "none.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(ValueError, match="is a folder"):
        files.read(tmp_path / "folder.csv")
    with pytest.raises(OSError, match="is a folder"):
        files.write(pd.DataFrame({"a": [1]}), tmp_path / "folder.csv")


@pytest.mark.parametrize("ending", ["csv", "parquet", "feather", "arrow"])
def test_every_kind_of_file_keeps_a_table(tmp_path, tiny_table, ending):
    tiny_table["count"] = pd.array([None, *range(59)], dtype="Int64")
    tiny_table["member"] = pd.array([None, *tiny_table["member"][1:]], dtype="boolean")
    files.write(tiny_table, tmp_path / f"table.{ending}")
    pd.testing.assert_frame_equal(files.read(tmp_path / f"table.{ending}"), tiny_table)


@pytest.mark.parametrize("ending", ["csv", "parquet", "arrow"])
def test_tables_of_other_libraries(tmp_path, ending):
    columns = {"n": [1, None, 3], "text": ["x", None, ""], "true": [None, True, False]}
    files.write(pl.DataFrame(columns), tmp_path / f"polars.{ending}")
    files.write(pl.DataFrame(columns).to_arrow(), tmp_path / f"arrow.{ending}")
    for name in ("polars", "arrow"):
        frame = files.read(tmp_path / f"{name}.{ending}")
        assert [str(dtype) for dtype in frame.dtypes[["n", "true"]]] == ["Int64", "boolean"]
        assert frame["text"].isna().tolist() == [False, True, False]
        assert frame["text"][2] == ""


def test_a_named_index_is_not_lost(tmp_path):
    pd.DataFrame({"a": [1, 2]}, index=pd.Index(["x", "y"], name="key")).to_parquet(tmp_path / "indexed.parquet")
    assert list(files.read(tmp_path / "indexed.parquet")) == ["key", "a"]


def test_nested_values_cannot_be_lost_in_parquet_silently(tmp_path):
    with pytest.raises(ValueError, match="cannot be stored"):
        files.write(pd.DataFrame({"a": [1, "x", {}]}), tmp_path / "mixed.parquet")


any_text = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), max_size=8)
moments = st.datetimes(datetime.datetime(1900, 1, 1), datetime.datetime(2200, 1, 1))
kinds = {
    "integer": ("Int64", st.none() | st.integers(-(2**63), 2**63 - 1)),
    "float": ("float64", st.floats()),
    "boolean": ("boolean", st.none() | st.booleans()),
    "moment": ("datetime64[us]", st.none() | moments),
    "text": (pd.Series(["text"]).dtype, any_text),
}


@given(
    rows=st.lists(st.tuples(*(values for _, values in kinds.values())), min_size=1, max_size=6),
    name=any_text.filter(lambda name: name.strip() and name not in kinds),
)
def test_csv_round_trip(tmp_path_factory, rows, name):
    # The first row makes the kind of each column plain: without it "5" in a text column would come back as a number.
    rows = [(1, 0.5, True, datetime.datetime(2024, 2, 29), "word"), *rows]
    columns = zip(kinds.items(), zip(*rows, strict=True), strict=True)
    frame = pd.DataFrame({key: pd.Series(values, dtype=dtype) for (key, (dtype, _)), values in columns})
    frame = frame.rename(columns={"text": name})
    path = tmp_path_factory.mktemp("round") / "trip.csv"
    files.write(frame, path)
    plain = {"integer": "int64", "boolean": "bool"}  # the nullable types come back only where a cell is missing
    frame = frame.astype({key: dtype for key, dtype in plain.items() if not frame[key].isna().any()})
    pd.testing.assert_frame_equal(files.read(path), frame)


def test_atomic_keeps_the_old_file_when_writing_fails(tmp_path):
    path = tmp_path / "kept.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), files.atomic(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    with files.atomic(path) as temporary:
        temporary.write_text("new")
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["kept.txt"]


def test_atomic_follows_a_link_and_gives_the_usual_permissions(tmp_path):
    (tmp_path / "target.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "target.txt")
    with files.atomic(tmp_path / "link.txt") as temporary:
        temporary.write_text("new")
    (tmp_path / "plain.txt").touch()
    assert (tmp_path / "target.txt").read_text() == "new"
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "target.txt").stat().st_mode == (tmp_path / "plain.txt").stat().st_mode


def test_a_kill_during_writing_leaves_the_old_file(tmp_path):
    path = tmp_path / "kept.txt"
    path.write_text("old")
    script = (
        "import sys, time; from augment.files import atomic\n"
        "with atomic(sys.argv[1]) as temporary:\n"
        "    temporary.write_text('half'); print('writing', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    assert path.read_text() == "old"


def test_an_unwritable_folder_and_a_full_disk_are_told_in_one_sentence(tmp_path):
    frame = pd.DataFrame({"a": [1]})
    with pytest.raises(FileNotFoundError, match="there is no such folder"):
        files.write(frame, tmp_path / "no" / "table.csv")
    path = tmp_path / "table.csv"
    path.write_text("old")
    with pytest.raises(OSError, match=r"Cannot write .*table\.csv: no space left on device\.$"), files.atomic(path):
        raise OSError(28, os.strerror(28))
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["table.csv"]


def test_a_folder_without_permission(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, os.strerror(13))

    monkeypatch.setattr(files.Path, "touch", refuse)  # a folder's own permissions do not bind root
    monkeypatch.setattr(files.os, "access", lambda *_: False)
    for write in (lambda path: files.write(pd.DataFrame({"a": [1]}), path), files.check_place):
        with pytest.raises(PermissionError, match=r"Cannot write .*table\.csv: you may not"):
            write(tmp_path / "table.csv")


def test_check_place_tells_before_the_work(tmp_path):
    files.check_place(tmp_path / "table.csv")
    files.check_place(tmp_path / "model.augment", table=False)
    with pytest.raises(ValueError, match="known are"):
        files.check_place(tmp_path / "model.augment")
    with pytest.raises(FileNotFoundError, match="no such folder"):
        files.check_place(tmp_path / "no" / "table.csv")


def test_a_large_table_is_quick(tmp_path):
    rng = np.random.default_rng(0)
    n = 100_000
    frame = pd.DataFrame({"x": rng.normal(size=n), "n": rng.integers(0, 99, n), "s": rng.choice(["a", "b,c"], n)})
    start = time.process_time()
    files.write(frame, tmp_path / "large.csv")
    pd.testing.assert_frame_equal(files.read(tmp_path / "large.csv"), frame)
    assert time.process_time() - start < 10
