"""A table of any library as arrays and back: one codec a column, and the relations between columns."""

from dataclasses import replace

import numpy as np

from augment.codecs.conditions import build_condition, overlay_columns
from augment.codecs.frames import names_of, read_table, write_table
from augment.codecs.identifiers import Fresh
from augment.codecs.kinds import column_from_dict, fit_column, fit_entity
from augment.codecs.layout import Layout, Rule
from augment.codecs.names import near_names
from augment.codecs.relations import find_copies, find_rules, make_copy, resolve_copies, take_known
from augment.codecs.vectors import Vectors


class TableCodec:
    """Turns tables into arrays that obey a layout, and such arrays into tables of the fitted form.

    `decode` gives what `fit` was given: the same library (pandas, polars, pyarrow or a 2-D NumPy array), columns,
    order, types, categories and kinds of missing values. A pandas frame gets a new index numbered from zero, of the
    fitted type where that was an integer one and under its name; moments or texts of an index cannot be made up.

    Parameters
    ----------
    max_categories : int, default=500
        Number of tokens that a column of labels gets at most; the rarest values share one.
    encoding : {"tokens", "vectors"}, default="tokens"
        What encoded rows hold: integers, each with its own vocabulary, or floats (see `Vectors`).

    Attributes
    ----------
    tokens : Layout
        What the integers in rows of tokens mean.
    vectors : Vectors or None
        Turns rows of tokens into rows of floats where those are asked for.
    report : list of dict
        For each column what it was taken for: `column`, `kind` and `note`, which tells what was merged or replaced.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> frame = pd.DataFrame({"age": [31, 40, 40, 25], "city": ["Rome", None, "Oslo", "Rome"]})
    >>> codec = TableCodec().fit(frame)
    >>> codec.layout.width
    2
    >>> arrays = codec.encode(frame)
    >>> codec.decode(arrays, np.random.default_rng(0)).equals(frame)
    True
    """

    encodings = ("tokens", "vectors")

    def __init__(self, max_categories=500, encoding="tokens"):
        if encoding not in self.encodings:
            raise ValueError(
                f"A table can be encoded as {' or '.join(map(repr, self.encodings))}. Received: encoding={encoding!r}"
            )
        self.max_categories = max_categories
        self.encoding = encoding

    @property
    def layout(self):
        """What the numbers in encoded rows mean: a Layout of tokens, a VectorLayout of vectors."""
        return self.tokens if self.vectors is None else self.vectors.layout

    @property
    def dtype(self):
        """Type of the numbers in encoded rows."""
        return np.dtype("int32" if self.vectors is None else "float32")

    def _set_tokens(self, layout):
        self.tokens = layout
        self.vectors = Vectors(layout) if self.encoding == "vectors" else None

    def fit(self, data, target=None, entity=None, measured=()):
        """Learn the columns of `data`, a table of at least one row and one column.

        The column called `target` is the one to predict: it is never replaced by fresh values, even if it looks like a
        key, and the layout names its block. The one called `entity` is a key, whatever it looks like, and those of
        `measured` are none.
        """
        columns, self.form = read_table(data)
        if not columns:
            raise ValueError(
                f"Found array with 0 feature(s) (shape=({len(data)}, 0)) while a minimum of 1 is required."
            )
        if not len(columns[0]):
            raise ValueError(
                f"Found array with 0 sample(s) (shape=(0, {len(columns)})) while a minimum of 1 is required."
            )
        fitted = [
            fit_entity(column)
            if entity is not None and column.name == entity
            else fit_column(column, self.max_categories, fresh=column.name not in (target, *measured))
            for column in columns
        ]
        self.columns = [codec for codec, _ in fitted]
        layout = self._find_layout(columns, np.concatenate([tokens for _, tokens in fitted], axis=1))
        names = [self.columns[place].name for place in self.places if target is not None]
        self._set_tokens(replace(layout, target=names.index(target) if target in names else None))
        return self

    # the layout -----------------------------------------------------------------------------------------------------

    def _find_layout(self, columns, tokens):
        rng = np.random.default_rng(0)
        blocks = self._blocks()
        n = len(columns[0])
        small = [index for index, block in enumerate(blocks) if not block.levels]
        coarse = {index: tokens[:, blocks[index].start] for index in small}
        rules = find_rules(coarse, {index: blocks[index].size for index in small}, rng)
        pairs = []
        for large in self._comparable(blocks):
            values = self._plain_values(columns, tokens, blocks, large)
            pairs += find_copies(large, values, 2 * len(columns) - len(pairs), rng)
        width = sum(block.width for block in blocks)
        codecs = [self.columns[place] for place in self.places]
        copies = [make_copy(*pair, codecs, blocks, width + order) for order, pair in enumerate(pairs)]
        return Layout(blocks, tuple(copies), tuple(rules), n_samples=n)

    def _blocks(self):
        """The blocks of all columns that have something to model; `places` tells whose they are."""
        self.places = [place for place, codec in enumerate(self.columns) if codec.width]
        starts = np.cumsum([0, *(self.columns[place].width for place in self.places)]).tolist()
        return tuple(self.columns[place].block(start) for place, start in zip(self.places, starts, strict=False))

    def _comparable(self, blocks):
        """Lists of the blocks with levels whose values count the same thing."""
        groups = {}
        for index, block in enumerate(blocks):
            if block.levels:
                groups.setdefault(self.columns[self.places[index]].scale, []).append(index)
        return list(groups.values())

    def _plain_values(self, columns, tokens, blocks, chosen):
        """Float array of the values of the `chosen` blocks; NaN where missing or a spike."""
        out = np.full((len(tokens), len(chosen)), np.nan)
        for order, index in enumerate(chosen):
            block, place = blocks[index], self.places[index]
            plain = block.has_levels[tokens[:, block.start]]
            out[plain, order] = self.columns[place].numbers(columns[place].take(plain))
        return out

    # encoding -------------------------------------------------------------------------------------------------------

    def encode(self, data, rng=None):
        """Encoded rows: an array of shape (n, layout.width), int32 for tokens and float32 for vectors.

        `rng` chooses among the levels that hold the same value, and the place inside them for vectors; without one the
        lowest and the middle are taken.
        """
        columns = self._matched(read_table(data))
        tokens = self._tokens(columns, rng)
        if self.tokens.copies:
            tokens = np.concatenate([tokens, self._flags(columns, tokens)], axis=1)
        return tokens if self.vectors is None else self.vectors.encode(tokens, rng)

    def _tokens(self, columns, rng):
        parts = [codec.encode(column, rng) for codec, column in zip(self.columns, columns, strict=True)]
        return np.concatenate(parts, axis=1)

    def _flags(self, columns, tokens):
        blocks, copies = self.tokens.blocks, self.tokens.copies
        chosen = sorted({index for copy in copies for index in (copy.first, copy.second)})
        values = self._plain_values(columns, tokens, blocks, chosen)
        place = {index: column for column, index in enumerate(chosen)}
        flags = np.empty((len(tokens), len(copies)), "int32")
        for order, copy in enumerate(copies):
            flags[:, order] = values[:, place[copy.first]] == values[:, place[copy.second]]
        return flags

    def _matched(self, read):
        """The columns of new data in the fitted order."""
        columns, form = read
        names = names_of(self.form)
        if "numpy" in (form["library"], self.form["library"]):
            if len(columns) != len(names):
                raise ValueError(f"Expected {len(names)} columns, as in the training data; got {len(columns)}.")
            return columns
        found = {column.name: column for column in columns}
        missing = [name for name in names if name not in found]
        extra = [name for name in found if name not in set(names)]
        if missing or extra:
            parts = [f"missing are {', '.join(map(repr, missing[:8]))}"] if missing else []
            parts += [f"not known are {', '.join(map(repr, extra[:8]))}"] if extra else []
            raise ValueError(f"The columns are not those of the training data: {'; '.join(parts)}.")
        return [found[name] for name in names]

    # decoding -------------------------------------------------------------------------------------------------------

    def decode(self, arrays, rng, condition=None):
        """A table from encoded rows, an array of shape (n, layout.width).

        `rng` draws the places inside the levels, the rare values and the fresh identifiers. With the `condition` that
        the rows were generated under (a TableCondition), numbers stay in its ranges and the values that it gives are
        there exactly as given, in their copies too.
        """
        return self.write(self.decode_columns(arrays, rng, condition), condition)

    def decode_columns(self, arrays, rng, condition=None):
        """The columns of the table that `decode` would give, in plain form: a list of Column."""
        arrays = self.as_tokens(arrays, condition)
        within, given = ({}, {}) if condition is None else (condition.within, condition.given)
        columns, start = [], 0
        for place, codec in enumerate(self.columns):
            columns.append(codec.decode(arrays[:, start : start + codec.width], rng, within.get(place)))
            start += codec.width
        columns = overlay_columns(columns, given)
        return self._copy_values(columns, arrays, within, given) if self.tokens.copies else columns

    def write(self, columns, condition=None):
        """The table of these columns, with the index of the `condition` where it has one."""
        table = write_table(columns, self.form)
        index = None if condition is None else condition.index
        if index is not None and self.form["library"] == "pandas":
            table.index = index
        return table

    def as_tokens(self, arrays, condition=None):
        """Encoded rows as rows of tokens; the `condition` says which cells no rule may change."""
        return np.asarray(arrays) if self.vectors is None else self.vectors.decode(arrays, condition)

    def as_vectors(self, arrays, rng):
        """Encoded rows as rows of floats, and their VectorLayout; `rng` draws places inside the cells of tokens."""
        if self.vectors is not None:
            return arrays, self.vectors.layout
        vectors = Vectors(self.tokens)
        return vectors.encode(arrays, rng), vectors.layout

    def _copy_values(self, columns, arrays, within, given):
        """`columns` with each value that a flag says to be a copy of another column's over the one drawn for it."""
        known = np.zeros((len(arrays), len(self.tokens.blocks)), bool)
        for block, place in enumerate(self.places):
            if place in given:
                known[:, block] = given[place].present
        pairs = list(self._copied(columns, arrays, known))
        numbers = {place: self.columns[place].numbers(columns[place]).copy() for pair in pairs for place in pair[:2]}
        for place, origin, rows, fixed in pairs:  # a drawn source moves to where its copy may be, or they would differ
            free = rows & ~fixed
            values = self.columns[place].snap(numbers[origin][free], within.get(place))
            numbers[origin][free] = self.columns[origin].snap(values, within.get(origin))
        for place, origin, rows, fixed in pairs:
            numbers[place][rows] = self.columns[place].snap(numbers[origin][rows], within.get(place))
            numbers[place][fixed] = self.columns[place].hold(numbers[origin][fixed], within.get(place))
        new = {}
        for place, values in numbers.items():
            drawn = columns[place].present & ~known[:, self.places.index(place)]
            new[place] = replace(self.columns[place].column_of(values), missing=(~drawn).astype("int8"))
        return overlay_columns(columns, new)

    def _copied(self, columns, arrays, known):
        """Where which column takes the values of which: places, rows, and those rows in which the value is known."""
        copies = self.tokens.copies
        sources = resolve_copies(copies, arrays[:, [copy.flag for copy in copies]], known.shape[1])
        sources = take_known(sources, known)
        for block in sorted({index for copy in copies for index in (copy.first, copy.second)}):
            for source in np.unique(sources[:, block]):
                place, origin = self.places[block], self.places[source]
                rows = (sources[:, block] == source) & columns[place].present & columns[origin].present
                if source != block and rows.any():
                    yield place, origin, rows, rows & known[:, source]

    # conditions -----------------------------------------------------------------------------------------------------

    def condition(self, spec, n=None):
        """What a condition says of n rows to generate, as a TableCondition.

        Parameters
        ----------
        spec : dict or table
            A dict of column to value, (low, high), [alternatives] or None for missing; an end of a range that is None
            is open. Or a table of n rows, in which missing cells and absent columns are unknown.
        n : int, default=None
            Number of rows; a table says it by itself.

        Raises
        ------
        ValueError
            When a column, a value or a range is not in the training data.
        """
        return build_condition(self, spec, n)

    def for_model(self, condition, rng):
        """`condition`, with the known cells as floats where the models eat such; `rng` draws places inside cells."""
        if self.vectors is None:
            return condition
        tokens = np.zeros((len(condition.known), self.tokens.width), "int32")
        for i, block in enumerate(self.tokens.blocks):
            tokens[:, block.start : block.start + block.width] = condition.tokens[:, i, : block.width]
        known = np.pad(condition.known, ((0, 0), (0, 1)))[:, self.layout.columns]
        return replace(condition, values=np.where(known, self.vectors.encode(tokens, rng), np.float32(0)))

    def place_of(self, name):
        """Index of the column called `name`; a ValueError lists the names that are like it."""
        names = names_of(self.form)
        if name not in names:
            raise ValueError(f"There is no column {name!r}; near it: {near_names(name, names)}.")
        return names.index(name)

    @property
    def fresh(self):
        """Places of the columns whose values are made afresh."""
        return [place for place, codec in enumerate(self.columns) if isinstance(codec, Fresh)]

    @property
    def report(self):
        """What each column was taken for."""
        return [{"column": codec.name, "kind": codec.label, "note": "; ".join(codec.notes)} for codec in self.columns]

    # saving ---------------------------------------------------------------------------------------------------------

    def to_dict(self):
        """The learned state as JSON-ready values."""
        copies = [[copy.first, copy.second] for copy in self.tokens.copies]
        rules = [[rule.first, rule.second, np.argwhere(rule.allowed).tolist()] for rule in self.tokens.rules]
        return {
            "max_categories": self.max_categories,
            "encoding": self.encoding,
            "form": self.form,
            "n_samples": self.tokens.n_samples,
            "columns": [codec.to_dict() for codec in self.columns],
            "copies": copies,
            "rules": rules,
        }

    @classmethod
    def from_dict(cls, state):
        """Codec from what `to_dict` gave."""
        codec = cls(state["max_categories"], state["encoding"])
        codec.form = state["form"]
        pairs = zip(names_of(codec.form), state["columns"], strict=True)
        codec.columns = [column_from_dict(name, column) for name, column in pairs]
        blocks = codec._blocks()
        width = sum(block.width for block in blocks)
        own = [codec.columns[place] for place in codec.places]
        copies = [make_copy(*pair, own, blocks, width + order) for order, pair in enumerate(state["copies"])]
        rules = []
        for first, second, seen in state["rules"]:
            allowed = np.zeros((blocks[first].size, blocks[second].size), bool)
            allowed[tuple(np.array(seen).T)] = True
            rules.append(Rule(first, second, allowed))
        codec._set_tokens(Layout(blocks, tuple(copies), tuple(rules), n_samples=state["n_samples"]))
        # A damaged form makes no table: better told on loading than at the first rows.
        codec.decode(np.zeros((0, codec.layout.width), codec.dtype), np.random.default_rng(0))
        return codec
