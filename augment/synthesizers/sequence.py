"""Sequences: texts, molecules, music, series of numbers or event tables in, sequences of the same kind out."""

import numbers

import numpy as np
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from augment.codecs.labels import read_labels
from augment.synthesizers.base import Synthesizer
from augment.synthesizers.classes import check_number, classes_to_generate, labels_of
from augment.synthesizers.kinds import KINDS, codec_from_dict, kind_from_dict, kind_named
from augment.synthesizers.pairs import Pairing, as_array, to_numpy

BATCH = {"text": 32, "molecules": 32, "music": 32, "series": 128, "events": 16}  # rows in a step
DEFAULTS = {"prompt": None, "max_length": None, "temperature": 1.0, "top_p": 1.0, "history": None, "horizon": None}
DEFAULTS |= {"valid_only": True}


class SequenceSynthesizer(Synthesizer):
    """Learns texts, molecules, music, series of numbers or event tables, and generates new ones like them.

    Series are arrays (n, time, features), or lists of arrays (time, features) of different lengths; missing values,
    whole numbers and constant features come back as such. The model goes on with given ones and fills missing values.
    What a label lets expect, levels, distributions and covariances, is learned before training, that of a label of few
    series drawn towards what all have.

    With kind="series" they may also be a long frame: columns of numbers over time, in one or several rows for each
    entity, with columns of any kind that are the same in all of its rows. These attributes are made first, any of them
    known or not, and series given them: what they let expect of levels, courses and scales is taken out before training
    and put back. Times that follow a frequency (days, business days, weeks, months, quarters, years, hours, ...) go on
    with it; up to a tenth of its rows may not be there, and are not there in new entities as often. Others are
    irregular: the gaps are learned. Attributes of series in arrays are for such a frame; y is a label. `codec_.report`
    tells what each column was taken for, and how each feature of series is coded.

    Event tables are frames with one or several rows for each entity, in columns of any kind: what tells of the entity
    as a whole comes first, then row after row with the time since the one before, until the entity ends. Columns that
    never fall within an entity, as totals do, never fall in new ones. New entities have keys of their own.

    For texts it is not a language model: it enlarges sets of short texts, codes and names, or goes on in the manner of
    a long text, and knows nothing but what it is fitted on.

    Molecules are SMILES, which RDKit reads (`pip install "augment-toolkit[molecules]"`). New ones are valid, and may be
    asked for by properties, or with a part that they must have. Each molecule is learned with single and double bonds
    in its rings, in its canonical form and in random ones (Arús-Pous et al., Journal of Cheminformatics 11:71, 2019),
    the fewer molecules the more; none is in both parts of the data, that to learn from and that to validate on. What
    is written is a molecule token by token: no atom has more bonds than RDKit lets it have, and nothing ends before its
    rings and branches are closed. After training some 1,000 to 20,000 molecules are drawn, and of new ones at least two
    in three are then kept, so that means, and where possible variances, of logP, weight, polar surface, rings, aromatic
    rings, rotatable bonds, donors and acceptors are those of the fitted molecules; a network that is far off is only
    brought nearer. Differences that sampling explains stay. See `augment.synthesizers.property_tilt`.

    Music are arrays of MIDI pitches (time, voices) or, of a single line, (time,), with -1 for silence: the same voices
    in each piece, any lengths. The model goes on with given pieces and fills voices or stretches that are missing.
    Steps of equal pitch that follow one another are one held note. `augment.read_music` and `write_music` have files.

    Parameters
    ----------
    model : str, Recipe or callable, default="auto"
        The family of generative models; "auto" is "flow" for series, which "recurrent", "vae" and "gan" take, too, and
        "recurrent" for all else. Or a recipe with parameters such as `Recurrent(cell="lstm", units=512)`; or a function
        that takes a `SequenceLayout`, of series a `SeriesLayout`, of event tables an `EventsLayout`, and gives a
        `GenerativeModel`.
    kind : {"auto", "text", "molecules", "music", "series", "events"}, default="auto"
        What the sequences are; "auto" looks at the data, and takes strings for texts and frames for event tables. An
        array (n, time) and a long frame of series need "series", SMILES need "molecules", pieces of music "music".
    window : int, default=None
        For long series: steps of the parts in which they are learned and generated. Each one, or a single one as an
        array (time, features) or, with kind="series", (time,), is cut. The windows that validate are then whole
        stretches of time, and windows that share steps with them are not learned.
    stride : int, default=1
        Steps from the beginning of a window to that of the next.
    entity : str, default=None
        For frames, which need it: the column that tells whose a row is, of whole numbers or strings; new ones
        of categories are plain values.
    time : str, default=None
        For frames: the column that tells when, of dates, datetimes or numbers, in any order; events of the same time
        keep theirs, series have none. None takes the rows of an entity in their order, without times.
    static : list of str, default=None
        For frames: the columns that are the same in all rows of an entity. None finds them.
    scaling : {"auto", True, False}, default="auto"
        For series: whether a feature is learned as its level and scale in each series, those of the first half of the
        longest series, and its shape. "auto" does so where the scales of the first half surely foretell those of the
        second better than one scale for all does, as with sales of shops of very different size, in series of at least
        four steps that are not windows of one; new values stay inside the fitted range, but for features that wander.
    tokens : {"characters", "pieces"} or int, default="characters"
        What texts are written as: character by character, or in word pieces (byte-pair encoding, Sennrich et al., ACL
        2016) that are learned from X; an int is how many there are at most, "pieces" 512 of which each was joined a
        hundred times. None is in fewer than five texts, unless X has fewer. Characters fit a few hundred short
        texts better (712 names: 1.73 nats a character, 1.83 in pieces) and a million characters as well (1.525, 1.527);
        pieces draw long texts some four times as fast.
    notation : {"smiles", "selfies"}, default="smiles"
        What the model writes molecules as. Both are molecules, but models of SMILES fit better what they are fitted on
        (Skinnider, Nature Machine Intelligence 6:437, 2024). X and what is generated are SMILES.
    on_error : {"raise", "skip"}, default="raise"
        Whether SMILES of X that are no molecules are an error, or are left out with a warning; both name them.
    transpose : bool, default=True
        Whether each part of a piece of music is also learned in every other key that keeps the notes of each voice
        between its lowest and its highest fitted pitch. The pieces that validate are others, in their own keys.
    epochs : int or "auto", default="auto"
        Passes over the sequences at most; a pass is at least 16 and at most 512 steps. "auto" follows their number and
        length.
    batch_size : int or "auto", default="auto"
        Rows in an optimizer step, each of one long or several short sequences; "auto" is 128 for series, 16 for event
        tables and 32 for all else.
    time_limit : float, default=None
        Seconds that `fit` may take; training stops in time and keeps the best model so far.
    validation_fraction : float, default=0.1
        Share of the rows, in [0, 1), that decides when to stop; 0 trains to the end on all.
    callbacks : list of keras.callbacks.Callback, default=None
        The user's own callbacks for `keras.Model.fit`.
    verbose : int, default=1
        0 is silent, 1 shows an estimate and a line of progress on standard error.
    random_state : int, RandomState instance, Generator or None, default=None
        Decides fit and sequences; an int gives the same results at every call.

    Attributes
    ----------
    model_ : keras.Model
        The trained model.
    codec_ : TextCodec, MoleculeCodec, MusicCodec, SeriesCodec, PanelCodec or EventsCodec
        Turns sequences into arrays and back.
    kind_ : str
        The kind of the sequences.
    history_ : dict of str to list of float
        Losses as Keras recorded them.
    classes_ : ndarray
        The labels, sorted, after `fit(X, y)`.

    Examples
    --------
    >>> from augment import SequenceSynthesizer
    >>> texts = ["ab" * n for n in range(1, 9)] * 20
    >>> synthesizer = SequenceSynthesizer(epochs=1, verbose=0, random_state=0).fit(texts)
    >>> new = synthesizer.generate(3, prompt="ab", max_length=8)
    >>> [text[:2] for text in new]
    ['ab', 'ab', 'ab']

    >>> series = np.random.default_rng(0).normal(size=(50, 6, 2)).cumsum(axis=1)
    >>> synthesizer = SequenceSynthesizer(epochs=1, verbose=0, random_state=0).fit(series)
    >>> synthesizer.generate(3).shape
    (3, 6, 2)
    >>> synthesizer.generate(10, history=series[0, :4], horizon=2).shape  # ten paths on from its first steps
    (10, 6, 2)
    """

    _likely = "a sequence is; take model='recurrent'"

    def __init__(
        self,
        model="auto",
        *,
        kind="auto",
        window=None,
        stride=1,
        entity=None,
        time=None,
        static=None,
        scaling="auto",
        tokens="characters",
        notation="smiles",
        on_error="raise",
        transpose=True,
        epochs="auto",
        batch_size="auto",
        time_limit=None,
        validation_fraction=0.1,
        callbacks=None,
        verbose=1,
        random_state=None,
    ):
        super().__init__(
            model,
            epochs=epochs,
            batch_size=batch_size,
            time_limit=time_limit,
            validation_fraction=validation_fraction,
            callbacks=callbacks,
            verbose=verbose,
            random_state=random_state,
        )
        self.kind, self.window, self.stride, self.transpose = kind, window, stride, transpose
        self.entity, self.time, self.static, self.scaling = entity, time, static, scaling
        self.tokens, self.notation, self.on_error = tokens, notation, on_error

    @property
    def classes_(self):
        check_is_fitted(self, "codec_")
        if self.codec_.classes.values is None:
            raise AttributeError("classes_ is there after fit(X, y); these sequences were fitted without labels.")
        return self.codec_.classes.values

    def fit(self, X, y=None):
        """Learn the distribution of the sequences.

        Parameters
        ----------
        X : list, 1-D array or series of str, or a single str; array or list of arrays of numbers; frame
            Texts. A single long one is learned in parts of 128 characters, and the model goes on in its manner. Or
            SMILES, at least two different molecules, of 1,000 tokens at most. Or pieces of music: a list of arrays of
            whole numbers (time, voices) or (time,), or an array (n, time, voices). Or series, at least two: an array
            (n, time, features) or (n, time), or a list of arrays (time, features) or (time,) of any lengths; NaN is a
            missing value. Or long ones, see `window`. Or a pandas or polars frame or a pyarrow table of events or
            series, with rows of at least two entities; see `entity`.
        y : array-like of shape (n_samples,), default=None
            Labels, one for each text or series; `generate` then returns pairs.

        Returns
        -------
        self
            The fitted synthesizer. A fit that fails or is interrupted too early leaves it as it was.

        Raises
        ------
        ValueError, TypeError
            If a parameter is wrong, X is of no known kind, holds nothing to learn from or infinite values, y is of
            another length, rows of a frame miss their entity or time, a column of `static` is not, or one of series
            holds no numbers.
        """
        return super().fit(X, y)

    def generate(
        self,
        n_samples=None,
        *,
        y=None,
        condition=None,
        prompt=None,
        max_length=None,
        temperature=1.0,
        top_p=1.0,
        history=None,
        horizon=None,
        valid_only=True,
        random_state=None,
    ):
        """Draw new sequences.

        Parameters
        ----------
        n_samples : int, default=None
            Number of sequences, of frames that of entities; 0 gives none, of frames no rows, to any `history`.
            By default as many as were fitted, or as `y`, `prompt`, `history` or a condition has.
        y : array-like of shape (n_samples,), default=None
            Ask for these labels, in this order; only after `fit(X, y)`.
        condition : dict, array, list of arrays or frame, default=None
            `{"label": "spam"}` asks for this label, `{"label": ["spam", "ham"]}` for these, as frequent as they were.
            Of molecules also ranges, `{"logp": (2, 3), "weight": (250, 350), "qed": (0.6, 1)}`, of the logarithm of the
            partition coefficient, the molecular weight and the drug-likeness, which all of them are inside; and
            `{"substructure": "c1ccncc1"}`, a SMILES or SMARTS of a part that they have. A SMILES is what they are
            written from, so that most of what is added is at one of its atoms. A ValueError ends what less than one in
            200 fulfils.
            Series, no longer than the fitted ones, and pieces of music are filled where they are NaN (or masked); all
            else in them stays as it is. To fill a piece 64 are drawn along what is known of it, and of these one by
            its weight (`augment.models.filling`). With `n_samples` what is given is taken in turn, each once at least.
            Of frames any static columns, and the first value of the time and, of events, of other columns that never
            fall: a dict of values, lists and ranges, or a frame with a row for each entity, in which missing cells and
            absent columns are filled; see `TabularSynthesizer.generate`. Of series in frames also the frame of some
            entities with their times, of which missing cells, those of static columns too, and absent columns are
            filled.
        prompt : str, array or list of these, default=None
            What texts, molecules or pieces begin with: all of them with one, or each with its own. Of molecules the
            beginning of their SMILES, in which aromatic rings must be closed, or of their SELFIES where `notation`
            says so. A text in word pieces may go on inside a piece: those that reach over the end of the prompt are
            drawn by their probability, and the prompt stays as it is.
        max_length : int, default=None
            Characters of a text (whatever it is written in), tokens of a molecule or steps of a piece at most, those
            of its prompt included. By default as many as the longest fitted one has, 1,000 at most, and where a prompt
            is as long already, so many more; what is cut there is said unless `verbose=0`. Of event tables the rows of
            an entity at most, by default a quarter more than the longest has.
        temperature : float, default=1
            From 0.01 to 100. Below 1 likely tokens (characters, word pieces, notes) are drawn more often than they
            should be, above 1 less often. So are the cells of events, but not those of static columns.
        top_p : float, default=1
            In (0, 1]: only the likeliest tokens that together have this probability are drawn (nucleus sampling,
            Holtzman et al., ICLR 2020, arXiv 1904.09751).
        history : array, list of arrays or frame, default=None
            First steps of series to go on with, of one or several; with `n_samples` they are taken in turn, each once
            at least. What comes back begins with them. Beyond the length of fitted series the model goes on window by
            window, of the last steps; new values stay inside the fitted range, but for features that wander. Of frames
            all columns and the first rows of some entities: these come back, with their keys and ordered by entity and
            time, and what follows.
        horizon : int, default=None
            How many steps follow those of `history`; of events how many rows at most, by default all up to the end.
        valid_only : bool, default=True
            Whether molecules that RDKit does not read, as those cut at `max_length`, are drawn again, and part of the
            others, too, so that their properties are like those of the fitted ones; what a condition, a label or a
            prompt asks for is drawn from that corrected distribution, but with another `temperature` or `top_p` than 1
            nothing is corrected. They are given as canonical SMILES, or as written where there is a prompt, and repeat
            as they come. False gives all as the model wrote them, uncorrected, with single and double bonds in rings.
            How many of all were valid is said unless `verbose=0`.
        random_state : int, RandomState instance, Generator or None, default=None
            Decides the sequences. None takes the synthesizer's own.

        Returns
        -------
        X_new or (X_new, y_new)
            Texts or SMILES in the form that was fitted: a list, an array or a series; series and pieces as an array or
            a list of arrays of the fitted dtype; a frame of the fitted columns, order, dtypes and library. A pair after
            `fit(X, y)`.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            If a label or a character or pitch that is given is unknown, arguments exclude each other, a prompt is
            longer than `max_length`, or hardly any molecule is as asked.
        """
        check_is_fitted(self, "codec_")
        rng = self._generator(self.random_state if random_state is None else random_state)
        given = {"prompt": prompt, "max_length": max_length, "temperature": temperature, "top_p": top_p}
        given |= {"history": history, "horizon": horizon, "valid_only": valid_only}
        known = self._ask(n_samples, y, condition, self._taken(given), rng)
        sequences = self._kind.draw(self.model_, self.codec_, known, rng)
        new = self._kind.give(sequences, self.codec_, known, self.verbose)
        if self.codec_.classes.values is None:
            return new
        return new, self._pairing.as_given(self.codec_.classes.values[known.classes])

    def _taken(self, given):
        """The arguments of `generate` that are for this kind; a ValueError where others are given."""
        for name, value in given.items():
            as_default = value is DEFAULTS[name] or (isinstance(value, numbers.Real) and value == DEFAULTS[name])
            if name not in self._kind.takes and not as_default:
                raise ValueError(f"{name} is not for sequences of the kind {self.kind_!r}.")
        return {name: given[name] for name in self._kind.takes}

    def _ask(self, n_samples, y, condition, given, rng):
        """What is known of the sequences to generate."""
        check_number(n_samples)
        condition, own = self._kind.apart(condition)
        if own is not None:
            given = given | {"condition": own}
        if y is not None and condition is not None:
            raise ValueError("Give one of y and condition: each tells the labels.")
        default = self._kind.number(**given)
        default = self._n_samples if default is None else default
        places = classes_to_generate(self.codec_.classes, n_samples, default, y, condition, rng, "sequences")
        return self._kind.ask(self.codec_, places, **given)

    @available_if(Synthesizer._needs_likelihood)
    def score_samples(self, X, y=None):
        """Log-likelihood of each sequence, its end included (natural logarithm).

        Of texts in word pieces it is that of the pieces into which they are split, a bound from below of that of all
        ways to split them: divided by the number of characters it compares with that of characters.

        Of molecules it is that of what the network writes, before `generate` corrects their properties.

        Of series, where model="recurrent", the log-density of what features are learned by, normal scores, lines or
        relations: values compare between series and between models of the same data.

        Parameters
        ----------
        X : as in `fit`
            Texts of characters, or pieces of pitches, that were fitted; molecules, whose canonical form is scored,
            however it is written; series; or events: the likelihood is that of each entity, of its static columns
            too, in the order in which they first occur, and times and numbers count as the cells they fall into.
        y : array-like of shape (n_samples,), default=None
            Their labels, after `fit(X, y)`; without them the likelihood is that of X alone.

        Returns
        -------
        ndarray of shape (n_samples,)
            Log-likelihoods; the same at every call.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            If a text has a character, a piece a pitch, or y a label, that was not fitted.
        AttributeError
            If the model cannot tell how likely a sequence is.
        """
        check_is_fitted(self, "codec_")
        return self._log_likelihood(self._read(X, y, reset=False), y)

    def score(self, X, y=None):
        """How well the model agrees with the sequences: higher is better, and the same at every call.

        The mean log-likelihood of `score_samples` where the model tells one. Otherwise, of series, minus the squared
        sliced Wasserstein distance from as many generated ones, 1,000 at most, in the space of scores.

        Parameters
        ----------
        X, y
            As in `fit`.

        Returns
        -------
        float

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            As in `score_samples`, and for no sequences.
        """
        check_is_fitted(self, "codec_")
        sequences, labels = self._read(X, y, reset=False)
        if not len(sequences):
            raise ValueError("score is a mean over sequences and got none: give at least one.")
        if self._tells_likelihood():
            return float(np.mean(self._log_likelihood((sequences, labels), y)))
        classes = None if labels is None else self.codec_.classes.places(labels)
        return self._kind.score(self.model_, self.codec_, sequences, classes)

    def _log_likelihood(self, table, y):
        sequences, labels = table
        classes = None if labels is None else self.codec_.classes.places(labels)
        return self._kind.log_likelihood(self.model_, self.codec_, sequences, classes)

    def _read(self, X, y, reset):
        if reset:
            kind = kind_named(self.kind, X)
            kind = kind.of(X, **{name: getattr(self, name) for name in kind.options})
            (sequences, kept), labels = kind.to_learn(X), None
            if y is not None and not kind.labelled:
                raise ValueError(f"Sequences of the kind {kind.name!r} have no y: labels are columns of X.")
            if y is not None:
                labels = read_labels(to_numpy(as_array(y)), len(kept), "sequences")[kept]
            self._pairing = Pairing() if y is None else Pairing.of(np.zeros((len(kept), 1)), y)
            self._kind, self.kind_, self._n_samples, self.n_features_in_ = kind, kind.name, len(sequences), 1
            return sequences, labels
        sequences = self._kind.read(X)
        labels = None if y is None else labels_of(self.codec_.classes, y, "sequences")
        if labels is not None and len(labels) != len(sequences):
            raise ValueError(f"X has {len(sequences)} sequences and y {len(labels)} labels.")
        return sequences, labels

    def _recipe(self, model):
        if isinstance(model, str) and model == "auto":
            return getattr(self, "_kind", KINDS["text"]).families[0]
        return model

    def _make_codec(self, encoding):
        from augment.models.base import family_of

        model, kind = self._recipe(self.model), self._kind
        if family_of(model) not in (None, *kind.families):
            names = " or ".join(map(repr, kind.families))
            raise ValueError(f"Sequences of the kind {kind.name!r} take model={names}. Received: model={model!r}")
        of_its_own = family_of(model) is None and hasattr(model, "encoding")
        encoding = encoding if of_its_own else kind.codec_class.encodings[0]
        return kind.codec_class(encoding, **kind.codec_settings(self))

    @classmethod
    def _read_codec(cls, state):
        return codec_from_dict(state)

    def _plan(self, model, n):
        from augment.training import plan

        batch_size = BATCH[self.kind_] if self.batch_size == "auto" else self.batch_size
        settings = {"epochs": self.epochs, "batch_size": batch_size}
        whole = plan(n, **settings)
        seen, fewest = self._kind.rows_seen(self.codec_.layout, n)
        return plan(n, share=max(seen / whole.batch_size, fewest) / whole.steps, **settings)

    def _guard(self, model, learn, check, plan):
        return self._kind.guard(self.codec_, model, learn, check, plan)

    def _split(self, arrays, rng):
        return self._kind.split(self.codec_, arrays, self.validation_fraction, rng)

    def _touch_up(self, model, arrays, rng):
        super()._touch_up(model, arrays, rng)
        self._kind.conclude(model, self.codec_, rng, self.time_limit and self.time_limit / 2)

    def _seconds_after(self, model):
        return self._kind.seconds_after

    def _seconds_of_a_step(self, model, plan):
        return self._kind.seconds_of_a_step(self.codec_.layout, model, plan.batch_size)

    def _give(self, decoded):
        return decoded

    def _unscored(self, y):
        return []

    def _learned(self):
        return {
            "n_samples": self._n_samples,
            "n_features_in_": self.n_features_in_,
            "kind": self.kind_,
            "form": self._kind.to_dict(),
            "pairing": self._pairing.to_dict(),
        }

    def _set_learned(self, learned):
        self._n_samples, self.n_features_in_ = learned["n_samples"], learned["n_features_in_"]
        self._kind = kind_from_dict(learned["kind"], learned["form"])
        self.kind_, self._pairing = learned["kind"], Pairing.from_dict(learned["pairing"])
