"""All kinds of columns: the first that does not reject a column takes it."""

import contextlib

from augment.codecs.categories import MAX_CATEGORIES, Category
from augment.codecs.columns import Missing, RejectColumn
from augment.codecs.decimals import DecimalNumber
from augment.codecs.entities import EntityName, EntityNumber
from augment.codecs.identifiers import Fresh, Key, Text
from augment.codecs.moments import Duration, Moment
from augment.codecs.quantities import Number
from augment.codecs.written import WrittenDate

KINDS = (Missing, Key, WrittenDate, Text, Moment, Duration, Number, DecimalNumber, Category)


def fit_column(column, max_categories=MAX_CATEGORIES, fresh=True):
    """The fitted codec of the first kind that takes `column`, and its tokens; without `fresh` no kind that invents."""
    reasons = []
    for kind in KINDS if fresh else [kind for kind in KINDS if not issubclass(kind, Fresh)]:
        codec = kind(max_categories) if kind is Category else kind()
        try:
            return codec, codec.fit_encode(column)
        except RejectColumn as reason:
            reasons.append(f"{kind.__name__}: {reason}")
    raise ValueError(f"No codec takes column {column.name!r} ({'; '.join(reasons)}).")


def fit_entity(column):
    """The fitted codec of a column of entities, whatever its values look like, and its tokens."""
    for kind in (EntityNumber, EntityName):
        with contextlib.suppress(RejectColumn):
            codec = kind()
            return codec, codec.fit_encode(column)
    raise ValueError(
        f"The entity column {column.name!r} must hold whole numbers or strings, of which there are new ones: turn it "
        "into one of these."
    )


def column_from_dict(name, state):
    """The codec of the column called `name` from its `to_dict`."""
    return _BY_NAME[state["codec"]]().from_dict(name, state)


_BY_NAME = {kind.__name__: kind for kind in (*KINDS, EntityNumber, EntityName)}
