"""The contract as a list of checks, and what runs them: all at once, or one by one for pytest."""

import warnings
from functools import partial, update_wrapper
from unittest import SkipTest

from sklearn.exceptions import SkipTestWarning

from augment.checks import conditions, dependence, estimator, rows, tables
from augment.checks.subject import Subject

CHECKS = (
    estimator.check_not_fitted,
    estimator.check_parameters,
    estimator.check_clone,
    rows.check_number_of_rows,
    rows.check_kind,
    rows.check_known_values,
    rows.check_random_state,
    estimator.check_generate_changes_nothing,
    estimator.check_pickle,
    estimator.check_save_and_load,
    estimator.check_score,
    conditions.check_condition_value,
    conditions.check_condition_list,
    conditions.check_condition_range,
    conditions.check_condition_rows,
    conditions.check_condition_impossible,
    estimator.check_refit,
    tables.check_polars,
    tables.check_fit_resample,
    tables.check_constant_columns,
    tables.check_one_row,
    tables.check_missing_values,
    dependence.check_dependence,
)


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
        The checks; the `__name__` of each is that of its function.

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
