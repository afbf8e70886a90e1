"""What is made obeys the law that its documentation states; the patients' table is the one that was published."""

import numpy as np
import pytest
import scipy.ndimage

from augment.datasets import load_diabetes_table, make_shapes, make_table

N = 40_000


@pytest.fixture(scope="module")
def table():
    return make_table(N, random_state=1)


def near(value, expected, spread):
    """Within five standard errors of `expected`, for the mean of about N numbers of standard deviation `spread`."""
    assert abs(value - expected) < 5 * spread / np.sqrt(N)


def test_shares_of_the_cities_and_the_country_they_determine(table):
    for city, country, share in [("Rome", "IT", 0.4), ("Oslo", "NO", 0.3), ("Lima", "PE", 0.2), ("Bern", "CH", 0.1)]:
        near((table["city"] == city).mean(), share, 0.5)
        assert set(table.loc[table["city"] == city, "country"]) == {country}


def test_income_depends_on_age_and_city(table):
    rich = table["city"].isin(["Oslo", "Bern"])
    rest = np.log(table["income"]) - (9 + 0.02 * table["age"] + 0.5 * rich)
    near(rest.mean(), 0, 0.4)
    near(rest.std(), 0.4, 0.3)
    assert abs(np.corrcoef(rest, table["age"])[0, 1]) < 5 / np.sqrt(N)


def test_savings_have_a_spike_at_zero(table):
    near((table["savings"] == 0).mean(), 0.3, 0.5)
    assert (table["savings"] <= 3 * table["income"] + 0.01).all()


def test_missing_depends_on_another_column(table):
    shares = table["rating"].isna().groupby(table["member"]).mean()
    near(shares[True], 0.05, 0.5)
    near(shares[False], 0.5, 1)
    means = table.groupby("member")["rating"].mean()
    near(means[True] - means[False], 1, 4)


def test_members_are_older_and_join_by_age(table):
    expected = 1 / (1 + np.exp(-(table["age"] - 50) / 8))
    near((table["member"] - expected).mean(), 0, 0.5)
    days = (table["joined"] - np.datetime64("2015-01-01")).dt.days - 60 * (table["age"] - 18)
    assert (days.min(), days.max()) == (0, 99)


def test_the_target_depends_on_savings_and_membership(table):
    expected = 1 / (1 + np.exp(-(np.log1p(table["savings"]) - 8 + 2 * table["member"])))
    near(((table["bought"] == "yes") - expected).mean(), 0, 0.5)
    assert table["bought"].isin(["yes", "no"]).all()


def test_kinds_and_seeds():
    table = make_table(100, random_state=3)
    assert [dtype.kind for dtype in table.dtypes[["age", "income", "member", "joined", "rating"]]] == list("ifbMf")
    assert table.equals(make_table(100, random_state=np.random.default_rng(3)))
    assert not table.equals(make_table(100, random_state=4))
    assert np.allclose(table[["income", "savings"]] * 100, (table[["income", "savings"]] * 100).round())


def test_the_patients_are_those_of_the_publication():
    table = load_diabetes_table()
    assert table.shape == (442, 11)
    assert table["age"].dtype == table["progression"].dtype == "int64"
    assert list(table["sex"].cat.categories) == ["1", "2"]
    assert (table["progression"].min(), table["progression"].max()) == (25, 346)
    assert table.notna().all(axis=None)


@pytest.mark.parametrize("size", [16, 24, 32])
def test_shapes_are_what_their_label_says(size):
    X, y = make_shapes(90, size=size, random_state=2)
    assert (X.shape, X.dtype) == ((90, size, size, size), "uint8")
    assert set(np.unique(X)) == {0, 1}
    for solid, label in zip(X, y.tolist(), strict=True):
        box = solid[np.ix_(*(solid.any(axis=axes).nonzero()[0] for axes in [(1, 2), (0, 2), (0, 1)]))]
        assert solid[:, 0].any()  # on the floor
        assert scipy.ndimage.label(solid)[1] == 1
        air_below = (np.diff(box.astype(int), axis=1) > 0).any()
        assert label == ("table" if air_below else "box" if box.all() else "tower")


def test_shapes_obey_the_law_of_their_sizes():
    X, y = make_shapes(2000, size=16, random_state=3)
    counts = np.array([(y == label).sum() for label in ("box", "table", "tower")])
    assert abs(counts / 2000 - 1 / 3).max() < 5 * np.sqrt(2 / 9 / 2000)
    heights, widths = X.any(axis=(1, 3)).sum(axis=1), X.any(axis=(1, 2)).sum(axis=1)
    spans = {"box": ((4, 12), (4, 12)), "table": ((6, 12), (8, 14)), "tower": ((4, 16), (8, 12))}
    for label, (height, width) in spans.items():
        assert (heights[y == label].min(), heights[y == label].max()) == height
        assert (widths[y == label].min(), widths[y == label].max()) == width
    boxes = heights[y == "box"]  # uniform on 9 values
    assert abs(boxes.mean() - 8) < 5 * np.sqrt((9**2 - 1) / 12 / len(boxes))


def test_shapes_and_their_seed():
    one, two, three = (make_shapes(20, random_state=seed) for seed in (1, np.random.default_rng(1), 2))
    assert np.array_equal(one[0], two[0])
    assert np.array_equal(one[1], two[1])
    assert not np.array_equal(one[0], three[0])
    with pytest.raises(ValueError, match="multiple of 8"):
        make_shapes(size=20)
