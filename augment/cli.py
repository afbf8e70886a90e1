"""The command `augment`: fits, generates and audits tables, pictures and sequences in files; `augment demo` shows it.

`augment verify` reads back how files say that they were made. Results go to standard output, progress and errors to
standard error. Nothing heavy is imported before it is needed. Every command ends with one of `EXIT_CODES`, which its
help prints.
"""

import argparse
import json
import os
import sys
import time
import traceback
import warnings
from pathlib import Path

import augment
from augment import _command_images as images
from augment import _command_sequences as sequences
from augment._backend_start import load_keras
from augment._command_conditions import conditions
from augment._command_fairness import criterion
from augment._command_gate import GATE, add_judging, check_gate, shut, thresholds
from augment._command_output import check_places, give, say
from augment.provenance import marked, note_path, write_note

EXIT_CODES = """exit codes:
  0    done
  1    augment audit --fail-on: the gate stays shut, by a FAIL or by what else was named; standard error says by what;
       augment verify: a file is not marked as synthetic, or was changed
  2    the command, a file or a value in it is wrong; one sentence on standard error says what
  70   a fault in Augment itself; the traceback is printed
  130  interrupted
  141  who read the output stopped reading before its end, as head does
With AUGMENT_TRACEBACK=1 in the environment an error of code 2 shows where it comes from.
"""
MORE = images.IMAGES + sequences.SEQUENCES
DEMO_FILES = ("synthetic.csv", "synthetic.parquet", "model.augment", "audit.html", "audit.json")
ENOUGH_ROWS = 20  # below this, holding a quarter out leaves nothing to judge by
EXAMPLES = 100  # rows that show the type of each column: objects do so only where a value is there


def main(arguments=None):
    """Run the command with a list of arguments, by default those of the process, and return its exit code.

    Examples
    --------
    >>> from augment.cli import main
    >>> main(["generate", "no-such.augment", "-n", "10", "-o", "new.csv"])
    2
    """
    options = _parser().parse_args(arguments)
    if hasattr(sys.stdout, "reconfigure"):  # a terminal or a pipe that has no sign for ✓ shows its number
        sys.stdout.reconfigure(errors="backslashreplace")
    warnings.formatwarning = lambda message, *_, **__: f"augment: note: {_one_line(message)}\n"
    try:
        code = options.run(options)
        sys.stdout.flush()  # or a pipe that was closed shows only when Python ends
        return code
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)  # for what Python still flushes when it ends
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        return 141
    except KeyboardInterrupt:
        print("\naugment: interrupted; files that were already there are as they were.", file=sys.stderr)
        return 130
    except (ValueError, TypeError, OSError) as error:
        if os.environ.get("AUGMENT_TRACEBACK"):
            traceback.print_exc()
        print(f"augment: {_one_line(error)}", file=sys.stderr)
        return 2
    except Exception:
        traceback.print_exc()
        print("augment: this is a fault in Augment; please report it with the lines above.", file=sys.stderr)
        return 70


def _one_line(text):
    return " ".join(str(text).split())


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message):
        self.exit(2, f"{self.prog}: {_one_line(message)}; {self.prog} --help tells more.\n")


def _parser():
    parser = _Parser(
        prog="augment",
        description="Learns a table, images or sequences, generates new ones, and says how good they are.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"augment {augment.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for add in (_add_demo, _add_fit, _add_generate, _add_audit, _add_verify):
        add(commands)
    return parser


def _command(commands, name, run, what, more=""):
    command = commands.add_parser(
        name,
        help=what,
        description=what,
        epilog=more + EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=run)
    command.add_argument("--quiet", action="store_true", help="print no progress and no summary")
    return command


def _add_demo(commands):
    command = _command(commands, "demo", _demo, "fit, generate and audit, on a table of diabetes patients or your own")
    command.add_argument("--data", metavar="FILE", help="a table of your own (CSV, Parquet, Feather or Arrow)")
    command.add_argument("--target", metavar="COLUMN", help="the column a model would predict (for the audit)")
    command.add_argument(
        "--protected", metavar="COLUMN", nargs="+", action="extend", default=[], help="columns of protected groups"
    )
    command.add_argument("--out", metavar="FOLDER", default="augment-demo", help="where to write (augment-demo)")
    _add_fitting(command, seed=0)


def _add_fit(commands):
    command = _command(commands, "fit", _fit, "learn a table, images or sequences and save the model", MORE)
    command.add_argument("data", metavar="DATA", help="a table (CSV, Parquet, Feather or Arrow), images or sequences")
    command.add_argument("-o", "--out", metavar="MODEL", required=True, help="the model file to write: table.augment")
    _add_fitting(command, seed=None)
    images.add_reading(command)
    sequences.add_reading(command)
    sequences.add_learning(command)


def _add_generate(commands):
    command = _command(commands, "generate", _generate, "generate rows, images or sequences from a saved model")
    command.add_argument("model", metavar="MODEL", help="a file that augment fit wrote")
    command.add_argument("-n", "--rows", metavar="N", type=int, help="how many (as many as were learned from)")
    command.add_argument(
        "-o",
        "--out",
        metavar="OUT",
        required=True,
        help="the table to write: new.csv, new.parquet; of images a folder to make, or new.npz; of sequences what was "
        "learned from: new.txt, new.smi, new.npz, a table, or of music a folder to make",
    )
    command.add_argument(
        "--condition",
        metavar="COLUMN=VALUE",
        action="append",
        default=[],
        help="only such rows: sex=Female, age=30..40, age=30.. (open), city=Rome,Oslo, rating= (missing); repeatable "
        '(for one column: any of the values); quotes keep a comma: city="Rome, Italy"; of images and sequences '
        "label=VALUE, of molecules also logp=1.5..3, weight=, qed= and substructure=SMARTS",
    )
    command.add_argument(
        "--fairness",
        metavar="NAME:GROUPS,LABEL[,STRENGTH]",
        help="rows that fulfil a criterion, such as label-parity:sex,income; also equal-cells and statistical-parity; "
        "OUT.synthetic.json says so beside OUT: the rows do not describe the population",
    )
    sequences.add_drawing(command)
    _add_seed(command, None)


def _add_audit(commands):
    what = "compare a synthetic table with the real one, or images or sequences with real ones"
    command = _command(commands, "audit", _audit, what, MORE + GATE)
    command.add_argument("real", metavar="REAL", help="the table that was learned from, the images or the sequences")
    command.add_argument("synthetic", metavar="SYNTHETIC", help="the generated ones")
    command.add_argument("--holdout", metavar="FILE", help="real ones that were not learned from")
    command.add_argument(
        "--target", metavar="COLUMN", help="the column a model would predict; the labels of texts and molecules"
    )
    command.add_argument(
        "--protected", metavar="COLUMN", nargs="+", action="extend", default=[], help="columns of protected groups"
    )
    command.add_argument("--html", metavar="FILE", help="write the report as a page")
    command.add_argument(
        "--json", metavar="FILE", nargs="?", const="-", help="write the report as JSON; without FILE, print it"
    )
    images.add_reading(command, several=True)
    sequences.add_reading(command)
    add_judging(command)
    command.add_argument("--seed", metavar="N", type=_seed, default=0, help="seed of the resampling (0)")


def _add_verify(commands):
    command = _command(commands, "verify", _verify, "tell how files say that they were made, and whether they changed")
    command.add_argument("path", metavar="FILE_OR_FOLDER", help="a picture, mesh, array or table, or a folder of them")
    command.add_argument("--json", action="store_true", help="print what every file says as one JSON object")


def _add_fitting(command, seed):
    command.add_argument(
        "--model",
        metavar="NAME",
        help="family of models: autoregressive (the default), vae, gan, flow, recurrent or kernel; of images flow (the "
        "default), vae or gan; of series these or recurrent, which other sequences are learned by",
    )
    command.add_argument("--time-limit", metavar="SECONDS", type=float, help="stop fitting after so many seconds")
    _add_seed(command, seed)


def _add_seed(command, seed):
    help = "seed of everything random: the same seed, the same rows" + ("" if seed is None else f" ({seed})")
    command.add_argument("--seed", metavar="N", type=_seed, default=seed, help=help)
    command.add_argument("--json", action="store_true", help="print the result as one JSON object")


def _seed(text):
    if not text.isdecimal() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"expected an integer from 0 to 4294967295, received {text!r}")
    return int(text)


def _demo(options):
    start = time.monotonic()
    frame, target, protected, name = _demo_table(options)
    folder = Path(options.out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(f"Cannot make the folder {folder}: {error.strerror.lower()}.") from error
    check_places([folder / name for name in DEMO_FILES], [options.data], table=False)
    train, holdout = _split(frame, options.seed)
    say(options, f"Augment {augment.__version__}: {name}, {len(frame):,} rows and {frame.shape[1]} columns.")
    say(options, f"{len(holdout):,} rows are held out to judge by; the model learns from the other {len(train):,}.")
    say(options, f"This takes about {_estimate(frame, options.time_limit)} on 2 cores.\n")
    say(options, "1 of 3  fit")
    synthesizer = _fitted(train, options)
    say(options, f"2 of 3  generate {len(train):,} rows")
    synthetic = synthesizer.generate(len(train))
    synthetic.attrs.update(frame.attrs)
    say(options, "3 of 3  audit\n")
    report = augment.audit(
        train, synthetic, holdout=holdout, target=target, protected=protected, random_state=options.seed
    )
    written = _write_demo(folder, synthesizer, synthetic, report)
    summary = str(report).split("\n\n")[0]  # the lines of the pillars; the page holds the rest
    say(options, f"{summary}\n\nDone in {time.monotonic() - start:.0f} s. Written:")
    for path, what in written.items():
        say(options, f"  {path:<32} {what}")
    say(options, _next_steps())
    return give(options, {"command": "demo", "verdict": report.verdict, "rows": len(synthetic), "files": list(written)})


def _demo_table(options):
    from augment import datasets, files

    if not options.data:
        if options.target or options.protected:
            raise ValueError("--target and --protected go with --data: the demo's own table has its own.")
        return datasets.load_diabetes_table(), "progression", ["sex"], "scikit-learn's table of diabetes patients"
    frame = files.read(options.data)
    if len(frame) < ENOUGH_ROWS:
        raise ValueError(f"{options.data} has {len(frame)} rows; the demo holds some out and needs {ENOUGH_ROWS}.")
    for name in [*([options.target] if options.target else []), *options.protected]:
        if name not in frame.columns:
            raise ValueError(f"{options.data} has no column {name!r}; it has {', '.join(map(str, frame.columns))}.")
    return frame, options.target, options.protected, options.data


def _split(frame, seed):
    """Three quarters of the rows to learn from and one quarter to judge by, both in the order they came in."""
    import numpy as np

    held = np.zeros(len(frame), dtype=bool)
    held[np.random.default_rng(seed).permutation(len(frame))[: len(frame) // 4]] = True
    return frame[~held].reset_index(drop=True), frame[held].reset_index(drop=True)


def _estimate(frame, time_limit):
    seconds = 60 + frame.size / 2000
    if time_limit:
        seconds = min(seconds, 30 + time_limit + frame.size / 20000)
    return "1 minute" if seconds < 90 else f"{seconds / 60:.0f} minutes"


def _write_demo(folder, synthesizer, synthetic, report):
    from augment import files

    table, parquet, model, page, data = (folder / name for name in DEMO_FILES)
    files.write(synthetic, table)
    files.write(synthetic, parquet)
    synthesizer.save(model)
    report.to_html(page)
    report.to_json(data)
    return {
        str(table): "the new rows",
        str(parquet): "the same rows with their types",
        str(model): "the model",
        str(page): "the audit: open it in a browser",
        str(data): "its numbers",
    }


def _next_steps():
    command = sys.argv[0] if os.path.basename(sys.argv[0]) == "augment" else "augment"
    return f"""
Next, with a table of your own:
  {command} demo --data mine.csv --target COLUMN
  {command} fit mine.csv -o mine.augment
  {command} generate mine.augment -n 1000 -o new.csv"""


def _fit(options):
    from augment import files

    if sequences.kind_of(options, options.data):
        return sequences.fit(options)
    sequences.refuse_options(options, "target")
    if images.are_images(options.data):
        return images.fit(options)
    images.refuse_options(options)
    check_places([options.out], [options.data], table=False)
    frame = files.read(options.data)
    start = time.monotonic()
    synthesizer = _fitted(frame, options)
    synthesizer.save(options.out)
    seconds = round(time.monotonic() - start, 1)
    say(options, f"Learned {len(frame):,} rows and {frame.shape[1]} columns in {seconds} s; wrote {options.out}.")
    result = {"command": "fit", "model": options.out, "rows": len(frame), "columns": list(frame.columns)}
    return give(options, {**result, "seconds": seconds})


def _fitted(frame, options):
    load_keras()
    synthesizer = augment.TabularSynthesizer(
        model=options.model or "autoregressive",
        time_limit=options.time_limit,
        verbose=0 if options.quiet else 1,
        random_state=options.seed,
    )
    return synthesizer.fit(frame)


def _generate(options):
    import numpy as np

    from augment import files

    if sequences.is_model(options.model):
        return sequences.generate(options)
    sequences.refuse_options(options)
    if images.is_model(options.model):
        return images.generate(options)
    check_places([options.out], [options.model], table=True)
    if options.fairness:
        check_places([note_path(options.out)], [options.model], table=False)
    files.check_source(options.model)
    load_keras()
    synthesizer = augment.TabularSynthesizer.load(options.model)
    condition, fairness = None, {}
    if options.condition or options.fairness:
        example = _as_frame(synthesizer.generate(EXAMPLES, random_state=0))
        condition = conditions(options.condition, example) or None
        fairness = {"fairness": criterion(options.fairness, example)} if options.fairness else {}
    seed = np.random.default_rng() if options.seed is None else options.seed  # not that of the fit: new rows
    synthesizer.verbose = 0  # what it would say of the criterion is said below
    frame = _as_frame(synthesizer.generate(options.rows, condition=condition, random_state=seed, **fairness))
    files.write(frame, options.out)
    say(options, f"Wrote {len(frame):,} rows to {options.out}.")
    result = {"command": "generate", "out": options.out, "rows": len(frame), "columns": list(frame.columns)}
    if fairness:
        write_note(options.out, frame, **fairness)
        result |= {"note": str(note_path(options.out)), **fairness["fairness"].describe()}
        say(options, f"They do not describe the population: {note_path(options.out)} says by which criterion.")
    return give(options, result)


def _as_frame(generated):
    """A pandas frame of what was generated, whatever was fitted: the target of `fit(X, y)` becomes the last column."""
    import pandas as pd

    from augment import files

    if isinstance(generated, tuple):
        features, target = generated
        if not hasattr(features, "columns"):
            features = pd.DataFrame(features).add_prefix("x")
        return _as_frame(features).assign(**{getattr(target, "name", None) or "target": list(target)})
    return files.to_pandas(generated) if hasattr(generated, "columns") else pd.DataFrame(generated)


def _audit(options):
    kind = sequences.kind_of(options, options.real)
    pictures = kind is None and images.are_images(options.real)
    check_gate(options, pictures, kind)
    places = [place for place in (options.html, None if options.json == "-" else options.json) if place]
    check_places(places, [options.real, options.synthetic, options.holdout, options.thresholds], table=False)
    if len({os.path.realpath(place) for place in places}) < len(places):
        raise ValueError(f"--html and --json both name {options.json}: give each a name of its own.")
    if kind:
        report = sequences.audited(options, thresholds(options))
    else:
        sequences.refuse_options(options)
        report = images.audited(options, thresholds(options)) if pictures else _audited(options)
    shown = report.public() if options.mode == "public" else report
    if options.html:
        shown.to_html(options.html)
    if options.json == "-":
        print(json.dumps(shown.to_dict(), allow_nan=False))
    elif options.json:
        shown.to_json(options.json)
    if options.json != "-" and not options.quiet:
        print(shown)
    return shut(report, options)  # by what was found: the public form leaves verdicts on few rows out


def _audited(options):
    """The report on two or three tables."""
    from augment import files

    images.refuse_options(options)
    real, synthetic = files.read(options.real), marked(files.read(options.synthetic), options.synthetic)
    holdout = files.read(options.holdout) if options.holdout else None
    return augment.audit(
        real,
        synthetic,
        holdout=holdout,
        target=options.target,
        protected=options.protected,
        population=dict(options.population) or None,
        strata=options.strata,
        thresholds=thresholds(options),
        random_state=options.seed,
    )


def _verify(options):
    from augment._command_verify import told

    return told(options.path, options.json, options.quiet)


if __name__ == "__main__":
    sys.exit(main())
