"""Where popular scores go wrong, in miniature: what they say is what the table says they say, and the audit sees it."""

import importlib
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

if tuple(map(int, version("sdmetrics").split(".")[:2])) < (0, 32):
    pytest.skip("the scores are those of sdmetrics 0.32", allow_module_level=True)
BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
if not BENCHMARKS.is_dir():
    pytest.skip("the folder benchmarks/ is not part of an installed package", allow_module_level=True)
sys.path.insert(0, str(BENCHMARKS))
popular = importlib.import_module("popular_scores")


def test_a_copy_scores_above_fresh_rows_and_is_found():
    row = popular.copy_of_train(n=300)
    assert row.values["copy"] == 1.0 > row.values["fresh"] + 0.02
    assert row.verdict == "FAIL"


def test_an_invented_correlation_changes_no_score_and_is_found():
    row = popular.invented_correlation(n=600)
    assert row.values["correlation"] > 0.8
    assert row.values["change"] == pytest.approx(0, abs=1e-12)
    assert row.verdict == "FAIL"


def test_a_rescaled_column_keeps_its_pair_trend_and_is_found():
    row = popular.rescaled_column(n=600)
    assert row.values["scaled"] == pytest.approx(row.values["fresh"], abs=1e-9)
    assert row.verdict == "FAIL"


def test_a_copied_table_of_few_values_is_called_protected_and_is_found():
    row = popular.copied_answers(n=300)
    assert row.values["copy"] == 1.0
    assert row.verdict == "FAIL"


def test_a_small_holdout_makes_private_rows_look_exposed_and_does_not_fail_here():
    row = popular.small_holdout(n=500)
    assert row.values["fresh"] < 0.5
    assert row.verdict == "INCONCLUSIVE"


def test_shuffled_columns_look_real_to_a_linear_model_and_are_found():
    row = popular.shuffled_columns(n=600)
    assert row.values["shuffled"] > 0.9
    assert row.verdict == "FAIL"


def test_equal_groups_have_a_gap_by_percentiles_and_none_by_permutation():
    row = popular.equal_groups(repeats=100)
    assert row.values["excluded"] == 1.0
    assert row.values["rejected"] <= 0.1


def test_equal_odds_move_between_samples_and_nothing_fails():
    pytest.importorskip("xgboost", reason="the score of sdmetrics needs it")
    row = popular.equal_odds(n=500, repeats=3)
    assert row.values["high"] - row.values["low"] > 0.005
    assert row.values["findings"] > 0 == row.values["fails"]


def test_a_median_misses_one_copy_in_ten():
    row = popular.copied_tenth(n=400)
    assert row.values["copied"] == pytest.approx(row.values["fresh"], abs=0.05)
    assert row.verdict == "FAIL"


def test_a_common_secret_looks_exposed_by_fresh_rows():
    row = popular.common_secret(n=400)
    assert row.values["fresh"] < 0.5
    assert row.verdict in ("PASS", "INCONCLUSIVE")


def test_missing_values_cost_nothing_in_a_column_shape_and_are_found():
    row = popular.half_missing(n=600)
    assert row.values["emptied"] > 0.9
    assert row.verdict == "FAIL"


def test_an_average_hides_a_column_and_the_worst_is_found():
    row = popular.one_broken_column(n=400)
    assert row.values["broken"] > row.values["fresh"] - 0.03
    assert row.verdict == "FAIL"


def test_heavy_tails_move_the_distance_share_and_a_common_scale_does_not():
    row = popular.heavy_tails(n=300, repeats=5)
    theirs, ours = (row.values[f"{name}high"] - row.values[f"{name}low"] for name in ("", "our "))
    assert theirs > 2 * ours
    assert row.values["fails"] == 0


def test_the_table_has_a_line_for_each_row():
    row = popular.Row("a copy", "Score", "1.000", "privacy.copies", "FAIL", {})
    assert popular.table([row, row]).splitlines()[2:] == ["| a copy | Score | 1.000 | privacy.copies | FAIL |"] * 2
