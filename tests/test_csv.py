"""CSV files: their dialect is seen, types are found, nothing is lost, and what was read is written the same again."""

import datetime
import time
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment import files


def read_text(folder, text):
    path = folder / "table.csv"
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
        (["9" * 5000, "1", "2"], "text", ["9" * 5000, "1", "2"]),
        (["1e999", "1.5", "2"], "text", ["1e999", "1.5", "2"]),
        (["1e-400", "1.5", "2"], "text", ["1e-400", "1.5", "2"]),
        (["0.10000000000000001", "1e5", "-0"], "float64", [0.1, 1e5, -0.0]),
        (["26.4366666666666667", "", "1.50"], "object", [Decimal("26.4366666666666667"), None, Decimal("1.50")]),
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
        (["2024-02-29T10:00:01.1000000", "9999-12-31T00:00:00.0000000"], "datetime64[us]", "2024-02-29 10:00:01.1"),
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
        ["2020-01-01 10:00:00.1234567", "9999-12-31 23:59:59.9999999"],
        ["2020-01-01 10:00:00.1234567", "0001-01-01 00:00:00.0000000"],
        ["2020-01-01T10:00+24:00", "2020-01-02T10:00+24:00"],
        ["2020-01-01T10:00+01:60", "2020-01-02T10:00Z"],
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
        "price,share,sold,n\n1.10,0.5,TRUE,1\n12.00,1,FALSE,2\n0.25,,,3\n",
        "a,b\n0.30000000000000004,1e+300\n-2.5,7.0\n",
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
    ("text", "columns"),
    [
        ("a;b\n1.234;1,5\n2.345;2,5\n", {"a": ["1.234", "2.345"], "b": [1.5, 2.5]}),
        ("a;b\n1,234;1.5\n2,345;2.5\n", {"a": ["1,234", "2,345"], "b": [1.5, 2.5]}),
        ("a;b\n1,234;1.234\n2,345;2.345\n", {"a": [1.234, 2.345], "b": ["1.234", "2.345"]}),
        ("a;b\n1,234;1.234,50\n;2.345,25\n", {"a": [1.234, None], "b": ["1.234,50", "2.345,25"]}),
        ("a;b\n1.234;x\n2.345;1,5\n", {"a": [1.234, 2.345], "b": ["x", "1,5"]}),
        ("a;b\n7;2024-01-31 10:00:00.5\n8,5;2024-01-31 10:00:01.0\n", {"a": [7.0, 8.5], "b": None}),
    ],
)
def test_one_decimal_mark_for_a_file(tmp_path, text, columns):
    frame = read_text(tmp_path, text)
    assert list(frame) == list(columns)
    for name, values in columns.items():
        if values is None:
            assert frame[name].dtype.kind == "M"
        else:
            assert [None if pd.isna(value) else value for value in frame[name]] == values


@pytest.mark.parametrize(
    ("text", "names", "first"),
    [
        ("Umsatz, netto;Menge\n1,5;3\n2,5;4\n", ["Umsatz, netto", "Menge"], [1.5, 3]),
        ("id,size; cm\n1,5\n2,6\n", ["id", "size; cm"], [1, 5]),
        ("id,lat;lon,x\n1,4;5,2\n2,6;7,3\n", ["id", "lat;lon", "x"], [1, "4;5", 2]),
        ("name;text\nx;Hello, world\ny;Yes, indeed\n", ["name", "text"], ["x", "Hello, world"]),
        ('"a;b",c\n1,2\n', ["a;b", "c"], [1, 2]),
        ('"a\nb";x\n0;1\n', ["a\nb", "x"], [0, 1]),
        ("sep=;\na,b;c\n1;2\n", ["a,b", "c"], [1, 2]),
        ("\ufeffSEP=,\r\na;b,c\r\n1,2\r\n", ["a;b", "c"], [1, 2]),
        ('a,size 5",c\n1,2,3\n4,5,6\n', ["a", 'size 5"', "c"], [1, 2, 3]),
        ('"a", "b"\n1, "x"\n', ["a", "b"], [1, "x"]),
        ("a" * 200_000 + ",b\n1,2\n", ["a" * 200_000, "b"], [1, 2]),
        ("  \n\na,b\n1,2\n", ["a", "b"], [1, 2]),
    ],
)
def test_separator_and_header(tmp_path, text, names, first):
    frame = read_text(tmp_path, text)
    assert list(frame) == names
    assert frame.iloc[0].tolist() == first


def test_a_header_alone_needs_no_line_end(tmp_path):
    assert read_text(tmp_path, "a;b").shape == (0, 2)


def test_a_space_that_belongs_to_a_name_stays(tmp_path):
    frame = pd.DataFrame({"a": [1, 2], " b": ["x", " y"]})
    files.write(frame, tmp_path / "table.csv")
    pd.testing.assert_frame_equal(files.read(tmp_path / "table.csv"), frame)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'[\n {"a": 1}\n]\n', "JSON"),
        (b'["a", 1]\n', "JSON"),
        (b'{\n  "a": 1}\n', "JSON"),
        (b"<HTML><body>\n", "HTML"),
        (b"a,b\n" + b"1,2\n" * 30000 + b"1,\0002\n", "binary"),
        ("a,b\n1,2\n".encode("utf-32"), "binary"),
        (b'a,"size 5,c\n1,2,3\n4,5,6\n', "a quote in its header is never closed"),
        (b"\n\na,b\n1,2\n1\n", "row 5 has 1 cells"),
        (b"sep=;\n", "is empty"),
    ],
)
def test_what_is_no_csv_file_is_refused_in_one_sentence(tmp_path, content, words):
    with pytest.raises(ValueError, match=words) as caught:
        read_text(tmp_path, content)
    assert str(caught.value).startswith(str(tmp_path / "table.csv"))
    assert "\n" not in str(caught.value)


def test_decimals_are_padded_only_where_the_number_stays_the_same(tmp_path):
    frame = read_text(tmp_path, "price,b\n1.10,x\n2.50,y\n0.00,z\n")
    frame["price"] = [0.125, 1e300, -3.0]
    files.write(frame, tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_text() == "price,b\n0.125,x\n1e+300,y\n-3.00,z\n"


@given(digits=st.text("0123456789", min_size=1, max_size=40), point=st.integers(0, 40), negative=st.booleans())
def test_no_digit_of_a_number_is_lost(tmp_path_factory, digits, point, negative):
    whole, decimals = digits[:-point] if point else digits, digits[-point:] if point else ""
    cell = "-" * negative + (whole.lstrip("0") or "0") + "." + decimals
    value = read_text(tmp_path_factory.mktemp("digits"), f"a,b\n{cell},x\n")["a"][0]
    assert Decimal(f"{value:.{len(decimals)}f}") == Decimal(cell)


@pytest.mark.parametrize("zone", [None, "Europe/Rome"])
@pytest.mark.parametrize("values", [[], [None, None], [None, "2024-07-01 10:00"]])
def test_dates_are_written_where_all_or_some_are_missing(tmp_path, zone, values):
    moments = pd.to_datetime(pd.Series(values, dtype="datetime64[us]"))
    frame = pd.DataFrame({"t": moments if zone is None else moments.dt.tz_localize(zone), "n": range(len(values))})
    files.write(frame, tmp_path / "table.csv")
    lines = (tmp_path / "table.csv").read_text().splitlines()
    end = {None: "", "Europe/Rome": ":00+02:00"}[zone]
    assert lines == ["t,n", *(f"{value + end if value else ''},{n}" for n, value in enumerate(values))]


def test_columns_that_arrow_holds_are_written_as_their_values(tmp_path):
    days = pd.Series([datetime.date(2024, 1, 31), None], dtype="date32[day][pyarrow]")
    counts = pd.Series([1, None], dtype="int64[pyarrow]")
    zoned = (
        pd.Series(pd.to_datetime(["2024-01-31 10:00", None]))
        .dt.tz_localize("UTC")
        .astype("timestamp[us, UTC][pyarrow]")
    )
    files.write(pd.DataFrame({"day": days, "n": counts, "t": zoned}), tmp_path / "table.csv")
    assert (tmp_path / "table.csv").read_text() == "day,n,t\n2024-01-31,1,2024-01-31 10:00:00+00:00\n,,\n"


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


def test_a_large_table_is_quick(tmp_path):
    rng = np.random.default_rng(0)
    n = 100_000
    frame = pd.DataFrame({"x": rng.normal(size=n), "n": rng.integers(0, 99, n), "s": rng.choice(["a", "b,c"], n)})
    start = time.process_time()
    files.write(frame, tmp_path / "large.csv")
    pd.testing.assert_frame_equal(files.read(tmp_path / "large.csv"), frame)
    assert time.process_time() - start < 10
