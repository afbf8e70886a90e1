"""Which kind of data an audit is of: as the user says, or as the data and the other arguments tell."""

from augment.auditing.frames import as_names
from augment.auditing.images.reading import are_images
from augment.auditing.sequences.reading import are_texts

KINDS = ("auto", "table", "images", "series", "text", "events", "molecules", "music")


def kind_of(train, kind="auto", entity=None, time=None, static=()):
    """What an audit is of: "table", "images", "series", "text", "events", "molecules" or "music".

    An `entity` makes a long frame, of events or of series, and these are audited alike: as "events". "auto" looks at
    train: strings are texts, an array of three axes is images; all else is a table. Series of numbers and music have
    the form of images, and molecules that of texts: they have to be named.

    Examples
    --------
    >>> import numpy as np
    >>> kind_of(["a", "b"]), kind_of(np.zeros((20, 8, 8))), kind_of(np.zeros((20, 8, 8)), "series")
    ('text', 'images', 'series')
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(map(repr, KINDS))}, got {kind!r}.")
    if entity is None and (time is not None or as_names(static, "static")):
        raise ValueError(
            "time= and static= describe long frames, which need entity=: the column that tells whose row it is."
        )
    if entity is not None and kind not in ("auto", "events", "series"):
        raise ValueError(f"entity= names a column of a long frame, but kind={kind!r}: leave one of them out.")
    if kind == "events" and entity is None:
        raise ValueError("kind='events' needs entity=: the column that tells whose row it is.")
    if entity is not None:
        return "events"
    if kind != "auto":
        return kind
    return "text" if are_texts(train) else "images" if are_images(train) else "table"
