"""Arrays of images, with or without labels, become one `ImageData`, or an error that says what is wrong with them."""

import numpy as np

from augment.auditing.images.attributes import read_attributes
from augment.auditing.images.data import ImageData
from augment.auditing.reading import MIN_ROWS, label_of, listed

FEW_CHANNELS = 64  # more on the last axis is taken for a side
SMALLEST = 4  # pixels on a side
MOST_CLASSES = 1000
OTHER_RANGE = 20  # times wider or narrower than train's: pixels of another type on another scale


def are_images(part):
    """Whether what was given as train is images: an array of at least three axes, a pair with labels, a list of arrays.

    Examples
    --------
    >>> are_images(np.zeros((20, 8, 8))), are_images((np.zeros((20, 8, 8)), [1] * 20)), are_images(np.zeros((20, 3)))
    (True, True, False)
    """
    if isinstance(part, (tuple, list)):
        return bool(part) and hasattr(part[0], "shape")
    return len(getattr(part, "shape", ())) > 2


def prepare(train, synthetic, holdout=None, spatial_dims=2, thresholds=None, protected=(), population=None):
    """Read two or three sets of images into one `ImageData`.

    Parameters
    ----------
    train, synthetic, holdout : ndarray of shape (n, *sides) or (n, *sides, channels), or a tuple
        The same sides and channels in each. Pixels are whole numbers or floats. A tuple is (images, labels) or (images,
        labels, attributes): see `read_attributes`; labels may be None.
    spatial_dims : {2, 3}, default=2
        Sides of an image: 3 for volumes.
    thresholds : dict of str to float, optional
    protected : str or sequence of str, default=()
        Attributes whose groups matter.
    population : dict of str to dict, optional
        Shares of their groups in the population.

    Raises
    ------
    TypeError, ValueError
        When something is no image, has too few images, pixels that are no numbers, or another form than train.

    Examples
    --------
    >>> images = np.arange(20 * 8 * 6).reshape(20, 8, 6)
    >>> prepare((images, [0, 1] * 10), images).train.shape
    (20, 8, 6, 1)
    """
    if spatial_dims not in (2, 3):
        raise ValueError(f"spatial_dims must be 2 for images or 3 for volumes, got {spatial_dims!r}.")
    given = {"train": train, "synthetic": synthetic, "holdout": holdout}
    triples = {name: _triple(part, name) for name, part in given.items() if part is not None or name != "holdout"}
    parts = {name: _images(images, name, spatial_dims) for name, (images, *_) in triples.items()}
    _same_form(parts)
    mean, spread, limits = _scale(parts["train"])
    if not spread.max() > 0:
        raise ValueError(
            "Every pixel of train has the same value: there is nothing to compare. Look at how it was read."
        )
    _same_range(parts, limits)
    texts = {n: _labels(labels, n, len(parts[n])) for n, (_, labels, _) in triples.items() if labels is not None}
    classes = tuple(sorted(set(texts.get("train", ())), key=_order))
    codes = {name: _codes(text, name, classes) for name, text in texts.items()}
    attributes = {name: own for name, (*_, own) in triples.items() if own is not None}
    sizes = {name: len(part) for name, part in parts.items()}
    table = read_attributes(attributes, sizes, texts, protected, population, thresholds)
    return ImageData(
        parts["train"],
        parts["synthetic"],
        parts.get("holdout"),
        codes,
        classes,
        mean,
        np.where(spread > 0, spread, 1.0),
        limits,
        dict(thresholds or {}),
        (*_notes(parts, codes), *_notes_on_attributes(table, attributes, parts)),
        attributes=table,
    )


def _triple(part, name):
    """Images, labels and attributes of a part; None for what was not given."""
    if not isinstance(part, (tuple, list)):
        return part, None, None
    if len(part) not in (2, 3) or len(getattr(part[0], "shape", ())) < 3:
        raise TypeError(
            f"{name} must be an array of images, a pair (images, labels) or (images, labels, attributes), got a "
            f"{type(part).__name__} of {len(part)}{_what(part)}. Stack single images with np.stack; "
            "series of numbers need kind='series'."
        )
    return tuple(part) if len(part) == 3 else (*part, None)


def _what(part):
    return f" that begins with {type(part[0]).__name__}" if len(part) else ""


def _images(images, name, spatial_dims):
    """The array of a part with an axis of channels."""
    form = "(n, height, width)" if spatial_dims == 2 else "(n, depth, height, width)"
    form = f"{form} or {form[:-1]}, channels)"
    if not hasattr(images, "shape") or len(images.shape) < 3:
        raise TypeError(f"{name} must be images as train, an array {form}, got {type(images).__name__}.")
    array = np.asarray(images)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"Pixels of {name} must be whole numbers or floats, got {array.dtype}.")
    if array.ndim not in (spatial_dims + 1, spatial_dims + 2):
        advice = " For volumes give spatial_dims=3." if spatial_dims == 2 and array.ndim == 5 else ""
        raise ValueError(f"{name} must be an array {form}, got shape {array.shape}.{advice}")
    array = array if array.ndim == spatial_dims + 2 else array[..., None]
    if len(array) < MIN_ROWS:
        raise ValueError(
            f"{name} has {len(array)} images: the audit needs at least {MIN_ROWS}, since fewer tell nothing about "
            "where they came from."
        )
    _check_sides(array, name, form, spatial_dims)
    if array.dtype.kind == "f":
        bad = np.flatnonzero(~np.isfinite(array).all(axis=tuple(range(1, array.ndim))))
        if len(bad):
            raise ValueError(
                f"{len(bad):,} of {len(array):,} images of {name} hold NaN or infinite pixels, the first is image "
                f"{bad[0]}: fill the pixels or leave the images out."
            )
    return array


def _check_sides(array, name, form, spatial_dims):
    """Complain about sides that are none: channels in front, volumes, single pixels."""
    sides, channels = array.shape[1:-1], array.shape[-1]
    if array.shape[1] in (1, 3, 4) and min(array.shape[2:]) > 4:
        raise ValueError(
            f"{name} must be an array {form}, got shape {array.shape}, in which the channels seem to stand first: move "
            "them with np.moveaxis(images, 1, -1)."
        )
    if channels > FEW_CHANNELS or channels == 0:
        advice = "; for volumes give spatial_dims=3" if spatial_dims == 2 else ""
        raise ValueError(
            f"{name} must be an array {form} with 1 to {FEW_CHANNELS} channels, got {array.shape}{advice}."
        )
    if min(sides) < SMALLEST:
        raise ValueError(
            f"Images of {name} must have at least {SMALLEST} pixels on each side, got {_by(sides)}. Series of numbers "
            "need kind='series'."
        )


def _same_form(parts):
    """Complain about parts of other sides or channels than train's."""
    wanted = parts["train"].shape[1:]
    faults = [
        f"{name} has {_by(part.shape[1:-1])} pixels and {part.shape[-1]} channels"
        for name, part in parts.items()
        if part.shape[1:] != wanted
    ]
    if faults:
        raise ValueError(
            f"The images of all parts must have the form of train, {_by(wanted[:-1])} pixels and {wanted[-1]} "
            f"channels. But {'; '.join(faults)}: bring them to one form first."
        )


def _scale(images):
    """Mean and standard deviation of each channel, and the smallest and largest pixel."""
    sums, squares = np.zeros(images.shape[-1]), np.zeros(images.shape[-1])
    low, high, shift = np.inf, -np.inf, images[0].mean(dtype="float64")
    for start in range(0, len(images), 500):
        part = images[start : start + 500].astype("float64").reshape(-1, images.shape[-1])
        low, high = min(low, part.min()), max(high, part.max())
        sums += (part - shift).sum(axis=0)
        squares += ((part - shift) ** 2).sum(axis=0)
    count = images[..., 0].size
    spread = np.sqrt(np.maximum(squares / count - (sums / count) ** 2, 0.0)) if high > low else np.zeros_like(sums)
    return sums / count + shift, spread, (float(low), float(high))


def _same_range(parts, limits):
    """Complain about pixels of another type on another scale, such as 0 to 1 beside 0 to 255."""
    width = limits[1] - limits[0]
    for name, part in parts.items():
        span = float(part.max()) - float(part.min())
        other = part.dtype.kind != parts["train"].dtype.kind or part.dtype.itemsize != parts["train"].dtype.itemsize
        if other and not width / OTHER_RANGE < span < width * OTHER_RANGE:
            raise ValueError(
                f"Pixels of {name} ({part.dtype}) go from {part.min():g} to {part.max():g}, those of train "
                f"({parts['train'].dtype}) from {limits[0]:g} to {limits[1]:g}: bring them to one range first."
            )


def _labels(labels, name, n):
    """Labels as an array of texts."""
    labels = np.asarray(labels)
    if labels.ndim == 2 and labels.shape[1] == 1:
        labels = labels[:, 0]
    if labels.ndim == 2:
        raise ValueError(
            f"{name} must have one label an image, got labels of shape {labels.shape}: for a one-hot array give "
            "labels.argmax(axis=1)."
        )
    if labels.shape != (n,):
        raise ValueError(f"{name} has {n:,} images and labels of shape {labels.shape}: give one label for each image.")
    values = labels.tolist()
    missing = [i for i, v in enumerate(values) if v is None or v != v]
    if missing:
        raise ValueError(f"{len(missing):,} labels of {name} are missing, the first is that of image {missing[0]}.")
    return np.array([label_of(v) for v in values], object)


def _order(label):
    """Numbers by size before texts by letter."""
    try:
        return 0, float(label), label
    except ValueError:
        return 1, 0.0, label


def _codes(texts, name, classes):
    """Places of the labels in `classes`."""
    if len(classes) > MOST_CLASSES:
        raise ValueError(f"Labels are classes, {MOST_CLASSES:,} at most: train has {len(classes):,} different ones.")
    unknown = sorted(set(texts) - set(classes))
    if unknown:
        known = f"has {listed(classes)}" if classes else "has no labels: give (images, labels)"
        raise ValueError(f"{name} has labels that train lacks, {listed(unknown)}; train {known}.")
    place = {label: k for k, label in enumerate(classes)}
    return np.array([place[text] for text in texts])


def _notes(parts, codes):
    """What the reader should know of images of one value, and of parts without labels."""
    for name, part in parts.items():
        flat = part.reshape(len(part), -1)
        blank = int((flat == flat[:, :1]).all(axis=1).sum())
        if blank:
            yield f"{blank:,} of {len(part):,} images of {name} have one value in all pixels."
    silent = [name for name in parts if name not in codes]
    if codes and silent:
        yield f"Labels were given, but none for {' and '.join(silent)}: what needs them is not assessed."


def _notes_on_attributes(table, given, parts):
    """What the reader should know of the attributes: of which parts they are, and how they were read."""
    if table is None:
        if given:
            yield "Attributes were given, but no protected= names those whose groups matter: they are not looked at."
        return
    yield from table.notes
    yield "In findings on groups a row is an image with its attributes."
    absent = [name for name in parts if name not in given]
    if absent:
        guessed = " those of synthetic images are guessed from the images;" * ("synthetic" in absent)
        yield f"Attributes were not given for {' and '.join(absent)}:{guessed} what else needs them is not assessed."


def _by(sides):
    return " x ".join(map(str, sides))
