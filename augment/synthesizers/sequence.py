"""Sequences: texts in, texts of the same kind out."""

import numpy as np
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from augment.codecs.labels import read_labels
from augment.synthesizers.base import Synthesizer
from augment.synthesizers.classes import check_number, classes_to_generate, labels_of
from augment.synthesizers.kinds import KINDS, kind_named
from augment.synthesizers.pairs import Pairing, to_numpy

BATCH = 32  # rows in a step
OFTEN = 40  # times at most that a model sees a token, unless `epochs` is given
MOST = 8_000_000  # tokens at most that it sees
FEWEST = 500  # steps
ARITHMETIC = 4e10  # floating-point operations that a core does in a second


class SequenceSynthesizer(Synthesizer):
    """Learns texts, with or without labels, and generates new ones like them.

    Not a language model: it enlarges sets of short texts, codes and names, or goes on in the manner of a long text, and
    knows nothing but what it is fitted on.

    Parameters
    ----------
    model : str, Recipe or callable, default="auto"
        The family of generative models; "auto" is "recurrent" for texts. Or a recipe with parameters such as
        `Recurrent(cell="lstm", units=512)`; or a function that takes a `SequenceLayout` and gives a `GenerativeModel`.
    kind : {"auto", "text"}, default="auto"
        What the sequences are; "auto" looks at the data.
    epochs : int or "auto", default="auto"
        Passes over the sequences at most; a pass is at least 16 and at most 512 steps. "auto" follows their number and
        length.
    batch_size : int or "auto", default="auto"
        Rows in an optimizer step, each of one long or several short sequences; "auto" is 32.
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
    codec_ : TextCodec
        Turns texts into arrays and back.
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
    """

    def __init__(
        self,
        model="auto",
        *,
        kind="auto",
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
        self.kind = kind

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
        X : list, 1-D array or series of str, or a single str
            Texts. A single long one is learned in parts of 128 characters, and the model goes on in its manner.
        y : array-like of shape (n_samples,), default=None
            Labels, one for each text; `generate` then returns pairs.

        Returns
        -------
        self
            The fitted synthesizer. A fit that fails or is interrupted too early leaves it as it was.

        Raises
        ------
        ValueError, TypeError
            If a parameter is wrong, X is no list of strings or all of them are empty, or y is of another length.
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
        random_state=None,
    ):
        """Draw new sequences.

        Parameters
        ----------
        n_samples : int, default=None
            Number of texts. By default as many as were fitted, or as `y` or `prompt` has.
        y : array-like of shape (n_samples,), default=None
            Ask for these labels, in this order; only after `fit(X, y)`.
        condition : dict, default=None
            `{"label": "spam"}` asks for this label, `{"label": ["spam", "ham"]}` for these, as frequent as they were.
        prompt : str or list of str, default=None
            What the texts begin with: all of them with one string, or each with its own.
        max_length : int, default=None
            Characters of a text at most, those of its prompt included. By default as many as the longest fitted text
            has, 1,000 at most; what is cut there is said unless `verbose=0`.
        temperature : float, default=1
            Below 1 likely characters are drawn more often than they should be, above 1 less often.
        top_p : float, default=1
            In (0, 1]: only the likeliest characters that together have this probability are drawn (nucleus sampling,
            Holtzman et al., ICLR 2020, arXiv 1904.09751).
        random_state : int, RandomState instance, Generator or None, default=None
            Decides the texts. None takes the synthesizer's own.

        Returns
        -------
        X_new or (X_new, y_new)
            Texts in the form that was fitted: a list, an array or a series; a pair after `fit(X, y)`.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            If a label or a character of a prompt is unknown, arguments exclude each other, or a prompt is longer than
            `max_length`.
        """
        check_is_fitted(self, "codec_")
        rng = self._generator(self.random_state if random_state is None else random_state)
        given = {"prompt": prompt, "max_length": max_length, "temperature": temperature, "top_p": top_p}
        known = self._ask(n_samples, y, condition, given, rng)
        sequences = self.model_.transport(self.model_.noise(len(known.classes), rng), known)
        new = self._kind.give(sequences, self.codec_, known, self.verbose)
        if self.codec_.classes.values is None:
            return new
        return new, self._pairing.as_given(self.codec_.classes.values[known.classes])

    def _ask(self, n_samples, y, condition, given, rng):
        """What is known of the sequences to generate."""
        check_number(n_samples)
        if y is not None and condition is not None:
            raise ValueError("Give one of y and condition: each tells the labels.")
        default = self._kind.number(**given)
        default = self._n_samples if default is None else default
        places = classes_to_generate(self.codec_.classes, n_samples, default, y, condition, rng, "sequences")
        return self._kind.ask(self.codec_, places, **given)

    @available_if(Synthesizer._needs_likelihood)
    def score_samples(self, X, y=None):
        """Log-likelihood of each sequence, its end included (natural logarithm).

        Parameters
        ----------
        X : list, 1-D array or series of str, or a single str
            Texts of characters that were fitted.
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
            If a text has a character, or y a label, that was not fitted.
        AttributeError
            If the model cannot tell how likely a sequence is.
        """
        check_is_fitted(self, "codec_")
        return self._log_likelihood(self._read(X, y, reset=False), y)

    def score(self, X, y=None):
        """Mean log-likelihood of the sequences, see `score_samples`: higher is better, and the same at every call.

        Parameters
        ----------
        X, y
            As in `score_samples`.

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
        scores = self.score_samples(X, y)
        if not len(scores):
            raise ValueError("score is a mean over sequences and got none: give at least one.")
        return float(np.mean(scores))

    def _log_likelihood(self, table, y):
        sequences, labels = table
        classes = None if labels is None else self.codec_.classes.places(labels)
        return self.model_.log_likelihood(self.codec_.tokens(sequences), classes)

    def _read(self, X, y, reset):
        if reset:
            kind = kind_named(self.kind, X).of(X)
            sequences, labels = kind.read(X), None
            if y is not None:
                labels = read_labels(to_numpy(y), len(sequences), "sequences")
            self._pairing = Pairing() if y is None else Pairing.of(np.zeros((len(sequences), 1)), y)
            self._kind, self.kind_, self._n_samples, self.n_features_in_ = kind, kind.name, len(sequences), 1
            return sequences, labels
        sequences = self._kind.read(X)
        labels = None if y is None else labels_of(self.codec_.classes, y, "sequences")
        if labels is not None and len(labels) != len(sequences):
            raise ValueError(f"X has {len(sequences)} sequences and y {len(labels)} labels.")
        return sequences, labels

    def _recipe(self, model):
        if isinstance(model, str) and model == "auto":
            return getattr(self, "_kind", KINDS["text"]).model
        return model

    def _make_codec(self, encoding):
        return self._kind.codec_class(encoding)

    @classmethod
    def _read_codec(cls, state):
        return KINDS[state["kind"]].codec_class.from_dict(state)

    def _plan(self, model, n):
        from augment.training import plan

        batch_size = BATCH if self.batch_size == "auto" else self.batch_size
        settings = {"epochs": self.epochs, "batch_size": batch_size}
        whole = plan(n, **settings)
        wanted = min(OFTEN * n, MOST / self.codec_.layout.length) / whole.batch_size
        return plan(n, share=max(wanted, FEWEST) / whole.steps, **settings)

    def _seconds_of_a_step(self, model, plan):
        return 0.005 + 6 * plan.batch_size * self.codec_.layout.length * model.count_params() / ARITHMETIC

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
        self._kind, self._pairing = KINDS[learned["kind"]](**learned["form"]), Pairing.from_dict(learned["pairing"])
        self.kind_ = learned["kind"]
