"""Every check of the contract can fail: synthesizers that break one clause each are found out, an honest one is not."""

import warnings

import numpy as np
import pandas as pd
import pytest
from keras import ops
from resampling import Resampler
from sklearn.exceptions import SkipTestWarning

from augment import check_synthesizer
from augment.checks import CHECKS, Subject, make_dependent_table, synthesizer_checks
from augment.checks.dependence import dependence_error


def changed(change):
    """An honest synthesizer whose generated rows are changed."""

    class Changed(Resampler):
        def generate(self, n_samples=None, **options):
            new = super().generate(n_samples, **options)
            return (change(new[0]), new[1]) if isinstance(new, tuple) else change(new)

    return Changed


def refusing(error, refused):
    """An honest synthesizer whose fit raises an error for some tables."""

    class Refusing(Resampler):
        def fit(self, X, y=None):
            if refused(X):
                raise error
            return super().fit(X, y)

    return Refusing


class ReadyBeforeFit(Resampler):
    def generate(self, n_samples=None, **options):
        return super().generate(n_samples, **options) if hasattr(self, "codec_") else make_dependent_table(n_samples)


class ChangesParameters(Resampler):
    def fit(self, X, y=None):
        self.random_state += 1
        return super().fit(X, y)


class ClonesFitted(Resampler):
    def __sklearn_clone__(self):
        return self if hasattr(self, "codec_") else type(self)(random_state=self.random_state)


class OneTooMany(Resampler):
    def generate(self, n_samples=None, **options):
        return super().generate(n_samples + 1, **options)


class IgnoresSeeds(Resampler):
    def generate(self, n_samples=None, *, random_state=None, **options):
        return super().generate(n_samples, **options)


class FollowsNoSeed(Resampler):
    def generate(self, n_samples=None, *, random_state=None, **options):
        return super().generate(n_samples, random_state=np.random.default_rng(), **options)


class KeepsRows(Resampler):
    def generate(self, n_samples=None, **options):
        self.latest_ = super().generate(n_samples, **options)
        return self.latest_


class UsesRowsUp(Resampler):
    def generate(self, n_samples=None, **options):
        new = super().generate(n_samples, **options)
        self.model_.rows.assign(np.roll(ops.convert_to_numpy(self.model_.rows.value), 1, axis=0))
        return new


class PicklesHalf(Resampler):
    def __getstate__(self):
        return super().__getstate__() | {"random_state": 7}


class LoadsOthers(Resampler):
    @classmethod
    def load(cls, path, model=None):
        return cls(random_state=0).fit(make_dependent_table(random_state=1))


class ScoresAtRandom(Resampler):
    def score_samples(self, X, y=None):
        return np.random.default_rng().normal(size=len(X))


class ScoresNothing(Resampler):
    def score_samples(self, X, y=None):
        return np.full(len(X), np.nan)


class IgnoresConditions(Resampler):
    def generate(self, n_samples=None, *, condition=None, **options):
        n_samples = len(condition) if isinstance(condition, pd.DataFrame) else n_samples
        return super().generate(n_samples, **options)


class DisordersRows(Resampler):
    def generate(self, n_samples=None, *, condition=None, **options):
        new = super().generate(n_samples, condition=condition, **options)
        return new[::-1].reset_index(drop=True) if isinstance(condition, pd.DataFrame) else new


class FitsAtRandom(Resampler):
    def fit(self, X, y=None):
        return super().fit(X.sample(frac=1) if isinstance(X, pd.DataFrame) else X, y)


class NewRowsFirst(Resampler):
    def fit_resample(self, X, y):
        X, y = super().fit_resample(X, y)
        return X[::-1], y[::-1]


class LeavesUnbalanced(Resampler):
    def fit_resample(self, X, y):
        self.fit(X, y)
        return X, y


def is_constant(X):
    return isinstance(X, pd.DataFrame) and X.nunique().max() == 1


def has_gaps(X):
    return isinstance(X, pd.DataFrame) and X["plan"].isna().any()


def shuffled(new):
    rng = np.random.default_rng(0)
    return new.apply(lambda column: column.sample(frac=1, random_state=rng).to_numpy()).astype(new.dtypes)


BROKEN = {
    "check_not_fitted": [ReadyBeforeFit],
    "check_parameters": [ChangesParameters],
    "check_clone": [ClonesFitted],
    "check_number_of_rows": [OneTooMany, changed(lambda new: new[:5])],
    "check_kind": [
        changed(lambda new: new[new.columns[::-1]]),
        changed(lambda new: new.astype({"age": float})),
        changed(lambda new: new.astype({"city": str})),
        changed(lambda new: new.to_numpy()),
    ],
    "check_known_values": [changed(lambda new: new.assign(plan="gold"))],
    "check_random_state": [IgnoresSeeds, FollowsNoSeed],
    "check_generate_changes_nothing": [KeepsRows, UsesRowsUp],
    "check_pickle": [PicklesHalf],
    "check_save_and_load": [LoadsOthers],
    "check_score": [ScoresAtRandom, ScoresNothing],
    "check_condition_value": [IgnoresConditions],
    "check_condition_list": [IgnoresConditions],
    "check_condition_range": [IgnoresConditions],
    "check_condition_rows": [IgnoresConditions, DisordersRows],
    "check_condition_impossible": [IgnoresConditions],
    "check_refit": [FitsAtRandom],
    "check_polars": [changed(lambda new: new if isinstance(new, pd.DataFrame) else new.to_pandas()), FitsAtRandom],
    "check_fit_resample": [NewRowsFirst, LeavesUnbalanced],
    "check_constant_columns": [refusing(ValueError("no"), is_constant), changed(lambda new: new.assign(flag=False))],
    "check_one_row": [refusing(IndexError("index 0 is out of bounds"), lambda X: len(X) == 1)],
    "check_missing_values": [refusing(ValueError("no"), has_gaps), refusing(KeyError("plan"), has_gaps)],
    "check_dependence": [changed(shuffled)],
}


def skipped(synthesizer, data=None):
    """Names of the checks that were left out, of an honest synthesizer."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", SkipTestWarning)
        check_synthesizer(synthesizer, data)
    return [str(warning.message).split(":")[0] for warning in told if warning.category is SkipTestWarning]


def test_an_honest_synthesizer_passes():
    assert skipped(Resampler()) == ["check_score"]


def test_every_check_has_a_synthesizer_that_breaks_it():
    assert list(BROKEN) == [check.__name__ for check in CHECKS]


@pytest.mark.parametrize(("name", "kind"), [(name, kind) for name, kinds in BROKEN.items() for kind in kinds])
def test_a_broken_clause_is_found_out(name, kind):
    check = {check.__name__: check for check in synthesizer_checks(kind())}[name]
    with pytest.raises(AssertionError, match=f"^{name}: expected "):
        check()


def test_the_first_broken_clause_is_told():
    with pytest.raises(AssertionError, match=r"check_number_of_rows: expected 0 rows of generate\(0\), got 1\. Give"):
        check_synthesizer(OneTooMany())


def test_an_error_out_of_a_synthesizer_names_the_clause():
    kind = refusing(KeyError("income"), lambda X: True)
    with pytest.raises(AssertionError, match="check_parameters: KeyError: 'income' The clause: `fit` does not modify"):
        check_synthesizer(kind())


def test_the_given_synthesizer_stays_as_it_is():
    synthesizer = Resampler(random_state=5)
    Subject(synthesizer).fitted  # noqa: B018
    assert synthesizer.random_state == 5 and not hasattr(synthesizer, "codec_")


def test_data_of_ones_own_are_what_is_fitted():
    numbers = np.random.default_rng(0).normal(size=(200, 1))
    data = pd.DataFrame(numbers + 0.1 * np.random.default_rng(1).normal(size=(200, 3)), columns=["a", "b", "c"])
    assert {"check_condition_value", "check_condition_list", "check_fit_resample"} < set(skipped(Resampler(), data))


def test_dependence_is_told_from_independent_columns_with_the_same_margins():
    real, fresh = make_dependent_table(), make_dependent_table(1000, random_state=1)
    assert dependence_error(real, fresh) < 0.25
    assert 0.99 < dependence_error(real, shuffled(fresh)) < 1.1
