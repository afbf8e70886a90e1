"""The scores of sdmetrics, as its users call them, without its bars and warnings."""

import contextlib
import io
import logging
import warnings

import pandas as pd


def quality(real, synthetic):
    """Score of the QualityReport."""
    return float(_report(real, synthetic).get_score())


def column_shape(real, synthetic, column):
    """Score of one column in the QualityReport."""
    return float(_report(real, synthetic).get_details("Column Shapes").set_index("Column").at[column, "Score"])


def pair_trend(real, synthetic, first, second):
    """Score of one pair of columns in the QualityReport."""
    details = _report(real, synthetic).get_details("Column Pair Trends")
    return float(details.set_index(["Column 1", "Column 2"]).at[(first, second), "Score"])


def overfitting(train, synthetic, holdout):
    """Score of DCROverfittingProtection, and the share of rows that it puts nearer to the training rows."""
    with _quiet():
        from sdmetrics.single_table import DCROverfittingProtection

        found = DCROverfittingProtection.compute_breakdown(train, synthetic, holdout, *_described(train))
    return float(found["score"]), float(found["synthetic_data_percentages"]["closer_to_training"])


def baseline(train, synthetic):
    """Score of DCRBaselineProtection, which draws its random rows from NumPy's global generator."""
    with _quiet():
        from sdmetrics.single_table import DCRBaselineProtection

        return float(DCRBaselineProtection.compute(train, synthetic, *_described(train)))


def detection(real, synthetic):
    """Score of LogisticDetection."""
    with _quiet():
        from sdmetrics.single_table import LogisticDetection

        return float(LogisticDetection.compute(real, synthetic, _metadata(real)))


def disclosure(real, synthetic, known, secret):
    """Score of DisclosureProtection."""
    with _quiet():
        from sdmetrics.single_table import DisclosureProtection

        columns = {"known_column_names": list(known), "sensitive_column_names": [secret]}
        return float(DisclosureProtection.compute(real, synthetic, **columns))


def odds_improvement(train, synthetic, holdout, label, group):
    """Score of EqualizedOddsImprovement; `label` and `group` are each a column's name and the value that counts."""
    with _quiet():
        from sdmetrics.single_table import EqualizedOddsImprovement

        told = (*_described(train), *label, *group)
        return float(EqualizedOddsImprovement.compute(train, synthetic, holdout, *told))


@contextlib.contextmanager
def _quiet():
    before = logging.root.manager.disable
    nowhere = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stderr(nowhere), contextlib.redirect_stdout(nowhere):
        warnings.simplefilter("ignore")
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(before)


def _metadata(frame):
    kinds = {name: "numerical" if pd.api.types.is_numeric_dtype(c) else "categorical" for name, c in frame.items()}
    return {"columns": {name: {"sdtype": kind} for name, kind in kinds.items()}}


def _described(frame):
    return {"tables": {"table": _metadata(frame)}}, "table"


def _report(real, synthetic):
    with _quiet():
        from sdmetrics.reports.single_table import QualityReport

        report = QualityReport()
        report.generate(real, synthetic, _metadata(real), verbose=False)
        return report
