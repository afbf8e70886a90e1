"""Rows near what is known: closed forms of the conditional normal, labels that come first, numbers that are missing."""

import numpy as np
import pandas as pd
import pytest

from augment.codecs.table import TableCodec
from augment.models.nearness import ENOUGH, Nearness


def encoded(table):
    """Layout and rows of a table, and what is known of others that hold the cells of a frame."""
    codec = TableCodec(encoding="tokens").fit(table)
    near = Nearness(codec.layout, codec.encode(table, np.random.default_rng(0)))

    def weights(**cells):
        condition = codec.condition(cells, 1)
        return near.weights(condition.tokens, condition.known)[0]

    return weights


def effective(weights):
    return weights.sum() ** 2 / (weights**2).sum()


@pytest.mark.parametrize("d", [2, 8, 16])
@pytest.mark.parametrize("rho", [0.0, 0.6])
def test_mean_and_spread_are_those_of_the_conditional_normal(d, rho):
    rng = np.random.default_rng(d)
    covariance = np.full((d, d), rho) + (1 - rho) * np.eye(d)
    slope = np.linalg.solve(covariance[1:, 1:], covariance[1:, 0])
    deviation = np.sqrt(1 - covariance[0, 1:] @ slope)
    x = rng.multivariate_normal(np.zeros(d), covariance, 20_000)
    weights = encoded(pd.DataFrame(x).rename(columns=str))
    errors, spreads = [], []
    for point in x[:20] * 0.9:
        w = weights(**{str(j): point[j] for j in range(1, d)})
        mean = np.average(x[:, 0], weights=w)
        errors.append((mean - slope @ point[1:]) / deviation)
        spreads.append(np.sqrt(np.average((x[:, 0] - mean) ** 2, weights=w)) / deviation)
    assert np.sqrt(np.mean(np.square(errors))) < 0.35
    assert np.mean(spreads) == pytest.approx(1, abs=0.15)


def test_some_rows_are_near_however_many_numbers_are_known():
    x = np.random.default_rng(0).normal(size=(2000, 30))
    weights = encoded(pd.DataFrame(x).rename(columns=str))
    assert effective(weights(**{str(j): x[0, j] for j in range(30)})) > ENOUGH / 3


def test_labels_come_before_numbers_and_no_other_label_says_anything():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"kind": np.array(["a"] * 1995 + ["b"] * 5), "other": rng.choice(list("uv"), 2000)})
    table["number"] = rng.normal(size=2000)
    weights = encoded(table)
    of_b = weights(kind="b", number=float(table["number"].max()))
    assert np.flatnonzero(of_b).tolist() == [*range(1995, 2000)]
    u = (table["other"] == "u").to_numpy()
    assert ((weights(kind="a", other="u") > 0) == ((table["kind"] == "a") & u)).all()


def test_where_no_row_has_all_labels_those_with_the_most_speak():
    table = pd.DataFrame({"a": list("xxyy") * 20, "b": list("uuvv") * 20, "c": list("mnmn") * 20})
    weights = encoded(table)(a="x", b="v", c="m")
    missed = (table["a"] != "x").astype(int) + (table["b"] != "v") + (table["c"] != "m")
    assert ((weights > 0) == (missed == 1)).all()


def test_missing_is_a_label_and_a_number_is_no_missing_one():
    rng = np.random.default_rng(0)
    x = np.where(rng.random(200) < 0.3, np.nan, rng.normal(size=200))
    table = pd.DataFrame({"x": x, "y": rng.normal(size=200)})
    codec = TableCodec(encoding="tokens").fit(table)
    rows, block = codec.encode(table, rng), codec.layout.blocks[0]
    tokens = np.zeros((200, 2, 2), int)
    tokens[:, 0] = rows[:, block.start : block.start + 2]
    weights, gone = Nearness(codec.layout, rows).weights(tokens, np.tile([True, False], (200, 1))), np.isnan(x)
    assert (weights[gone] == gone).all()
    assert not weights[np.ix_(~gone, gone)].any()
