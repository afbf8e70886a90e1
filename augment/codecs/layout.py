"""What the numbers in an encoded array mean: all that a model ever learns about the data's form."""

from dataclasses import dataclass, field, replace

import numpy as np


@dataclass(frozen=True)
class Block:
    """One column of a table as tokens: where they stand in an encoded row and what they mean.

    Parameters
    ----------
    name : str
        The column's name, for messages.
    start : int
        Index of the block's first array column: the coarse token. The fine token, if there is one, follows it.
    size : int
        Number of coarse tokens.
    proportions : ndarray of shape (size,)
        Share of the training rows that hold each coarse token; sums to one.
    levels : int, default=0
        Number of fine tokens inside a coarse one; 0 when the coarse token tells the whole value.
    has_levels : ndarray of bool of shape (size,), default=None
        Which coarse tokens are bins that a fine token divides; spikes and "missing" are not. None without levels.
    ranks : ndarray of shape (size, 2), default=None
        For ordered values the interval of the column's cumulative distribution that each coarse token covers, in
        [0, 1]; NaN where a token is no number ("missing"). None for unordered categories.
    """

    name: str
    start: int
    size: int
    proportions: np.ndarray
    levels: int = 0
    has_levels: np.ndarray | None = None
    ranks: np.ndarray | None = None

    @property
    def width(self):
        """Number of array columns: 1, or 2 with a fine token."""
        return 2 if self.levels else 1


@dataclass(frozen=True)
class Copy:
    """Two columns that often hold exactly the same value, spikes aside.

    An encoded row holds in array column `flag` a 1 where the two values are equal, else 0. In a generated row 1 says
    that `second` takes the value of `first`, 2 the reverse.

    Parameters
    ----------
    first, second : int
        Indices of the two blocks.
    flag : int
        Index of the array column that tells whether the values are equal.
    to_second : ndarray of int of shape (first.size, max(first.levels, 1), 2)
        Coarse and fine token in `second` of the value in the middle of each cell of `first`.
    to_first : ndarray of int of shape (second.size, max(second.levels, 1), 2)
        The same the other way.
    """

    first: int
    second: int
    flag: int
    to_second: np.ndarray
    to_first: np.ndarray


@dataclass(frozen=True)
class Rule:
    """Two columns of which one determines the other: which of their coarse tokens may stand together.

    Parameters
    ----------
    first, second : int
        Indices of the two blocks, neither of which has levels.
    allowed : ndarray of bool of shape (first.size, second.size)
        True where the pair of tokens occurs.
    """

    first: int
    second: int
    allowed: np.ndarray


@dataclass(frozen=True)
class Layout:
    """The form of encoded rows: `encode` gives an int32 array of shape (n, width) that obeys it.

    Parameters
    ----------
    blocks : tuple of Block
        The columns that a model generates, in array order.
    copies : tuple of Copy, default=()
        Pairs of columns that often coincide; their flags stand after all tokens.
    rules : tuple of Rule, default=()
        Pairs of columns of which one determines the other.
    n_samples : int
        Number of rows that the codec was fitted on: sizes of networks follow it.
    target : int, default=None
        Index of the block that is to be predicted from the others. Only training asks for it: it is not stored.
    """

    modality = "table"
    blocks: tuple
    copies: tuple = ()
    rules: tuple = ()
    n_samples: int = field(kw_only=True)
    target: int | None = None

    @property
    def width(self):
        """Number of array columns: all tokens, then a flag for each copy."""
        return sum(block.width for block in self.blocks) + len(self.copies)

    @property
    def tied(self):
        """Indices of the blocks that take part in two copies or more, in order."""
        partners = [block for copy in self.copies for block in (copy.first, copy.second)]
        return [block for block in sorted(set(partners)) if partners.count(block) > 1]


@dataclass(frozen=True)
class VectorBlock:
    """A part of an encoded row of floats: one number, or the places of one category.

    Parameters
    ----------
    name : str
        The name of its column, for messages.
    start, width : int
        Where it stands in the row.
    kind : {"number", "one_hot"}
        A number is distributed as a standard normal in the training rows, spikes aside; a one-hot holds a single 1.
    column : int
        Which column of the table it tells of, counted over the columns with something to model; `n_columns` for what
        belongs to none alone.
    """

    name: str
    start: int
    width: int
    kind: str
    column: int

    @property
    def places(self):
        """The slice of the row."""
        return slice(self.start, self.start + self.width)


@dataclass(frozen=True)
class VectorLayout:
    """The form of encoded rows of floats: `encode` gives a float32 array of shape (n, width) that obeys it.

    Parameters
    ----------
    blocks : tuple of VectorBlock
        The parts of a row, in order; together they fill it.
    n_columns : int
        Number of the table's columns with something to model: of so many a condition can tell.
    n_samples : int
        Number of rows that the codec was fitted on: sizes of networks follow it.
    """

    modality = "table"
    blocks: tuple
    n_columns: int
    n_samples: int = field(kw_only=True)

    @property
    def width(self):
        """Number of floats in a row."""
        return sum(block.width for block in self.blocks)

    @property
    def columns(self):
        """The column of each float, an int array of shape (width,)."""
        return np.concatenate([np.full(block.width, block.column) for block in self.blocks])


@dataclass(frozen=True)
class ImageLayout:
    """The form of encoded images: `encode` gives a float32 array of shape (n, width), pixels first, then the class.

    Pixels lie in [-1, 1], in the order of `shape`; the class is a one-hot. Sides are filled up to multiples of twice
    the `patch`.

    Parameters
    ----------
    shape : tuple of int
        (height, width, channels), or (depth, height, width, channels) of volumes, as filled up.
    proportions : tuple of float
        Share of each class; empty without labels.
    n_samples : int
        Number of images that the codec was fitted on.
    patch : int
        Side of the squares or cubes of pixels that a network takes as one place.
    binary : bool, default=False
        Whether pixels have two values: all are -1 or 1.
    """

    shape: tuple
    proportions: tuple
    n_samples: int = field(kw_only=True)
    patch: int = field(kw_only=True)
    binary: bool = field(default=False, kw_only=True)

    @property
    def modality(self):
        """What is encoded: images or volumes."""
        return "image" if len(self.shape) == 3 else "volume"

    @property
    def n_classes(self):
        """Number of classes, 0 without labels."""
        return len(self.proportions)

    @property
    def n_pixels(self):
        """Number of floats that the pixels take."""
        return int(np.prod(self.shape))

    @property
    def width(self):
        """Number of floats of an encoded image."""
        return self.n_pixels + self.n_classes


@dataclass(frozen=True)
class ImageCondition:
    """What is known of images to generate.

    Parameters
    ----------
    classes : ndarray of float32 of shape (n, n_classes)
        One-hots.
    like : ndarray of float32 of shape (n, n_pixels), default=None
        Images to stay near to; None draws freely.
    strength : float, default=1
        How far from them to go: 0 leaves them as they are, 1 knows nothing of them.
    """

    classes: np.ndarray
    like: np.ndarray | None = None
    strength: float = 1.0

    def take(self, rows):
        """The condition on some of the images, given by a slice or by their numbers."""
        return replace(self, classes=self.classes[rows], like=None if self.like is None else self.like[rows])


@dataclass(frozen=True)
class Condition:
    """What is known of the rows to generate.

    Parameters
    ----------
    tokens : ndarray of int32 of shape (n, n_blocks, 2)
        Coarse and fine token of each known cell; zeros elsewhere.
    known : ndarray of bool of shape (n, n_blocks)
        True where a cell is known.
    allowed : dict of int to ndarray of bool, default={}
        For blocks restricted by a range or a list: which tokens are allowed, of shape (size, max(levels, 1)).
    values : ndarray of float32 of shape (n, width), default=None
        For models of vectors: the known cells as floats; zeros elsewhere.
    """

    tokens: np.ndarray
    known: np.ndarray
    allowed: dict = field(default_factory=dict)
    values: np.ndarray | None = None

    def take(self, rows):
        """The condition on some of the rows, given by a slice or by their numbers."""
        values = None if self.values is None else self.values[rows]
        return replace(self, tokens=self.tokens[rows], known=self.known[rows], values=values)
