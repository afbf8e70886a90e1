"""Synthesizers inside other people's machinery: pipelines, searches, other processes, the keyboard."""

import subprocess
import sys

import numpy as np
import pytest
from imblearn.pipeline import Pipeline
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_validate
from test_base import Own, table

from augment import TabularSynthesizer
from augment.models import Autoregressive

TINY = {"model": Autoregressive(width=16, depth=1), "epochs": 1, "validation_fraction": 0}
TINY |= {"verbose": 0, "random_state": 0}


def rare(n=120):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 3))
    return X, (X[:, 0] + rng.normal(0, 0.3, n) > 1).astype(int)


def balanced():
    return Pipeline([("balance", TabularSynthesizer(**TINY)), ("model", LogisticRegression())])


@pytest.mark.slow
def test_a_grid_search_reaches_the_recipe_inside_a_pipeline(one_step):
    X, y = rare()
    search = GridSearchCV(balanced(), {"balance__model__width": [8, 16]}, cv=2, scoring="roc_auc", error_score="raise")
    search.fit(X, y)
    assert set(search.cv_results_["param_balance__model__width"]) == {8, 16}
    assert search.best_score_ > 0.8
    assert search.best_estimator_.named_steps["model"].n_features_in_ == 3


@pytest.mark.slow
def test_folds_run_in_processes_of_their_own():
    X, y = rare()
    alone, apart = (
        cross_validate(balanced(), X, y, cv=2, n_jobs=jobs, error_score="raise")["test_score"] for jobs in (1, 2)
    )
    assert (alone == apart).all()


@pytest.mark.slow
def test_two_workers_search_a_model_of_ones_own():
    synthesizer = TabularSynthesizer(Own(), epochs=1, verbose=0, random_state=0)
    search = GridSearchCV(synthesizer, {"model__size": [2, 4]}, cv=2, n_jobs=2).fit(table())
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


@pytest.mark.slow
def test_the_signal_of_the_keyboard_keeps_the_best_model_so_far():
    code = """
import os, signal
import keras
from augment import TabularSynthesizer
from augment.datasets import make_table
from augment.models import Autoregressive

class Press(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        if epoch == 2:
            os.kill(os.getpid(), signal.SIGINT)

model = Autoregressive(width=16, depth=1)
synthesizer = TabularSynthesizer(model, epochs=500, random_state=0, callbacks=[Press()])
synthesizer.fit(make_table(200, random_state=0))
assert len(synthesizer.history_["loss"]) < 500
print(len(synthesizer.generate(7)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "7", done.stderr[-2000:]
    assert "the best model so far is kept" in done.stderr
