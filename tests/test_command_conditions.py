"""`--condition`: values take the type of their column, and what is wrong is told."""

from decimal import Decimal

import pandas as pd
import pytest

from augment._command_conditions import conditions
from augment.datasets import make_table


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("city=Rome", {"city": "Rome"}),
        ("city=Rome,Oslo", {"city": ["Rome", "Oslo"]}),
        ('city="Rome, Italy",Oslo', {"city": ["Rome, Italy", "Oslo"]}),
        ("city=a..b", {"city": "a..b"}),
        ("zip=007", {"zip": "007"}),
        ("age=30", {"age": 30}),
        ("age=30..40", {"age": (30, 40)}),
        ("age=-3..", {"age": (-3, None)}),
        ("age=..40", {"age": (None, 40)}),
        ("age=1,2", {"age": [1, 2]}),
        ("income=1.5..2e3", {"income": (1.5, 2000.0)}),
        ("member=True", {"member": True}),
        ("rating=", {"rating": None}),
        ("joined=2024-01-31", {"joined": pd.Timestamp("2024-01-31")}),
        ("joined=2024..2025", {"joined": (pd.Timestamp("2024-01-01"), pd.Timestamp("2025-01-01"))}),
        ("seen=2024-01-31", {"seen": pd.Timestamp("2024-01-31", tz="UTC")}),
        ("grade=2", {"grade": 2}),
        ("price=1.50", {"price": Decimal("1.50")}),
        ("price=1.50..", {"price": (Decimal("1.50"), None)}),
        ("span=1 days..36:00:00", {"span": ("1 days", "36:00:00")}),
        ("size=S..L", {"size": ("S", "L")}),
        ("a=b=c", {"a=b": "c"}),
    ],
)
def test_conditions_take_the_type_of_their_column(text, condition):
    example = make_table(3, random_state=0).assign(
        zip="00184", seen=pd.Timestamp("2024-01-01", tz="UTC"), grade=pd.Categorical([1, 2, 1]), a="x"
    )
    example["a=b"], example["price"], example["span"] = "c", Decimal("0.99"), pd.Timedelta(days=1)
    example["size"] = pd.Categorical(["S", "L", "S"], categories=["S", "M", "L"], ordered=True)
    assert conditions([text], example) == condition


@pytest.mark.parametrize(
    ("texts", "condition"),
    [
        (["city=Rome", "city=Oslo"], {"city": ["Rome", "Oslo"]}),
        (["city=Rome,Lima", "age=30..40", "city=Oslo"], {"city": ["Rome", "Lima", "Oslo"], "age": (30, 40)}),
        (["rating=", "rating=1.5"], {"rating": [None, 1.5]}),
    ],
)
def test_conditions_on_one_column_join(texts, condition):
    assert conditions(texts, make_table(3, random_state=0)) == condition


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("town=Rome", "columns are city, country"),
        ("city", "expects COLUMN=VALUE"),
        ("age=forty", "age: expected a whole number, received 'forty'"),
        ("age=30..x", "age: expected a whole number, received 'x'"),
        ("income=much", "income: expected a number"),
        ("member=maybe", "member: expected true or false"),
        ("joined=soon", "joined: expected a date"),
        ("price=cheap", "price: expected a number, received 'cheap'"),
    ],
)
def test_wrong_conditions_are_told(text, words):
    with pytest.raises(ValueError, match=words):
        conditions([text], make_table(3, random_state=0).assign(price=Decimal("0.99")))


def test_a_range_joins_nothing():
    with pytest.raises(ValueError, match="--condition age is given 2 times: a range stands alone"):
        conditions(["age=30..40", "age=50"], make_table(3, random_state=0))
