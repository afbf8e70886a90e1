"""Parquet and Arrow files: names, types and gaps of stored frames come back; damage is told and ends no process."""

import subprocess
import sys

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from augment import files

GAPS = pd.array([1, None, 3], dtype="Int64")


def test_a_named_index_is_not_lost(tmp_path):
    pd.DataFrame({"a": [1, 2]}, index=pd.Index(["x", "y"], name="key")).to_parquet(tmp_path / "indexed.parquet")
    assert list(files.read(tmp_path / "indexed.parquet")) == ["key", "a"]


@pytest.mark.parametrize("names", [[0, 1], [("a", "x"), ("b", "y")], ["a", "b"]])
@pytest.mark.parametrize("index", [None, pd.Index(["p", "q", "r"])])
def test_names_of_any_kind_beside_gaps(tmp_path, names, index):
    frame = pd.DataFrame({names[0]: GAPS, names[1]: [0.5, 1.5, 2.5]})
    frame.set_axis(frame.index if index is None else index).to_parquet(tmp_path / "table.parquet")
    pd.testing.assert_frame_equal(files.read(tmp_path / "table.parquet"), frame)


def test_integers_with_gaps_behind_an_index(tmp_path):
    table = pa.table({"n": pa.array([1, None, 3]), "key": ["x", "y", "z"], "true": pa.array([None, True, False])})
    metadata = pd.DataFrame({"n": [1]}, index=pd.Index(["x"], name="key"))
    schema = pa.Table.from_pandas(metadata).schema.metadata
    parquet.write_table(table.replace_schema_metadata(schema), tmp_path / "table.parquet")
    frame = files.read(tmp_path / "table.parquet")
    assert [str(frame[name].dtype) for name in ("n", "true")] == ["Int64", "boolean"]
    assert frame["n"].tolist() == [1, pd.NA, 3]


@pytest.mark.parametrize(
    "table",
    [
        pa.table([pa.array([1, None]), pa.array([1, 2])], names=["a", "a"]),
        pa.Table.from_pandas(pd.DataFrame({"a": [1, 2]}, index=pd.Index([3, 4], name="a"))),
    ],
)
def test_a_name_that_stands_twice_is_told_with_the_file(tmp_path, table):
    parquet.write_table(table, tmp_path / "twice.parquet")
    with pytest.raises(ValueError, match=r"twice\.parquet names the column 'a' twice"):
        files.read(tmp_path / "twice.parquet")


@pytest.mark.parametrize("values", [[1, "x", {}], pd.cut([1, 2, 3], 2), pd.arrays.SparseArray([0, 0, 1])])
def test_what_parquet_cannot_store_is_told_and_leaves_no_file(tmp_path, values):
    with pytest.raises(ValueError, match="The table cannot be stored in this kind of file: .*[^.][.]$"):
        files.write(pd.DataFrame({"a": values}), tmp_path / "table.parquet")
    assert not list(tmp_path.iterdir())


FLIPS = """
import pathlib, sys
from augment import files

path, copy = map(pathlib.Path, sys.argv[1:])
content = path.read_bytes()
for place in range(8, len(content), 17):
    damaged = bytearray(content)
    damaged[place] ^= 0xFF
    copy.write_bytes(damaged)
    try:
        files.read(copy)
    except ValueError as error:
        assert str(error).startswith(f"{copy} "), error
"""


@pytest.mark.parametrize("ending", ["arrow", "parquet"])
def test_a_changed_byte_never_ends_the_process(tmp_path, ending):
    text = pd.Series(["x" * 50, None] * 20)
    frame = pd.DataFrame(
        {"text": text, "label": text.astype("category"), "n": range(40), "nested": [[1, 2], None] * 20}
    )
    files.write(frame, tmp_path / f"whole.{ending}")
    paths = [str(tmp_path / f"{name}.{ending}") for name in ("whole", "damaged")]
    subprocess.run([sys.executable, "-W", "ignore", "-c", FLIPS, *paths], check=True)
