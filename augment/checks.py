"""The public contract of a synthesizer, one small check a clause, for our families and for users' own models."""

import pickle
import re
import tempfile
import warnings
from functools import cached_property, partial, update_wrapper
from itertools import combinations
from pathlib import Path
from unittest import SkipTest

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.exceptions import NotFittedError, SkipTestWarning

SEED = 0  # of the fits
N_DEPENDENCE = 1000  # generated rows that dependence is measured on
NEARER = 0.8  # of the error of independent columns at most


def check_synthesizer(synthesizer, data=None):
    """Check that a synthesizer keeps the contract: every check of `synthesizer_checks`, in order.

    Only the last check, of dependence, trains as long as the synthesizer says; the others stop after one epoch.

    Parameters
    ----------
    synthesizer : TabularSynthesizer or an estimator like it
        With any model: a name, a recipe or a callable. It is cloned, never fitted itself.
    data : pandas.DataFrame, default=None
        Some hundred rows whose columns clearly depend on each other. By default `make_dependent_table`.

    Raises
    ------
    AssertionError
        At the first check that fails; says which, what was expected, what came and what to do.

    Warns
    -----
    SkipTestWarning
        For each check that has no subject: of likelihood, where the model tells none; of files, where the model
        cannot be saved; of polars, where it is not installed.

    Examples
    --------
    >>> from augment import TabularSynthesizer, check_synthesizer
    >>> check_synthesizer(TabularSynthesizer(model="vae"))  # doctest: +SKIP
    >>> class Unready(TabularSynthesizer):
    ...     def generate(self, n_samples=None, **options):
    ...         return [0] * n_samples
    >>> check_synthesizer(Unready())
    Traceback (most recent call last):
        ...
    AssertionError: check_not_fitted: expected a NotFittedError from generate before fit, got a list. Begin generate
    with sklearn.utils.validation.check_is_fitted.
    """
    for check in synthesizer_checks(synthesizer, data):
        try:
            check()
        except SkipTest as reason:
            warnings.warn(f"{check.__name__}: {reason}", SkipTestWarning, stacklevel=2)


def synthesizer_checks(synthesizer, data=None):
    """List the checks, as functions without arguments that share their fits.

    With pytest each is a test of its own, named after the check; one without subject raises `unittest.SkipTest`,
    which pytest shows as skipped::

        @pytest.mark.parametrize("check", synthesizer_checks(TabularSynthesizer(model=my_model)))
        def test_contract(check):
            check()

    Parameters
    ----------
    synthesizer, data
        As in `check_synthesizer`.

    Returns
    -------
    list of callable
        The checks; the `__name__` of each is that of its function in this module.

    Examples
    --------
    >>> from augment import TabularSynthesizer
    >>> [check.__name__ for check in synthesizer_checks(TabularSynthesizer())[:3]]
    ['check_not_fitted', 'check_parameters', 'check_clone']
    """
    subject = Subject(synthesizer, data)
    return [update_wrapper(partial(_run, check, subject), check) for check in CHECKS]


def _run(check, subject):
    """Run a check; an error out of the synthesizer is a failure too, and says of which clause."""
    try:
        check(subject)
    except (AssertionError, SkipTest):
        raise
    except Exception as error:
        clause = check.__doc__.split("\n")[0]
        raise AssertionError(f"{check.__name__}: {type(error).__name__}: {error} The clause: {clause}") from error


class Subject:
    """What is checked: a synthesizer, the rows it is fitted on, and the fits that checks share.

    Parameters
    ----------
    synthesizer, data
        As in `check_synthesizer`.

    Attributes
    ----------
    table : pandas.DataFrame
        The rows.
    fitted : estimator
        Fitted on them for one epoch; checks only read it, or fit it again on the same rows.
    """

    def __init__(self, synthesizer, data=None):
        self.whole = clone(synthesizer).set_params(random_state=SEED)
        self.table = make_dependent_table() if data is None else data

    def quick(self):
        """A new unfitted synthesizer that trains for one epoch, if it can be told so."""
        short = {"epochs": 1} if "epochs" in self.whole.get_params() else {}
        return clone(self.whole).set_params(**short)

    @cached_property
    def fitted(self):
        return self.quick().fit(self.table)


def make_dependent_table(n_samples=400, random_state=0):
    """Make a table of six kinds of column that all depend on one hidden group, so that every pair is dependent.

    Each row is of group 0, 1 or 2 with probabilities .5, .3, .2. No column determines another, and none are equal.

    ======== ========== ============================================================================
    column   kind       law
    ======== ========== ============================================================================
    age      integer    N(30 + 15 group, 4²)
    income   decimals   log income ~ N(9 + group, .3²), in cents; missing with probability .05
    city     category   Oslo, Rome, Lima by group, any of them with probability .1; Bern never occurs
    plan     text       "free", "basic", "full" by group, any of them with probability .1
    member   boolean    true with probability .05, .5, .95 by group
    joined   date       2020-01-01 plus 300 days for each group, plus uniform 0 to 249 days
    ======== ========== ============================================================================

    Parameters
    ----------
    n_samples : int, default=400
        Number of rows.
    random_state : None, int or numpy Generator, default=0
        The seed, or the generator to draw from.

    Returns
    -------
    pandas.DataFrame
        `n_samples` rows, 6 columns.

    Examples
    --------
    >>> table = make_dependent_table()
    >>> table.groupby("plan")["age"].mean().round().to_dict()
    {'basic': 44.0, 'free': 31.0, 'full': 57.0}
    """
    rng = np.random.default_rng(random_state)
    group = rng.choice(3, n_samples, p=[0.5, 0.3, 0.2])

    def near_group(labels):
        strays = rng.random(n_samples) < 0.1
        return np.array(labels, dtype=object)[np.where(strays, rng.integers(0, 3, n_samples), group)]

    income = np.exp(rng.normal(9 + group, 0.3)).round(2)
    income[rng.random(n_samples) < 0.05] = np.nan
    days = 300 * group + rng.integers(0, 250, n_samples)
    return pd.DataFrame(
        {
            "age": rng.normal(30 + 15 * group, 4).round().astype("int64"),
            "income": income,
            "city": pd.Categorical(near_group(["Oslo", "Rome", "Lima"]), ["Bern", "Lima", "Oslo", "Rome"]),
            "plan": near_group(["free", "basic", "full"]),
            "member": rng.random(n_samples) < np.array([0.05, 0.5, 0.95])[group],
            "joined": np.datetime64("2020-01-01", "us") + days.astype("timedelta64[D]"),
        }
    )


def check_not_fitted(subject):
    """`generate` before `fit` raises NotFittedError."""
    came = _outcome(lambda: subject.quick().generate(1))
    _expect(
        isinstance(came, NotFittedError),
        check_not_fitted,
        "a NotFittedError from generate before fit",
        _kind(came),
        "Begin generate with sklearn.utils.validation.check_is_fitted",
    )


def check_parameters(subject):
    """`fit` does not modify the parameters."""
    wanted, came = _told(subject.quick()), _told(subject.fitted)
    advice = "Let fit store what it learns under names that end in _"
    _expect(came == wanted, check_parameters, f"the parameters after fit as before, {wanted}", came, advice)


def check_clone(subject):
    """A clone of a fitted synthesizer is not fitted and has equal parameters."""
    copy = clone(subject.fitted)
    came = _outcome(lambda: copy.generate(1))
    _expect(
        isinstance(came, NotFittedError),
        check_clone,
        "a NotFittedError from generate of a clone",
        _kind(came),
        "Keep what is learned out of the constructor's parameters",
    )
    wanted, came = _told(subject.fitted), _told(copy)
    _expect(came == wanted, check_clone, wanted, came, "Store each parameter in __init__ as it is given")


def check_number_of_rows(subject):
    """`generate(n)` gives exactly n rows, also for n of 0 and 1."""
    for n in (0, 1, 7):
        came = len(subject.fitted.generate(n))
        _expect(came == n, check_number_of_rows, f"{n} rows of generate({n})", came, "Give as many rows as asked for")


def check_kind(subject):
    """Rows have the library, columns, order and dtypes that were fitted."""
    for n in (0, 50):
        new = subject.fitted.generate(n)
        _expect_kind(check_kind, subject.table, new)


def check_known_values(subject):
    """Categories, labels and truth values are among those that were fitted."""
    new = subject.fitted.generate(200)
    for name in _labels(subject.table):
        strange = set(new[name].dropna()) - set(subject.table[name])
        _expect(
            not strange,
            check_known_values,
            f"in column {name!r} only values that were fitted",
            strange,
            "Draw categories among the fitted ones",
        )


def check_random_state(subject):
    """The same `random_state` gives the same rows, another gives others."""
    first, again, other = (subject.fitted.generate(30, random_state=seed) for seed in (1, 1, 2))
    advice = "Draw all noise from a generator that random_state makes"
    _expect_same(check_random_state, first, again, "from the same random_state", advice)
    _expect(
        not first.equals(other),
        check_random_state,
        "other rows from another random_state",
        "the same 30 rows",
        advice,
    )


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
    _expect(not changed, check_generate_changes_nothing, "the same state after generate", f"changed {changed}", advice)
    _expect_same(check_generate_changes_nothing, first, fitted.generate(10), "whatever was generated between", advice)


def check_pickle(subject):
    """A pickled copy generates the same rows."""
    copy = pickle.loads(pickle.dumps(subject.fitted))
    advice = "Let the state hold all that generate needs"
    _expect_same(check_pickle, subject.fitted.generate(20), copy.generate(20), "from a pickled copy", advice)


def check_save_and_load(subject):
    """What `load` reads generates the rows of what `save` wrote; a model of one's own is given to `load` again."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "synthesizer.augment"
        subject.fitted.save(path)
        copy = type(subject.fitted).load(path, model=subject.fitted.model)
    advice = "Let save write all that generate needs"
    _expect_same(check_save_and_load, subject.fitted.generate(20), copy.generate(20), "from a loaded copy", advice)


def check_score(subject):
    """`score` is finite and the same at every call; where the model tells likelihoods it is their mean."""
    score, again = subject.fitted.score(subject.table), subject.fitted.score(subject.table)
    advice = "Let it draw nothing at random but from a fixed seed"
    _expect(np.isfinite(score), check_score, "a finite score", score, advice)
    _expect(score == again, check_score, f"the same score {score} at every call", again, advice)
    if not hasattr(subject.fitted, "score_samples"):
        raise SkipTest("the model tells no likelihood: score was checked, score_samples was not")
    first, n = subject.fitted.score_samples(subject.table), len(subject.table)
    _expect(
        np.shape(first) == (n,) and np.isfinite(first).all(),
        check_score,
        f"{n} finite numbers from score_samples",
        f"shape {np.shape(first)}, of which {np.isfinite(first).sum()} finite",
        "Return a log-likelihood for each row",
    )
    _expect(np.isclose(score, np.mean(first)), check_score, f"score to be their mean {np.mean(first)}", score, advice)


def check_condition_value(subject):
    """A value in a condition holds for every row."""
    for name in _conditioned(_labels(subject.table)):
        value = subject.table[name].mode()[0]
        new = subject.fitted.generate(20, condition={name: value})[name]
        _expect_all(check_condition_value, new == value, 20, f"{name!r} to be {value!r}", new)


def check_condition_list(subject):
    """A list in a condition allows its values and no others."""
    for name in _conditioned(_labels(subject.table)):
        values = subject.table[name].value_counts().index[:2].tolist()
        new = subject.fitted.generate(20, condition={name: values})[name]
        _expect_all(check_condition_list, new.isin(values), 20, f"{name!r} to be among {values}", new)


def check_condition_range(subject):
    """A range in a condition holds for every row, both ends included."""
    for name in _conditioned(_ordered(subject.table)):
        low, high = subject.table[name].quantile([0.25, 0.5], interpolation="nearest")
        new = subject.fitted.generate(20, condition={name: (low, high)})[name]
        _expect_all(check_condition_range, new.between(low, high), 20, f"{name!r} from {low} to {high}", new)


def check_condition_rows(subject):
    """A frame of conditions has a row for each row: its cells come back as given and in order."""
    names = _conditioned([*_labels(subject.table), *_ordered(subject.table)])
    cells = subject.table[names].dropna().head(12).reset_index(drop=True).astype(object)
    given = (np.arange(len(cells))[:, None] + np.arange(len(names))) % 2 == 0
    new = subject.fitted.generate(condition=cells.where(given, None))
    _expect(len(new) == len(cells), check_condition_rows, f"{len(cells)} rows", len(new), "Give a row for each row")
    for place, name in enumerate(names):
        known = given[:, place]
        same = new[name][known].astype(object) == cells[name][known]
        _expect_all(check_condition_rows, same, known.sum(), f"{name!r} to be {cells[name][known].tolist()}", new[name])


def check_condition_impossible(subject):
    """A condition on a column that was not fitted raises a ValueError that names it."""
    name = "no such column"
    came = _outcome(lambda: subject.fitted.generate(3, condition={name: 1}))
    _expect(
        isinstance(came, ValueError) and name in str(came),
        check_condition_impossible,
        f"a ValueError that names {name!r}",
        f"{came!r}" if isinstance(came, Exception) else _kind(came),
        "Compare the names in a condition with the fitted ones",
    )


def check_fit_resample(subject):
    """`fit_resample` keeps every row first and unchanged, and gives every class as many as the largest has."""
    whole = [name for name in _labels(subject.table) if subject.table[name].notna().all()]
    if not whole:
        raise SkipTest("no column of the data can be a class")
    X, y = subject.table.drop(columns=whole[-1]), subject.table[whole[-1]]
    X_new, y_new = subject.quick().fit_resample(X, y)
    advice = "Append generated rows to the given ones"
    _expect_kind(check_fit_resample, X, X_new)
    _expect_same(check_fit_resample, X, X_new.head(len(X)), "given, unchanged and first", advice)
    _expect(y_new[: len(y)].equals(y), check_fit_resample, "the given labels first", "others", advice)
    wanted, came = dict.fromkeys(y.unique(), y.value_counts().max()), y_new.value_counts().to_dict()
    _expect(came == wanted, check_fit_resample, f"the counts {wanted}", came, "Generate what each class lacks")


def check_refit(subject):
    """`fit` twice with one seed gives the same rows."""
    first = subject.fitted.generate(20)
    second = subject.fitted.fit(subject.table).generate(20)
    advice = "Draw all that is random in fit from random_state, and let fit begin anew"
    _expect_same(check_refit, first, second, "after fit on the same rows as after the fit before", advice)


def check_polars(subject):
    """A polars frame of the same values gives a polars frame of the same rows."""
    try:
        import polars
    except ImportError:
        raise SkipTest("polars is not installed") from None
    new = subject.quick().fit(polars.from_pandas(subject.table)).generate(20)
    _expect(isinstance(new, polars.DataFrame), check_polars, "a polars frame", _kind(new), "Give the library that came")
    expected = subject.fitted.generate(20)
    advice = "Let no value depend on the library"
    _expect(new.columns == list(expected.columns), check_polars, list(expected.columns), new.columns, advice)
    for name in new.columns:
        ours, theirs = _plain(expected[name]), _plain(new[name].to_pandas())
        _expect(
            ours == theirs,
            check_polars,
            f"in column {name!r} the values from pandas, {ours[:5]}, ...",
            f"{theirs[:5]}, ...",
            advice,
        )


def check_constant_columns(subject):
    """A constant, a single category and a column without values come back so, or are refused with a reason."""
    n = 40
    table = pd.DataFrame(
        {"number": 7.5, "label": pd.Categorical(["x"] * n), "flag": True, "nothing": np.full(n, np.nan)}, range(n)
    )
    fitted = _fit_or_reason(check_constant_columns, subject, table)
    if fitted is not None:
        advice = "A column of one value needs no model"
        _expect_same(check_constant_columns, table.head(5), fitted.generate(5), "as constant as the given ones", advice)


def check_one_row(subject):
    """One row is learned from, or refused with a reason."""
    fitted = _fit_or_reason(check_one_row, subject, subject.table.head(1))
    if fitted is not None:
        _expect_kind(check_one_row, subject.table.head(1), fitted.generate(3))


def check_missing_values(subject):
    """Missing values in every column are learned, or refused with a reason."""
    gaps = np.random.default_rng(SEED).random(subject.table.shape) < 0.3
    table = subject.table.convert_dtypes(convert_floating=False).mask(gaps)  # integers and booleans that can be missing
    fitted = _fit_or_reason(check_missing_values, subject, table)
    if fitted is not None:
        _expect_kind(check_missing_values, table, fitted.generate(30))


def check_dependence(subject):
    """Pairs of columns depend on each other as in the given rows, better than independent columns would.

    The one check of substance. Numbers and dates are cut at their quartiles; the error of a pair is the total variation
    distance of its joint distribution from that of the given rows. It is compared with the error of independent columns
    that have the generated rows' own margins, so that errors of the margins are on both sides and only dependence
    decides. Independent columns reach a ratio of 1 or a little above and fail clearly, and 0.8 is demanded, far from
    what a good model reaches (about 0.3); but a sane model that is hardly trained may fail too: give it more epochs.
    """
    synthesizer = clone(subject.whole).fit(subject.table)
    ratio = _dependence_error(subject.table, synthesizer.generate(N_DEPENDENCE))
    _expect(
        ratio <= NEARER,
        check_dependence,
        f"pairs of columns whose error is at most {NEARER} of that of independent columns with the same margins",
        f"{ratio:.2f} of it",
        "Train longer, or look whether the model draws columns jointly and whether the given ones depend on each other",
    )


CHECKS = (
    check_not_fitted,
    check_parameters,
    check_clone,
    check_number_of_rows,
    check_kind,
    check_known_values,
    check_random_state,
    check_generate_changes_nothing,
    check_pickle,
    check_save_and_load,
    check_score,
    check_condition_value,
    check_condition_list,
    check_condition_range,
    check_condition_rows,
    check_condition_impossible,
    check_refit,
    check_polars,
    check_fit_resample,
    check_constant_columns,
    check_one_row,
    check_missing_values,
    check_dependence,
)


def _dependence_error(real, new):
    """Mean error of the pairs of columns of `new`, as a share of that of independent columns with the same margins."""
    cells = [_cells(real[name], new[name]) for name in real]
    errors = []
    for (first, new_first), (second, new_second) in combinations([pair for pair in cells if pair is not None], 2):
        joint, new_joint = first.T @ second / len(real), new_first.T @ new_second / len(new)
        apart = np.outer(new_first.mean(axis=0), new_second.mean(axis=0))
        errors.append([np.abs(joint - new_joint).sum(), np.abs(joint - apart).sum()])
    together, apart = np.mean(errors, axis=0)
    return together / apart


def _cells(real, new):
    """Rows (n, k) with a 1 in the cell of each value, of both columns; None for keys and free text."""
    if real.name in _ordered(real.to_frame()):
        edges = real.quantile([0.25, 0.5, 0.75])
        codes = [np.where(column.isna(), 4, np.searchsorted(edges, column)) for column in (real, new)]
        return [np.eye(5)[code] for code in codes]
    if real.name in _labels(real.to_frame()):
        values = real.dropna().unique().tolist()
        codes = [pd.Categorical(column.astype(object), values).codes for column in (real, new)]
        return [np.eye(len(values) + 1)[code] for code in codes]  # the last, -1, is what is missing or unknown
    return None


def _labels(table):
    """Names of the columns of categories, texts and truth values that repeat."""
    return [
        name
        for name in table
        if (pd.api.types.is_bool_dtype(table[name]) or not _has_order(table[name]))
        and 2 <= table[name].nunique() <= len(table) / 4 + 1
    ]


def _ordered(table):
    """Names of the columns of numbers and dates that vary."""
    return [
        name
        for name in table
        if _has_order(table[name]) and not pd.api.types.is_bool_dtype(table[name]) and table[name].nunique() > 3
    ]


def _has_order(column):
    return pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column)


def _conditioned(names):
    """`names`, unless there are none: then the check has no subject."""
    if not names:
        raise SkipTest("the data has no column of the kind that this condition is about")
    return names


def _fit_or_reason(check, subject, table):
    """A synthesizer fitted on `table`, or None where it says in a ValueError why it cannot be."""
    came = _outcome(lambda: subject.quick().fit(table))
    if isinstance(came, Exception):
        _expect(
            isinstance(came, ValueError) and len(str(came).split()) > 3,
            check,
            "a fit, or a ValueError that says why there is none",
            f"{came!r}",
            "Say what was expected, what came and in which column",
        )
        return None
    return came


def _outcome(call):
    """What a call gives, or the exception that it raises."""
    try:
        return call()
    except Exception as error:
        return error


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


def _plain(column):
    """Values as text, each kind of "missing" alike and whatever type the library gave them."""
    if pd.api.types.is_datetime64_any_dtype(column):
        column = column.astype("datetime64[us]")
    return [None if pd.isna(value) else str(value) for value in column.tolist()]


def _kind(value):
    return f"a {type(value).__name__}" + (f": {value}" if isinstance(value, Exception) else "")


def _expect(holds, check, expected, came, advice):
    if not holds:
        raise AssertionError(f"{check.__name__}: expected {expected}, got {came}. {advice}.")


def _expect_same(check, first, second, which, advice):
    """The same rows, up to the index, which is no value."""
    first, second = (rows.reset_index(drop=True) for rows in (first, second))
    differing = [name for name in first if name not in second or not first[name].equals(second[name])]
    came = f"others in the columns {differing}" if differing else f"the columns {list(second.columns)}"
    _expect(first.equals(second), check, f"the same rows {which}", came, advice)


def _expect_kind(check, table, new):
    """The library, columns, order and dtypes of `table`, categories included."""
    advice = "Turn generated arrays back with what was learned of the columns"
    _expect(type(new) is type(table), check, f"a {type(table).__name__} as fitted", _kind(new), advice)
    _expect(list(new.columns) == list(table.columns), check, list(table.columns), list(new.columns), advice)
    for name in table:
        wanted, came = table[name].dtype, new[name].dtype
        _expect(came == wanted, check, f"the dtype {wanted!r} in column {name!r}", f"{came!r}", advice)


def _expect_all(check, holds, n, what, new):
    """That a condition holds in all of n rows."""
    came = f"{int(np.sum(holds))} of {len(holds)} rows that obey: {new.tolist()}"
    advice = "Keep the known cells of a condition, or let takes_known and takes_allowed be False"
    _expect(len(holds) == n and bool(np.all(holds)), check, f"{n} rows with {what}", came, advice)
