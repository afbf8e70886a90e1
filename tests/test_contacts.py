import json
import uuid

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_columns import fitted

from augment.codecs.contacts import contacts_in
from augment.codecs.table import TableCodec

RNG = np.random.default_rng(0)
EXAMPLES = {
    "e-mail addresses": lambda k: f"user.{k}@mail{k % 7}.example.org",
    "links": lambda k: f"https://example.org/people/{k}",
    "UUIDs": lambda k: str(uuid.UUID(int=k * 2**90)).upper(),
    "phone numbers": lambda k: f"+49 151 {k:07}",
    "account numbers": lambda k: f"DE{k % 90 + 10}{k:018}",
}
OTHERS = {
    "phone numbers": ["(555) 123-4567", "555-123-4567", "+1 555 1234", "0151 23456789"],
    "account numbers": ["4111 1111 1111 1111", "4111111111111111", "123-45-6789", "GB29 NWBK 6016 1331 9268 19"],
    "links": ["www.example.org/a?b=1", "http://x.y/z"],
    None: [
        *("2020-01-05", "05.01.2020", "01-02-20", "1234567", "12345-6789", "1999-2003", "AB-1234", "3.14159265"),
        *("https://example.org", "a@b", "541511", "Main Street 5", "x@y.z and more", ""),
    ],
}


@pytest.mark.parametrize("kind", EXAMPLES)
@pytest.mark.parametrize(("distinct", "rows"), [(5, 5), (15, 20), (150, 1400), (1850, 2000)])
def test_contacts_are_replaced_however_often_they_occur(kind, distinct, rows):
    strings = np.array([EXAMPLES[kind](k) for k in range(distinct)], object)[np.arange(rows) % distinct]
    codec = TableCodec().fit(pd.DataFrame({"x": strings}))
    assert codec.report[0]["kind"] in ("identifier", "text") and codec.report[0]["note"].startswith(kind)
    state = json.dumps(codec.to_dict())
    assert not any(string in state for string in set(strings))
    again = TableCodec.from_dict(json.loads(state))
    assert again.report == codec.report
    new = again.decode(np.zeros((rows, 0), "int32"), np.random.default_rng(0))["x"]
    assert not set(new) & set(strings)


@pytest.mark.parametrize("kind", EXAMPLES)
def test_a_handful_in_many_rows_are_categories(kind):
    strings = [EXAMPLES[kind](k % 5) for k in range(2000)]
    assert fitted(strings)[0].label == "category"


@pytest.mark.parametrize(("kind", "string"), [(kind, string) for kind in OTHERS for string in OTHERS[kind]])
def test_contacts_are_told_from_other_strings(kind, string):
    assert contacts_in([string], 1) == kind


@given(st.emails())
def test_any_address_is_one(address):
    assert contacts_in([address], 1) == "e-mail addresses"


@given(st.integers(0, 10), st.sampled_from(list(EXAMPLES)))
def test_nearly_all_must_be_contacts(others, kind):
    strings = [EXAMPLES[kind](k) for k in range(100 - others)] + [f"none {k}" for k in range(others)]
    assert contacts_in(strings, 100) == (kind if others <= 5 else None)
