"""The quality score of sdmetrics, under its own name: many know it, and nothing here depends on it."""

import contextlib
import io
import logging
import warnings

import numpy as np
import pandas as pd

from augment.auditing import charts
from augment.auditing.check import Check, Finding, NotAssessed

MAX_ROWS = 50_000
MAX_COLUMNS = 30  # the score takes minutes on a wide table


def quality_score(data, rng):
    """sdmetrics' QualityReport score of the synthetic rows against the training rows; informational.

    It drops missing values, bins each table on its own and gives an exact copy of the training table 1, more than it
    gives fresh real rows: read it beside the findings above, not instead of them.
    """
    places = data.compared
    if len(places) > MAX_COLUMNS:
        places = sorted(rng.choice(places, MAX_COLUMNS, replace=False))
    places = [j for j in places if not np.isnan(data.train[:, j]).all() and not np.isnan(data.synthetic[:, j]).all()]
    if not places:
        raise NotAssessed("No column has values in both tables.")
    frames = [_frame(data, name, places, rng) for name in ("train", "synthetic")]
    metadata = {"columns": {f"c{j}": {"sdtype": _SDTYPES[data.columns[j].kind]} for j in places}}
    try:
        score, parts, version = _quality_report(*frames, metadata)
    except Exception as error:  # whatever sdmetrics does, the audit goes on
        raise NotAssessed(f"sdmetrics stopped with {type(error).__name__}: {error}") from error
    listing = [[name, value] for name, value in parts]
    some = f" on {len(places)} of {len(data.columns)} columns" if len(places) < len(data.columns) else ""
    return [
        Finding(
            id=QUALITY.id,
            pillar=QUALITY.pillar,
            title=QUALITY.title,
            value=score,
            informational=True,
            n={"train": len(frames[0]), "synthetic": len(frames[1])},
            message=f"sdmetrics {version} gives a quality score of {score:.3f}{some}. An exact copy of the training "
            "rows would get 1; it has no interval, and decides nothing here.",
            evidence={"tables": [charts.table("Its parts", ["property", "score"], listing)]},
        )
    ]


_SDTYPES = {"number": "numerical", "duration": "numerical", "date": "datetime", "category": "categorical"}


def _frame(data, name, places, rng):
    """Columns of one table as sdmetrics takes them; it reads column names, so they are plain ones."""
    table = data.tables[name]
    rows = np.sort(rng.permutation(len(table))[:MAX_ROWS])
    columns = {}
    for j in places:
        column, values = data.columns[j], table[rows, j]
        if column.is_category:
            values = pd.Series([None if np.isnan(v) else column.labels[int(v)] for v in values], dtype=object)
        elif column.kind == "date":
            values = pd.to_datetime(pd.Series(values), unit="us")
        columns[f"c{j}"] = values
    return pd.DataFrame(columns)


def _quality_report(real, synthetic, metadata):
    with (
        warnings.catch_warnings(),
        contextlib.redirect_stderr(io.StringIO()),
        contextlib.redirect_stdout(io.StringIO()),
    ):
        warnings.simplefilter("ignore")
        before = logging.root.manager.disable
        logging.disable(logging.CRITICAL)
        try:
            import sdmetrics
            from sdmetrics.reports.single_table import QualityReport

            report = QualityReport()
            report.generate(real, synthetic, metadata, verbose=False)
            parts = report.get_properties()
        finally:
            logging.disable(before)
    score = report.get_score()
    if not np.isfinite(score):
        raise ValueError("its score is not a number")
    return float(score), list(parts.itertuples(index=False, name=None)), sdmetrics.__version__


QUALITY = Check("fidelity.sdmetrics", "sdmetrics quality score", quality_score)
CHECKS = [QUALITY]
