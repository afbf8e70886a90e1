"""Small jobs of trees have one thread, large ones as many as ever, and what waits outside keeps its own."""

import importlib

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from augment import audit
from augment._threads import FEW_ROWS, threads_for

auditing = importlib.import_module("augment.auditing.audit")  # a function of this name hides it


def n_threads():
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "openmp"}


@pytest.fixture(autouse=True)
def _two_threads():
    with threadpool_limits(2, "openmp"):  # in other tests there is one, whatever is asked for
        yield


def test_few_rows_have_one_thread():
    for n_rows, n_inside in ((0, 1), (FEW_ROWS, 1), (FEW_ROWS + 1, 2)):
        with threads_for(n_rows):
            assert n_threads() == {n_inside}
        assert n_threads() == {2}


@pytest.mark.parametrize(("n_rows", "n_inside"), [(60, 1), (FEW_ROWS + 1, 2)])
def test_checks_run_in_as_many(n_rows, n_inside, monkeypatch):
    seen = set()
    monkeypatch.setattr(auditing, "_run", lambda *_: seen.update(n_threads()) or [])
    drawn = pd.DataFrame({"a": np.random.default_rng(0).normal(size=2 * n_rows)})
    audit(drawn[:n_rows], drawn[n_rows:], random_state=0)
    assert seen == {n_inside}
