"""The few kinds of chart a finding may carry, as plain data: what `evidence["charts"]` holds.

A report draws them without knowing the check they come from, so a new check needs no new drawing.
"""

import numpy as np

from augment.auditing.frames import IDENTIFIER_SHARE


def intervals(title, rows, *, axis, threshold=None, mark=""):
    """Rows of value and interval on one axis, each with a mark (such as its ceiling) to compare with.

    Parameters
    ----------
    title : str
    rows : list of dict
        "name", "value", "low", "high" and, where there is one, "mark".
    axis : (float, float)
    threshold : float, optional
    mark : str
        What the marks are.
    """
    return {"kind": "intervals", "title": title, "rows": rows, "axis": list(axis), "threshold": threshold, "mark": mark}


def histograms(title, panels):
    """Small panels of shares of real and synthetic values in common bins, made by `panel`."""
    return {"kind": "histograms", "title": title, "panels": panels}


def panel(data, j, bins=24, at_most=8):
    """Shares of the values of column j in common bins: quantile range for numbers, commonest labels for categories.

    "unique" says that nearly every real value is its own, "n" of how many rows the shares are: the public form of a
    report leaves out panels and bins by these.
    """
    column, real, synthetic = data.columns[j], data.train[:, j], data.synthetic[:, j]
    if column.is_category:
        kept = min(len(column.labels), at_most)
        labels = list(column.labels[:kept]) + ["other"] * (len(column.labels) > kept)
        codes = [np.minimum(v[~np.isnan(v)].astype(int), kept) for v in (real, synthetic)]
        counts = [np.bincount(c, minlength=len(labels))[: len(labels)] for c in codes]
    else:
        edges, whole = _edges(real, synthetic, bins)
        labels = [column.show(edge) for edge in (edges[:-1] + 0.5 if whole else edges)]
        present = [v[~np.isnan(v)] for v in (real, synthetic)]
        counts = [np.histogram(np.clip(v, edges[0], edges[-1]), edges)[0] for v in present]
    if any(np.isnan(v).any() for v in (real, synthetic)):
        labels = labels + ["missing"]
        counts = [np.append(c, np.isnan(v).sum()) for c, v in zip(counts, (real, synthetic), strict=True)]
    shares = [(c / len(v)).round(5).tolist() for c, v in zip(counts, (real, synthetic), strict=True)]
    present = real[~np.isnan(real)]
    return {
        "name": column.name,
        "category": column.is_category,
        "labels": labels,
        "real": shares[0],
        "synthetic": shares[1],
        "n": {"real": len(real), "synthetic": len(synthetic)},
        "unique": bool(len(np.unique(present)) > IDENTIFIER_SHARE * len(present)),
    }


def _edges(real, synthetic, bins):
    """Equal bins over the central 99 % of the real and of the synthetic values, and whether each is a whole number."""
    parts = [v[~np.isnan(v)] for v in (real, synthetic)]
    if not len(parts[0]) + len(parts[1]):
        return np.array([0.0, 1.0]), False
    bounds = np.array([np.quantile(v, (0.005, 0.995)) for v in parts if len(v)])
    low, high = bounds[:, 0].min(), bounds[:, 1].max()
    distinct = np.unique(np.concatenate(parts))
    distinct = distinct[(distinct >= low) & (distinct <= high)]
    if 1 < len(distinct) <= bins and (distinct == np.floor(distinct)).all() and high - low < bins:
        return np.arange(np.floor(low), np.ceil(high) + 2) - 0.5, True
    return (np.linspace(low, high, bins + 1) if high > low else np.array([low - 0.5, low + 0.5])), False


def matrix(title, labels, values, explanation):
    """A square of differences between -1 and 1: invented associations against lost ones."""
    return {"kind": "matrix", "title": title, "labels": list(labels), "values": values, "explanation": explanation}


def bars(title, rows):
    """Rows of "name" and "value", from zero."""
    return {"kind": "bars", "title": title, "rows": rows}


def lines(title, x_label, y_label, series):
    """Curves in the unit square or over a common range: a list of {"name", "x", "y"}."""
    return {"kind": "lines", "title": title, "x_label": x_label, "y_label": y_label, "series": series}


def pictures(title, panels):
    """Panels of "name" and "pictures", each a PNG file in base 64 with "name", "width" and "height" (in pixels)."""
    return {"kind": "pictures", "title": title, "panels": panels}


def table(caption, columns, rows, row_level=False):
    """A plain table for `evidence["tables"]`; `row_level` where it shows rows, which the public form leaves out."""
    listed = {"caption": caption, "columns": list(columns), "rows": [list(row) for row in rows]}
    return {**listed, "row_level": True} if row_level else listed
