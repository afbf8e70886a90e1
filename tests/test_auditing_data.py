"""Prepared tables tell what they hold, and a fingerprint that follows the contents alone."""

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from augment.auditing.data import Column, Data

TABLE = np.array([[0.0, 1.5], [1.0, np.nan], [np.nan, -2.0]])
COLUMNS = (Column("city", "category", ("Rome", "Oslo")), Column("debt", "number"))


@pytest.mark.parametrize(
    ("column", "value", "text"),
    [
        (Column("x", "number"), 1234.5678, "1234.57"),
        (Column("x", "number"), np.nan, "missing"),
        (Column("x", "date"), 86_400e6, "1970-01-02"),
        (Column("x", "duration"), 90e6, "0:01:30"),
        (Column("x", "category", ("a", "b")), 1.0, "b"),
        (Column("x", "category", ("a", "b")), np.nan, "missing"),
    ],
)
def test_a_value_is_shown_as_what_it_is(column, value, text):
    assert column.show(value) == text


def test_what_the_user_gave_is_known():
    data = Data(COLUMNS, TABLE, TABLE[:2])
    assert not any(map(data.has, ("holdout", "target", "protected")))
    assert data.sizes == {"train": 3, "synthetic": 2}
    full = replace(data, holdout=TABLE[:1], target=0, protected=(0,))
    assert all(map(full.has, ("holdout", "target", "protected")))
    assert full.sizes == {"train": 3, "synthetic": 2, "holdout": 1}


def test_identifiers_are_not_compared():
    assert Data((replace(COLUMNS[0], identifier=True), COLUMNS[1]), TABLE, TABLE).compared == [1]


def test_the_fingerprint_follows_names_and_values_and_not_the_order_of_labels():
    data = Data(COLUMNS, TABLE, TABLE[::-1])
    whole = b"city\0=Rome\0=Oslo\0debt\0" + TABLE[:, 1].tobytes()
    assert data.fingerprint("train") == hashlib.sha256(whole).hexdigest()
    codes = np.column_stack([1 - TABLE[:, 0], TABLE[:, 1]])
    swapped = Data((replace(COLUMNS[0], labels=("Oslo", "Rome")), COLUMNS[1]), codes, codes)
    assert swapped.fingerprint("train") == data.fingerprint("train")
    assert data.fingerprint("synthetic") != data.fingerprint("train")
    renamed = Data((replace(COLUMNS[0], name="town"), COLUMNS[1]), TABLE, TABLE)
    assert renamed.fingerprint("train") != data.fingerprint("train")
