"""The prepared images as every check of images receives them: one scale for all parts, labels as places in one list."""

import hashlib
import json
from dataclasses import dataclass, replace

import numpy as np

from augment.auditing.data import Data


@dataclass(frozen=True)
class ImageData:
    """The prepared images, as every check of images receives them.

    Attributes
    ----------
    train, synthetic : ndarray of shape (n, *sides, channels)
        As given, but for an axis of channels where there was none.
    holdout : ndarray of shape (n, *sides, channels) or None
    labels : dict of str to ndarray of int
        Places in `classes`, by part; a part without labels is not there.
    classes : tuple of str
        The labels of train, sorted.
    mean, spread : ndarray of shape (channels,)
        Of the pixels of train: what `pixels` takes off and divides by.
    limits : (float, float)
        The smallest and the largest pixel of train: black and white of pictures.
    thresholds : dict of str to float
    notes : tuple of str
        What the reader should know about how the images were read.
    seed : int, default=0
        Of what several checks share.
    attributes : Data or None
        A table of the protected attributes, with the labels as its target; its synthetic table is empty where the
        synthetic images have no attributes.
    """

    train: np.ndarray
    synthetic: np.ndarray
    holdout: np.ndarray | None
    labels: dict
    classes: tuple
    mean: np.ndarray
    spread: np.ndarray
    limits: tuple
    thresholds: dict
    notes: tuple = ()
    seed: int = 0
    attributes: Data | None = None

    def has(self, need):
        """Whether the user gave `need`: "holdout", "attributes", or "labels" of every part that is there."""
        if need == "labels":
            return set(self.tables) <= set(self.labels)
        return getattr(self, need) is not None

    @property
    def tables(self):
        """The parts that are there, by name."""
        tables = {"train": self.train, "synthetic": self.synthetic, "holdout": self.holdout}
        return {name: table for name, table in tables.items() if table is not None}

    @property
    def sizes(self):
        """Images of each part, by name."""
        return {name: len(table) for name, table in self.tables.items()}

    @property
    def compared(self):
        """Places of columns, of which images have none."""
        return []

    @property
    def sides(self):
        """Height and width of an image, or depth, height and width of a volume."""
        return self.train.shape[1:-1]

    def pixels(self, name, rows, most):
        """Some images of a part on the scale of the training images, averaged down to at most `most` pixels a side.

        Parameters
        ----------
        name : str
        rows : ndarray of int, shape (n,)
        most : int

        Returns
        -------
        ndarray of float32, shape (n, *sides, channels)
        """
        images = averaged(self.tables[name][rows].astype("float32"), most)
        return (images - self.mean.astype("float32")) / self.spread.astype("float32")

    def fingerprint(self, name):
        """SHA-256 of a part's pixels and labels."""
        digest = hashlib.sha256(f"{self.tables[name].dtype.str}{self.tables[name].shape}".encode())
        digest.update(np.ascontiguousarray(self.tables[name]).tobytes())
        if name in self.labels:
            digest.update("\0".join(self.classes[k] for k in self.labels[name]).encode("utf-8", "surrogatepass"))
        if self.attributes is not None and name in self.attributes.tables:
            digest.update(self.attributes.fingerprint(name).encode())
        return digest.hexdigest()

    @property
    def groups(self):
        """`attributes`, without those of a holdout that was set aside."""
        if self.holdout is not None or self.attributes is None:
            return self.attributes
        return replace(self.attributes, holdout=None)

    @property
    def form(self):
        """SHA-256 of shape and scale: features of images of another form are other features."""
        form = [list(self.train.shape[1:]), self.mean.tolist(), self.spread.tolist()]
        return hashlib.sha256(json.dumps(form).encode()).hexdigest()

    def summary(self):
        """What the report says of the data themselves."""
        attributes = [self.attributes.columns[j] for j in self.attributes.protected] if self.attributes else []
        return {
            "data": {
                name: {"rows": len(part), "columns": int(np.prod(part.shape[1:])), "sha256": self.fingerprint(name)}
                for name, part in self.tables.items()
            },
            "columns": [{"name": c.name, "kind": c.kind, "identifier": False} for c in attributes],
            "target": None,
            "protected": [column.name for column in attributes],
            "images": {
                "sides": list(self.sides),
                "channels": self.train.shape[-1],
                "classes": list(self.classes),
                "form": self.form,
            },
        }


def averaged(images, most):
    """Images (n, *sides, channels) whose blocks of pixels are averaged until no side has more than `most` of them.

    Sides that a block does not divide lose the pixels left over at the far end, fewer than a block.

    Examples
    --------
    >>> averaged(np.arange(16.0).reshape(1, 4, 4, 1), 2)[0, :, :, 0].tolist()
    [[2.5, 4.5], [10.5, 12.5]]
    """
    for axis in range(1, images.ndim - 1):
        block = -(-images.shape[axis] // most)
        if block > 1:
            count = images.shape[axis] // block
            kept = images[(slice(None),) * axis + (slice(count * block),)]
            shape = (*kept.shape[:axis], count, block, *kept.shape[axis + 1 :])
            images = kept.reshape(shape).mean(axis=axis + 1)
    return images
