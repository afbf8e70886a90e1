"""The commands on sequences: texts, molecules, music, series and event tables, where other data are a table."""

import csv
import time

import augment
from augment import _sequence_files as sequence_files
from augment import files
from augment._backend_start import load_keras
from augment._command_conditions import conditions
from augment._command_output import check_places, give, saved_class, say
from augment.folders import check_folder
from augment.provenance import note_path

CALLED = {"text": "texts", "molecules": "molecules", "music": "pieces", "series": "series", "events": "entities"}
LABEL = "label"  # what --condition calls the class
RANGES = ("logp", "weight", "qed")  # of molecules
EXAMPLES = 100  # entities that show the type of each column
READING = ("kind", "entity", "time", "static", "text", "step")
COLUMNS = ("entity", "time", "static", "text")  # what names columns
LEARNING = ("window", "stride", "tokens", "notation")  # what only fitting asks
KINDS_OF = {  # the kinds of sequences that an option goes with, where these are not all
    **dict.fromkeys(("entity", "time", "static"), ("series", "events")),
    **dict.fromkeys(("text", "target"), tuple(sequence_files.LINES)),
    **dict.fromkeys(("window", "stride"), ("series",)),
    **dict.fromkeys(("history", "horizon"), ("series", "events")),
    **{"step": ("music",), "tokens": ("text",), "notation": ("molecules",)},
}
DRAWING = ("prompt", "max_length", "temperature", "top_p", "history", "horizon", "step")
SEQUENCES = """sequences:
  Texts are a .txt file, one a line, or the column --text of a table, with labels by --target; molecules a .smi file or,
  with --kind molecules, such a column; music, with --kind music, a folder of MIDI files; series, with --kind series,
  the array X of a .npz file (n, time, features), labels y, or a .npy file, one long series (time, features) with
  --window, which an audit cuts as the synthetic ones are; and an event table is any table with the column --entity
  that tells whose a row is.

"""


def add_reading(command):
    """Add the options that say how sequences are read."""
    command.add_argument("--kind", choices=tuple(CALLED), help="sequences: what they are, where the file does not tell")
    command.add_argument("--entity", metavar="COLUMN", help="sequences: the column that tells whose a row is")
    command.add_argument("--time", metavar="COLUMN", help="sequences: the column that tells when")
    command.add_argument(
        "--static", metavar="COLUMN,...", type=_names, help="sequences: columns that are the same in all rows of one"
    )
    command.add_argument("--text", metavar="COLUMN", help="sequences: the column of texts or SMILES")
    _add_step(command)


def add_learning(command):
    """Add the options that say how sequences are learned."""
    command.add_argument("--target", metavar="COLUMN", help="sequences: the column of labels of texts or molecules")
    command.add_argument("--window", metavar="N", type=int, help="series: the steps in which long ones are learned")
    command.add_argument("--stride", metavar="N", type=int, help="series: steps from one window to the next (1)")
    command.add_argument(
        "--tokens", metavar="T", type=_tokens, help="texts: characters (the default), pieces, or a number of pieces"
    )
    command.add_argument("--notation", choices=("smiles", "selfies"), help="molecules: what they are learned in")


def add_drawing(command):
    """Add the options that say how sequences are drawn."""
    command.add_argument(
        "--prompt", metavar="TEXT", help="texts, molecules: what each begins with; music: a MIDI file to go on from"
    )
    command.add_argument("--max-length", metavar="N", type=int, help="characters, tokens, steps or rows at most")
    command.add_argument("--temperature", metavar="T", type=float, help="below 1: nearer to what is likely (1)")
    command.add_argument("--top-p", metavar="P", type=float, help="only what is likeliest, up to this probability (1)")
    command.add_argument("--history", metavar="FILE", help="series, event tables: first steps or rows to go on with")
    command.add_argument(
        "--horizon", metavar="N", type=int, help="how many steps follow those of --history, of events rows at most"
    )
    _add_step(command)


def _add_step(command):
    steps = ("half", "quarter", "8th", "16th", "32nd")
    command.add_argument("--step", choices=steps, help="music: how long a step is (16th)")


def _names(text):
    return [name.strip() for name in next(csv.reader([text], skipinitialspace=True), [])]


def _tokens(text):
    return int(text) if text.isdecimal() else text


def kind_of(options, path):
    """The kind of the sequences at a path, as the options or its name tell it; None for what is none."""
    if options.kind:
        return options.kind
    by_options = "events" if options.entity else "text" if options.text else None
    return sequence_files.kind_of(path) or by_options


def refuse_options(options, *more):
    """Raise where an option for sequences was given with other data, `more` among them."""
    for name in (*READING, *LEARNING, *DRAWING, *more):
        if getattr(options, name, None) is not None:
            raise ValueError(
                f"--{name.replace('_', '-')} goes with sequences; augment fit --help tells which these are."
            )


def _refuse_others(options, kind, path, names=READING):
    """Raise where one of these options was given that does not go with sequences of a kind, or with such a file."""
    for name, option in _given(options, names).items():
        kinds = KINDS_OF.get(name, CALLED)
        if kind not in kinds:
            others = " and ".join(CALLED[one] for one in kinds)
            raise ValueError(f"--{name} goes with {others}, and {path} holds {CALLED[kind]}.")
        if name in COLUMNS and sequence_files.has_no_columns(path, kind):
            raise ValueError(f"--{name}: {path} has no columns, and so none called {option!r}.")


def is_model(path):
    """Whether a saved file is of a SequenceSynthesizer."""
    return saved_class(path) == "SequenceSynthesizer"


def _given(options, names):
    """Those of some options that were given."""
    return {name: getattr(options, name) for name in names if getattr(options, name, None) is not None}


def _read(options, path, kind, target):
    on_error = "skip" if options.skip_damaged else "raise"
    return sequence_files.read(path, kind, options.text, target, options.step or "16th", on_error)


def fit(options):
    """Learn sequences and save the model."""
    kind = kind_of(options, options.data)
    _refuse_others(options, kind, options.data, (*READING, *LEARNING, "target"))
    check_places([options.out], [options.data], table=False)
    X, y = _read(options, options.data, kind, options.target)
    if kind == "series" and not options.window and getattr(X, "ndim", 0) == 2:
        say(options, f"{len(X):,} series of {X.shape[1]:,} steps; one of {len(X):,} steps would need --window.")
    start = time.monotonic()
    load_keras()
    synthesizer = augment.SequenceSynthesizer(
        options.model or "auto",
        kind=kind,
        on_error="skip" if options.skip_damaged else "raise",
        time_limit=options.time_limit,
        verbose=0 if options.quiet else 1,
        random_state=options.seed,
        **_given(options, ("entity", "time", "static", *LEARNING)),
    )
    synthesizer.fit(X, y).save(options.out)
    seconds, n = round(time.monotonic() - start, 1), synthesizer.codec_.layout.n_samples
    classes = [] if y is None else synthesizer.classes_.tolist()
    labelled = f" of {len(classes):,} labels" if classes else ""
    say(options, f"Learned {n:,} {CALLED[kind]}{labelled} in {seconds} s; wrote {options.out}.")
    result = {"command": "fit", "model": options.out, "kind": kind, "sequences": n, "labels": classes}
    return give(options, {**result, "seconds": seconds})


def _count(sequences, entity):
    """How many sequences there are: rows of a frame are parts of them."""
    return len(sequences) if entity is None else int(sequences[entity].nunique())


def generate(options):
    """Generate sequences from a saved model in the form of what was learned, marked as synthetic."""
    import numpy as np

    if options.fairness:
        raise ValueError("--fairness goes with tables.")
    load_keras()
    synthesizer = augment.SequenceSynthesizer.load(options.model)
    kind, entity = synthesizer.kind_, synthesizer.entity
    _refuse_others(options, kind, options.model, (*READING, "history", "horizon"))
    sequence_files.check_place(options.out, kind, entity is not None, hasattr(synthesizer, "classes_"))
    _check_places(options, kind)
    seed = int(np.random.default_rng().integers(2**32)) if options.seed is None else options.seed  # to be noted
    synthesizer.verbose = 0 if options.quiet else 1
    given = _given(options, ("max_length", "temperature", "top_p", "horizon"))
    if options.prompt is not None:
        given["prompt"] = _prompt(options, kind)
    if options.history is not None:
        given["history"], labels = sequence_files.read(options.history, kind)
        if labels is not None:
            given["y"] = np.resize(labels, max(options.rows or 0, len(labels)))  # taken in turn, as the series are
    condition = _condition(options.condition, synthesizer)
    made = synthesizer.generate(options.rows, condition=condition, random_state=seed, **given)
    X, y = made if isinstance(made, tuple) else (made, None)
    X = X if entity is None else files.to_pandas(X)
    sequence_files.write(options.out, kind, X, y, seed, options.step or "16th")
    n = _count(X, entity)
    say(options, f"Wrote {n:,} {CALLED[kind]} to {options.out}, marked as synthetic; seed {seed}.")
    return give(options, {"command": "generate", "out": options.out, "kind": kind, "sequences": n, "seed": seed})


def _check_places(options, kind):
    """Raise before the work where the result could not be written."""
    if kind == "music" and not options.out.lower().endswith(".mid"):
        check_folder(options.out)
    else:
        check_places([options.out, note_path(options.out)], [options.model], table=False)


def _prompt(options, kind):
    """What sequences begin with, as `generate` takes it."""
    if kind != "music":
        return options.prompt
    pieces, _ = sequence_files.read(options.prompt, kind, step=options.step or "16th")
    return pieces[0]


def _condition(texts, synthesizer):
    """What `--condition` asks for, as `generate` takes it."""
    if not texts:
        return None
    if synthesizer.entity is not None:
        example = files.to_pandas(synthesizer.generate(EXAMPLES, random_state=0))
        return conditions(texts, example)
    asked, labels = {}, getattr(synthesizer, "classes_", [])
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise ValueError(f"--condition expects NAME=VALUE, received {text!r}.")
        if name == LABEL:
            asked.setdefault(LABEL, []).extend(_labels(value, labels))
        else:
            asked[name] = _range(name, value) if name in RANGES else value
    return asked


def _labels(text, classes):
    """The labels of that wording, among those that were learned."""
    known = {str(label): label for label in getattr(classes, "tolist", lambda: classes)()}
    wanted = next(csv.reader([text], skipinitialspace=True), [""])
    if strange := [value for value in wanted if value not in known]:
        there = f"the labels are {', '.join(known)}" if known else "these sequences were learned without"
        raise ValueError(f"--condition: there is no label {strange[0]!r}; {there}.")
    return [known[value] for value in wanted]


def _range(name, text):
    """The two ends of a range."""
    low, _, high = text.partition("..")
    try:
        return float(low), float(high)
    except ValueError:
        raise ValueError(f"--condition {name}: expected a range such as 1.5..3, received {text!r}.") from None


def audited(options, limits):
    """The report on two or three sets of sequences.

    Parameters
    ----------
    options : argparse.Namespace
    limits : list
        The thresholds.
    """
    kind = kind_of(options, options.real)
    _refuse_others(options, kind, options.real)
    of_labels = kind in sequence_files.LINES
    parts = {}
    for name in ("real", "synthetic", "holdout"):
        path = getattr(options, name)
        if path is not None:
            X, y = _read(options, path, kind, options.target if of_labels else None)
            parts[name] = X if y is None else (X, y)
    parts = {name: _cut(part, parts["synthetic"]) for name, part in parts.items()}
    return augment.audit(
        parts["real"],
        parts["synthetic"],
        holdout=parts.get("holdout"),
        kind=kind,
        entity=options.entity,
        time=options.time,
        static=options.static or (),
        target=None if of_labels else options.target,
        protected=options.protected,
        population=dict(options.population) or None,
        strata=options.strata,
        thresholds=limits,
        random_state=options.seed,
    )


def _cut(series, synthetic):
    """One long series as windows as long as the synthetic series, none of which overlap; all else as it is."""
    if getattr(series, "ndim", 0) + 1 != getattr(synthetic, "ndim", 0) or series.shape[1:] != synthetic.shape[2:]:
        return series
    length = synthetic.shape[1]
    return series[: len(series) // length * length].reshape(-1, length, *series.shape[1:])
