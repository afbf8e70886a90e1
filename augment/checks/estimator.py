"""Checks of the estimator: its parameters, its clones and copies, what its methods leave unchanged."""

import pickle
import re
import tempfile
from pathlib import Path
from unittest import SkipTest

import numpy as np
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from augment.checks.expecting import expect, expect_same, kind_of, outcome


def check_not_fitted(subject):
    """`generate` before `fit` raises NotFittedError."""
    came = outcome(lambda: subject.quick().generate(1))
    expect(
        isinstance(came, NotFittedError),
        check_not_fitted,
        "a NotFittedError from generate before fit",
        kind_of(came),
        "Begin generate with sklearn.utils.validation.check_is_fitted",
    )


def check_parameters(subject):
    """`fit` does not modify the parameters."""
    wanted, came = _told(subject.quick()), _told(subject.fitted)
    advice = "Let fit store what it learns under names that end in _"
    expect(came == wanted, check_parameters, f"the parameters after fit as before, {wanted}", came, advice)


def check_clone(subject):
    """A clone of a fitted synthesizer is not fitted and has equal parameters."""
    copy = clone(subject.fitted)
    came = outcome(lambda: copy.generate(1))
    expect(
        isinstance(came, NotFittedError),
        check_clone,
        "a NotFittedError from generate of a clone",
        kind_of(came),
        "Keep what is learned out of the constructor's parameters",
    )
    wanted, came = _told(subject.fitted), _told(copy)
    expect(came == wanted, check_clone, wanted, came, "Store each parameter in __init__ as it is given")


def check_refit(subject):
    """`fit` twice with one seed gives the same rows."""
    first = subject.fitted.generate(20)
    second = subject.fitted.fit(subject.table).generate(20)
    advice = "Draw all that is random in fit from random_state, and let fit begin anew"
    expect_same(check_refit, first, second, "after fit on the same rows as after the fit before", advice)


def check_generate_changes_nothing(subject):
    """`generate` changes no state: neither parameters nor weights, nor what it gives later."""
    fitted = subject.fitted
    _alive = list(vars(fitted).values())  # so that no new object takes the identity of an old one
    before = _state(fitted)
    first = fitted.generate(10)
    fitted.generate(3)
    fitted.generate(5, random_state=9)
    after, advice = _state(fitted), "Let generate keep nothing; a model's transport must be a function of its noise"
    changed = [name for name in before | after if not np.array_equal(before.get(name), after.get(name))]
    expect(not changed, check_generate_changes_nothing, "the same state after generate", f"changed {changed}", advice)
    expect_same(check_generate_changes_nothing, first, fitted.generate(10), "whatever was generated between", advice)


def check_pickle(subject):
    """A pickled copy generates the same rows."""
    copy = pickle.loads(pickle.dumps(subject.fitted))
    advice = "Let the state hold all that generate needs"
    expect_same(check_pickle, subject.fitted.generate(20), copy.generate(20), "from a pickled copy", advice)


def check_save_and_load(subject):
    """What `load` reads generates the rows of what `save` wrote; a model of one's own is given to `load` again."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "synthesizer.augment"
        subject.fitted.save(path)
        copy = type(subject.fitted).load(path, model=subject.fitted.model)
    advice = "Let save write all that generate needs"
    expect_same(check_save_and_load, subject.fitted.generate(20), copy.generate(20), "from a loaded copy", advice)


def check_score(subject):
    """`score` is finite and the same at every call; where the model tells likelihoods it is their mean."""
    score, again = subject.fitted.score(subject.table), subject.fitted.score(subject.table)
    advice = "Let it draw nothing at random but from a fixed seed"
    expect(np.isfinite(score), check_score, "a finite score", score, advice)
    expect(score == again, check_score, f"the same score {score} at every call", again, advice)
    if not hasattr(subject.fitted, "score_samples"):
        raise SkipTest("the model tells no likelihood: score was checked, score_samples was not")
    first, n = subject.fitted.score_samples(subject.table), len(subject.table)
    expect(
        np.shape(first) == (n,) and np.isfinite(first).all(),
        check_score,
        f"{n} finite numbers from score_samples",
        f"shape {np.shape(first)}, of which {np.isfinite(first).sum()} finite",
        "Return a log-likelihood for each row",
    )
    expect(np.isclose(score, np.mean(first)), check_score, f"score to be their mean {np.mean(first)}", score, advice)


def _state(synthesizer):
    """The parameters, which objects the attributes are, and every variable of the model, seeds included."""
    from keras import ops

    state = {name: id(value) for name, value in vars(synthesizer).items()} | {"parameters": _told(synthesizer)}
    model = getattr(synthesizer, "model_", None)
    for place, variable in enumerate(getattr(model, "variables", ())):
        state[f"model_.variables[{place}]"] = ops.convert_to_numpy(variable.value)
    return state


def _told(synthesizer):
    """The parameters as text, without the addresses that objects differ by."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(synthesizer.get_params()))
