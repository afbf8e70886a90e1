"""What is known of long frames of series to generate, and what tells of their entities as a whole given that."""

from dataclasses import dataclass

import numpy as np

from augment.codecs.conditions import TableCondition
from augment.codecs.panel_rows import Panel
from augment.synthesizers.conditioning import draw

CANDIDATES = 32  # attributes drawn for each series of which a part is known, and not all of the attributes
CHUNK = 256  # series whose candidates are weighed at a time


@dataclass(frozen=True)
class Question:
    """What is known of series to generate.

    Parameters
    ----------
    n : int
        Their number.
    condition : TableCondition or None
        What is known of them as a whole.
    panel : Panel or None
        What is known of the series themselves.
    horizon : int or None
        Steps that follow; None to fill.
    """

    n: int
    condition: TableCondition | None = None
    panel: Panel | None = None
    horizon: int | None = None


@dataclass(frozen=True)
class Told:
    """Series to make of which the attributes are there: what `Series` goes on with.

    Parameters
    ----------
    given : list of ndarray of shape (steps, features) or None
        What is known of them.
    horizon : int or None
        Steps that follow.
    attributes : ndarray of shape (n, n_attributes)
        What tells of them as a whole.
    """

    given: list | None
    horizon: int | None
    attributes: np.ndarray


def tokens_of(model, codec, question, rng):
    """Tokens (n, static width) of entities of which a Question tells.

    Where a part of the series is known, and not all of the attributes, of several candidates the series choose one.
    """
    n, condition, panel = question.n, question.condition, question.panel
    if model is None or model.static is None:
        return np.zeros((n, codec.layout.static_width), "int32")
    if question.horizon is not None:
        return codec.static.encode(panel.firsts)
    if panel is None or condition.known.all():
        return draw(model.static, codec.static, n, condition, rng)
    rows = np.repeat(np.arange(n), CANDIDATES)
    tokens = draw(model.static, codec.static, len(rows), condition.take(rows), rng)
    return tokens[np.arange(n) * CANDIDATES + _chosen(model, codec, panel, tokens, rng)]


def _chosen(model, codec, panel, tokens, rng):
    """Which of the candidates (n * CANDIDATES, static width) of each entity is taken (n,).

    By how likely the known numbers of its series are, were they normal given what tells of it as a whole.
    """
    from augment.models.drawing import inverse_cumulative

    uniform, layout = rng.random(len(panel)), codec.layout.series
    if not layout.width:
        return np.zeros(len(panel), int)
    values, known = codec.series.known(panel.series, list(map(len, panel.series)), True)
    weights = np.empty((len(panel), CANDIDATES))
    for first in range(0, len(panel), CHUNK):
        own = slice(first, first + CHUNK)
        attributes = codec.attributes(tokens[first * CANDIDATES : (first + CHUNK) * CANDIDATES])
        many_values, many_known = (np.repeat(part[own], CANDIDATES, axis=0) for part in (values, known))
        scales = codec.series.expected.log_scales(attributes)[:, None] * many_known.reshape(-1, *layout.shape)
        left = codec.series.without(many_values, attributes)
        logs = model.series.log_normal(left, many_known) - scales.sum(axis=(1, 2))
        weights[own] = logs.reshape(-1, CANDIDATES)
    return inverse_cumulative(weights, uniform)
