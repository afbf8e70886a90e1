"""Reading and writing tables: nothing is lost, half a file is never left, what cannot be is told before the work."""

import os
import signal
import subprocess
import sys

import pandas as pd
import polars as pl
import pytest

from augment import files


def read_text(folder, text, name="table.csv"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return files.read(path)


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


@pytest.mark.parametrize("mode", [0o600, 0o440, 0o666])
def test_atomic_keeps_the_permissions_of_the_file_it_replaces(tmp_path, mode):
    path = tmp_path / "private.txt"
    path.write_text("old")
    path.chmod(mode)
    with files.atomic(path) as temporary:
        assert temporary.stat().st_mode & 0o077 == 0
        temporary.write_text("new")
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == mode


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
    with pytest.raises(IsADirectoryError, match=r"Cannot write .*: it is a folder\.$"):
        files.check_place(tmp_path, table=False)
    with pytest.raises(OSError, match="it is no plain file"):
        files.check_place(os.devnull, table=False)
    assert not os.listdir(tmp_path)
