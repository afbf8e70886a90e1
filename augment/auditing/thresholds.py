"""Thresholds have names, defaults and a source: a check gives the default, a user or a file may set another value.

A file is TOML, with the names in quotes, since they hold dots, or in tables:

    "fidelity.shapes" = 0.05

    [privacy]
    distances = 0.52
"""

import os
import tomllib
from collections import Counter
from dataclasses import dataclass, replace
from difflib import get_close_matches
from math import isfinite
from numbers import Real
from pathlib import Path


@dataclass(frozen=True)
class Threshold:
    """One threshold: its value, the value it has by default, and who set it: "default", "given" or a file."""

    value: float
    default: float
    source: str = "default"


def resolve(checks, given=None):
    """The thresholds of `checks`, by name, with what the user sets instead.

    Parameters
    ----------
    checks : list of Check
    given : dict of str to float, path of a TOML file, or a list of those, optional
        Of a list, the later ones win.

    Returns
    -------
    dict of str to Threshold

    Raises
    ------
    TypeError
        If a value is no finite number.
    ValueError
        If a name is unknown, or a file cannot be read.

    Examples
    --------
    >>> from augment.auditing import CHECKS
    >>> resolve(CHECKS, {"privacy.distances": 0.52})["privacy.distances"]
    Threshold(value=0.52, default=0.55, source='given')
    """
    thresholds = {name: Threshold(v, v) for check in checks for name, v in check.thresholds.items()}
    for layer in given if isinstance(given, (list, tuple)) else [given]:
        if layer is None:
            continue
        if isinstance(layer, (str, os.PathLike)):
            source, place, values = str(layer), str(layer), read(layer)
        else:
            source, place, values = "given", "thresholds", _mapping(layer)
        for name, value in values.items():
            _check(name, value, thresholds, place)
            thresholds[name] = replace(thresholds[name], value=float(value), source=source)
    return thresholds


def read(path):
    """Values by name from a TOML file; the names of tables are put before those inside them."""
    try:
        content = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ValueError(f"There is no file {path} of thresholds.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"The file of thresholds {path} cannot be read: {error}.") from error
    except tomllib.TOMLDecodeError as error:
        raise ValueError(
            f'{path} is no TOML: {error}. A name stands in quotes, before its value: "fidelity.shapes" = 0.05'
        ) from error
    pairs = list(_flat(content))
    for name, count in Counter(name for name, _ in pairs).items():
        if count > 1:
            raise ValueError(f"{path} names {name!r} twice: in quotes, and in a table. Leave one out.")
    return dict(pairs)


def _flat(table, before=""):
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def _mapping(layer):
    if not hasattr(layer, "items"):
        raise TypeError(f"thresholds must be a dict, the path of a TOML file or a list of those, got {layer!r}.")
    return layer


def _check(name, value, thresholds, place):
    """Raise where a name is not known or a value is no number."""
    if name not in thresholds:
        raise ValueError(f"{place} has no {name!r}: {nearest(name, thresholds)}")
    if not isinstance(value, Real) or isinstance(value, bool) or not isfinite(value):
        kind = "" if place == "thresholds" else f"{place}: "
        raise TypeError(f"{kind}thresholds[{name!r}] must be a finite number, got {value!r}.")


def nearest(name, names):
    """A suggestion of what was meant: the name most like it, or all.

    Examples
    --------
    >>> nearest("fidelity.shape", ["fidelity.shapes", "privacy.copies"])
    "did you mean 'fidelity.shapes'?"
    """
    like = get_close_matches(str(name), list(names), n=1)
    return f"did you mean {like[0]!r}?" if like else f"choose among {', '.join(names)}."


def with_sources(findings, thresholds):
    """The findings with the name and the source of their thresholds, where a check left them empty.

    The name is the id of the finding or the longest beginning of it, up to a dot, that is the name of a threshold.
    """
    return [_with_source(finding, thresholds) for finding in findings]


def _with_source(finding, thresholds):
    if finding.threshold is None:
        return finding
    parts = finding.id.split(".")
    beginnings = (".".join(parts[:k]) for k in range(len(parts), 0, -1))
    name = finding.threshold_name or next((b for b in beginnings if b in thresholds), "")
    source = finding.threshold_source or (thresholds[name].source if name in thresholds else "")
    return replace(finding, threshold_name=name, threshold_source=source)


def as_toml(thresholds):
    """The thresholds as a file that `read` takes back."""
    return "".join(f'"{name}" = {threshold.value!r}\n' for name, threshold in thresholds.items())
