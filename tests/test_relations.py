import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augment.codecs.layout import Copy
from augment.codecs.relations import find_copies, find_rules, resolve_copies, take_known
from augment.codecs.table import TableCodec


def copies_of(codec):
    names = [block.name for block in codec.layout.blocks]
    return {(names[copy.first], names[copy.second]) for copy in codec.layout.copies}


def rules_of(codec):
    names = [block.name for block in codec.layout.blocks]
    return {(names[rule.first], names[rule.second]) for rule in codec.layout.rules}


@pytest.fixture
def planted():
    """Numbers that coincide in 5 % of the rows (a, b), in 0.5 % (a, c) or only in their spike (a, d)."""
    rng = np.random.default_rng(0)
    n = 8000
    frame = pd.DataFrame(rng.normal(size=(n, 4)), columns=list("abcd"))
    frame.loc[: n // 20 - 1, "b"] = frame["a"]
    frame.loc[n // 20 : n // 20 + n // 200 - 1, "c"] = frame["a"]
    spike = rng.random(n) < 0.3
    frame.loc[spike, ["a", "d"]] = 0
    return frame.sample(frac=1, random_state=0, ignore_index=True)


def test_planted_copies_are_found_and_no_others(planted):
    codec = TableCodec().fit(planted)
    assert copies_of(codec) == {("a", "b")}
    copy = codec.layout.copies[0]
    assert copy.flag == codec.layout.width - 1
    arrays = codec.encode(planted)
    np.testing.assert_array_equal(arrays[:, copy.flag], (planted["a"] == planted["b"]) & (planted["a"] != 0))


@pytest.mark.parametrize(("n", "seeds"), [(200, 100), (20_000, 5)])
def test_numbers_that_coincide_by_chance_are_no_copies(n, seeds):
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        values = rng.integers(0, 135, (n, 2)).astype(float)
        assert find_copies([0, 1], values, 4, rng) == []


def test_copied_values_come_back_equal(planted):
    codec = TableCodec().fit(planted)
    arrays = codec.encode(planted, np.random.default_rng(0))
    for value in (1, 2):  # either column is the source
        flagged = arrays.copy()
        flagged[:, -1] *= value
        decoded = codec.decode(flagged, np.random.default_rng(1))
        equal = arrays[:, -1] == 1
        np.testing.assert_array_equal(decoded["a"][equal], decoded["b"][equal])
        assert (decoded["a"][~equal & (planted["a"] != 0)] != decoded["b"][~equal & (planted["a"] != 0)]).all()


def test_the_token_map_leads_to_the_cell_of_the_same_value(planted):
    codec = TableCodec().fit(planted)
    copy = codec.layout.copies[0]
    one, other = codec.layout.blocks[copy.first], codec.layout.blocks[copy.second]
    assert copy.to_second.shape == (one.size, one.levels, 2) and copy.to_first.shape == (other.size, other.levels, 2)
    arrays = codec.encode(planted)
    equal = arrays[:, copy.flag] == 1
    mapped = copy.to_second[arrays[equal, one.start], arrays[equal, one.start + 1]]
    own = arrays[equal][:, [other.start, other.start + 1]]
    place = mapped[:, 0] * other.levels + mapped[:, 1]
    assert np.mean(np.abs(place - (own[:, 0] * other.levels + own[:, 1])) <= 2) > 0.95


def test_columns_of_other_types_can_be_copies():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.integers(0, 10_000, 3000), "b": rng.integers(0, 10_000, 3000) / 4})
    frame.loc[:999, "b"] = frame["a"]
    frame = frame.sample(frac=1, random_state=0, ignore_index=True)
    codec = TableCodec().fit(frame)
    assert copies_of(codec) == {("a", "b")}
    decoded = codec.decode(codec.encode(frame), np.random.default_rng(0))
    equal = frame["a"] == frame["b"]
    np.testing.assert_array_equal(decoded["a"][equal], decoded["b"][equal])
    assert decoded.dtypes.equals(frame.dtypes)


@pytest.mark.parametrize(
    ("pairs", "flags", "sources"),
    [
        ([(0, 1), (1, 2)], [1, 1], [0, 0, 0]),  # a chain
        ([(0, 1), (1, 2)], [2, 2], [2, 2, 2]),
        ([(0, 2), (1, 2)], [1, 1], [0, 1, 0]),  # a second source is left out
        ([(0, 1), (1, 2), (0, 2)], [2, 2, 1], [2, 2, 2]),  # so is what would close a circle
        ([(0, 1)], [0], [0, 1, 2]),
    ],
)
def test_where_copies_come_from(pairs, flags, sources):
    nothing = np.zeros((1, 1, 2), int)
    copies = [Copy(first, second, 0, nothing, nothing) for first, second in pairs]
    assert resolve_copies(copies, np.array([flags]), 3).tolist() == [sources]


@pytest.mark.parametrize(
    ("sources", "known", "taken"),
    [
        ([0, 0, 0], [0, 0, 0], [0, 0, 0]),
        ([0, 0, 0], [0, 0, 1], [2, 2, 2]),  # the last of a chain becomes its source
        ([0, 0, 0], [1, 0, 1], [0, 0, 2]),  # two that are known stay as they are
        ([0, 0, 2], [0, 1, 1], [1, 1, 2]),
    ],
)
def test_known_values_are_sources(sources, known, taken):
    assert take_known(np.array([sources]), np.array([known], bool)).tolist() == [taken]


@given(st.lists(st.lists(st.integers(0, 2), min_size=4, max_size=4), min_size=1, max_size=8))
@settings(max_examples=50)
def test_chains_of_copies_end_at_a_root(flags):
    pairs = [(0, 1), (1, 2), (2, 3), (0, 3)]
    nothing = np.zeros((1, 1, 2), int)
    copies = [Copy(first, second, 0, nothing, nothing) for first, second in pairs]
    sources = resolve_copies(copies, np.array(flags), 4)
    np.testing.assert_array_equal(np.take_along_axis(sources, sources, axis=1), sources)  # a source is its own
    for row, flag in zip(sources, flags, strict=True):
        for (first, second), value in zip(pairs[:3], flag[:3], strict=True):  # without the last pair there is no circle
            target, source = (second, first) if value == 1 else (first, second)
            others = [
                v for v, pair in zip(flag, pairs, strict=True) if v and target == (pair[1] if v == 1 else pair[0])
            ]
            if value and flag[3] == 0 and len(others) == 1:
                assert row[target] == row[source]


def test_a_planted_rule_is_found_with_its_direction():
    rng = np.random.default_rng(0)
    town = rng.integers(0, 12, 3000)
    frame = pd.DataFrame({"town": town, "country": town % 4, "other": rng.integers(0, 4, 3000)}).astype(str)
    codec = TableCodec().fit(frame)
    assert rules_of(codec) == {("town", "country")}
    rule = codec.layout.rules[0]
    assert rule.allowed.shape == (12, 4) and (rule.allowed.sum(axis=1) == 1).all()
    arrays = codec.encode(frame)
    blocks = codec.layout.blocks
    assert rule.allowed[arrays[:, blocks[rule.first].start], arrays[:, blocks[rule.second].start]].all()


def test_missing_values_are_tokens_of_a_rule():
    rng = np.random.default_rng(0)
    kind = rng.integers(0, 3, 900)
    frame = pd.DataFrame({"kind": kind, "size": np.where(kind == 2, np.nan, kind * 10.0)})
    assert rules_of(TableCodec().fit(frame)) == {("kind", "size")}


@pytest.mark.parametrize(
    ("n", "first", "second"),
    [
        (90, lambda k: k % 3, lambda k: k % 3),  # too few rows to confirm it
        (3000, lambda k: k % 3, lambda k: (k % 3) * (k != 1501)),  # one row against it
        (480, lambda k: k // 4, lambda k: k // 240),  # four rows a token
        (3000, lambda k: k % 100, lambda k: (k == 5) * 1 + (k % 100 == 5) * 0),  # a single row differs
        (600, lambda k: k // 6, lambda k: k // 6 == 50),  # what six rows share may be chance
    ],
)
def test_no_rule_without_evidence(n, first, second):
    k = np.random.default_rng(0).permutation(n)
    tokens = {0: first(k).astype(int), 1: np.asarray(second(k)).astype(int)}
    sizes = {key: int(value.max()) + 1 for key, value in tokens.items()}
    found = find_rules(tokens, sizes, np.random.default_rng(0))
    assert found == []
