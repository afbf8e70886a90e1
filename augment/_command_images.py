"""The commands on pictures: a folder of PNG and JPEG files or a `.npz` file where other data are a table."""

import argparse
import csv
import time
from pathlib import Path

import augment
from augment._backend_start import load_keras
from augment._command_output import check_places, give, saved_class, say

PARTS = ("real", "synthetic", "holdout")
ARRAYS = ("train", "test", "val")  # parts of one .npz file
LABEL = "label"  # what --condition calls the class
IMAGES = """images:
  DATA, REAL, SYNTHETIC and --holdout may each be a folder of PNG and JPEG files, whose subfolders are the labels, or a
  .npz file with the arrays X and y. FILE.npz:test is the part x_test, y_test of a file that holds several.

"""


def add_reading(command, several=False):
    """Add the options that say how pictures are read; `several` where there are several sets of them."""
    which = "PART=FILE" if several else "FILE"
    each = "; PART is real, synthetic or holdout; repeatable" if several else ""
    settings = {"type": _of_part, "action": "append", "default": []} if several else {}
    command.add_argument(
        "--labels",
        metavar=which,
        help=f"images: a table with a column of files and one of labels, in place of subfolders{each}",
        **settings,
    )
    if several:
        command.add_argument(
            "--attributes",
            metavar=which,
            help="images: a table with a column of files and others of attributes, such as sex, for --protected; "
            f"without files where the images are a .npz file{each}",
            **settings,
        )
    command.add_argument("--volumes", action="store_true", help="images: a .npz file holds volumes (n, d, h, w)")
    command.add_argument(
        "--skip-damaged", action="store_true", help="leave out files, or molecules, that cannot be read"
    )


def _of_part(text):
    part, equals, path = text.partition("=")
    if not equals or part not in PARTS or not path:
        raise argparse.ArgumentTypeError(f"expected PART=FILE, PART one of {', '.join(PARTS)}; received {text!r}")
    return part, path


def are_images(path):
    """Whether a path names pictures: a folder, or a `.npz` file and perhaps one of its parts.

    Examples
    --------
    >>> are_images("digits.npz"), are_images("digits.npz:test"), are_images("table.csv")
    (True, True, False)
    """
    return Path(path).is_dir() or Path(_place(path)[0]).suffix.lower() == ".npz"


def refuse_options(options):
    """Raise where an option for images was given with a table."""
    for name in ("labels", "attributes", "volumes", "skip_damaged"):
        if getattr(options, name, None):
            raise ValueError(f"--{name.replace('_', '-')} goes with images: a folder of pictures or a .npz file.")


def is_model(path):
    """Whether a saved file is of an ImageSynthesizer."""
    return saved_class(path) == "ImageSynthesizer"


def fit(options):
    """Learn pictures and save the model."""
    check_places([options.out], [_place(options.data)[0], options.labels], table=False)
    if Path(options.data).is_dir():
        _refuse_too_large(Path(options.data))
    X, y, _ = _read(options.data, options.labels, options)
    load_keras()
    start = time.monotonic()
    synthesizer = augment.ImageSynthesizer(
        options.model or "flow",
        spatial_dims=3 if options.volumes else 2,
        time_limit=options.time_limit,
        verbose=0 if options.quiet else 1,
        random_state=options.seed,
    )
    synthesizer.fit(X, y).save(options.out)
    seconds = round(time.monotonic() - start, 1)
    classes = [] if y is None else synthesizer.classes_.tolist()
    labelled = f" of {len(classes):,} labels" if classes else ""
    form = " x ".join(map(str, X.shape[1:]))
    say(options, f"Learned {len(X):,} images ({form}){labelled} in {seconds} s; wrote {options.out}.")
    result = {"command": "fit", "model": options.out, "images": len(X), "shape": list(X.shape[1:]), "labels": classes}
    return give(options, {**result, "seconds": seconds})


def generate(options):
    """Generate pictures from a saved model into a folder or a `.npz` file, marked as synthetic."""
    import numpy as np

    from augment.folders import check_folder
    from augment.pictures.writing import storable, write_images
    from augment.provenance import note_path

    if options.fairness:
        raise ValueError("--fairness goes with tables.")
    out, archive = Path(options.out), Path(options.out).suffix.lower() == ".npz"
    if out.suffix and not archive:
        raise ValueError(f"Images are written to a folder or a .npz file; {out} ends in {out.suffix!r}.")
    if archive:
        check_places([out, note_path(out)], [options.model], table=False)
    else:
        check_folder(out)
    load_keras()
    synthesizer = augment.ImageSynthesizer.load(options.model)
    seed = int(np.random.default_rng().integers(2**32)) if options.seed is None else options.seed  # to be noted
    if not archive:
        codec = synthesizer.codec_
        storable(np.zeros((1, *(codec.shape if codec.has_channels else codec.shape[:-1])), codec.dtype_in))
    condition = _condition(options.condition, getattr(synthesizer, "classes_", None))
    made = synthesizer.generate(options.rows, condition=condition, random_state=seed)
    X, y = made if isinstance(made, tuple) else (made, None)
    write_images(X, out, y, seed=seed)
    say(options, f"Wrote {len(X):,} images to {out}, marked as synthetic; seed {seed}.")
    result = {"command": "generate", "out": options.out, "images": len(X), "shape": list(X.shape[1:]), "seed": seed}
    return give(options, result)


def audited(options, limits):
    """The report on two or three sets of pictures.

    Parameters
    ----------
    options : argparse.Namespace
    limits : list
        The thresholds.
    """
    places = dict(zip(PARTS, (options.real, options.synthetic, options.holdout), strict=True))
    for name, given in (("labels", options.labels), ("attributes", options.attributes)):
        absent = [part for part, _ in given if places[part] is None]
        if absent:
            raise ValueError(f"--{name} {absent[0]}=... goes with --holdout: there is no {absent[0]}.")
    parts = {part: _part(part, place, options) for part, place in places.items() if place is not None}
    return augment.audit(
        parts["real"],
        parts["synthetic"],
        holdout=parts.get("holdout"),
        target=options.target,
        protected=options.protected,
        population=dict(options.population) or None,
        strata=options.strata,
        thresholds=limits,
        spatial_dims=3 if options.volumes else 2,
        random_state=options.seed,
    )


def _part(part, place, options):
    """Images, labels and attributes of one part."""
    from augment.pictures.labels import rows_of

    X, y, names = _read(place, dict(options.labels).get(part), options)
    table = dict(options.attributes).get(part)
    return X, y, None if table is None else rows_of(table, names, place)


def _place(path):
    """A path, and the part of a `.npz` file that it names after a colon."""
    place, _, part = str(path).rpartition(":")
    return (place, part) if part in ARRAYS and place.lower().endswith(".npz") else (str(path), None)


def _read(path, labels, options):
    from augment.pictures import read_images

    place, part = _place(path)
    return read_images(place, labels, "skip" if options.skip_damaged else "raise", part)


def _refuse_too_large(folder):
    """Raise what fitting would raise for pictures of this size, before all of them are read."""
    import numpy as np

    from augment.codecs.image import read_images
    from augment.pictures.decoding import form_of
    from augment.pictures.reading import pictures_in

    try:
        form = form_of(folder / pictures_in(folder)[0])
    except Exception:  # reading tells what is wrong with the folder or the file
        return
    read_images(np.broadcast_to(np.uint8(0), (1, form.height, form.width, form.n_channels)), 2)


def _condition(texts, classes):
    """What `--condition label=VALUE` asks for, as `generate` takes it."""
    if not texts:
        return None
    if classes is None:
        raise ValueError("--condition asks for labels, and these images were learned without.")
    known = {str(label): label for label in classes.tolist()}
    wanted = []
    for text in texts:
        name, equals, values = text.partition("=")
        if not equals or name != LABEL:
            raise ValueError(f"--condition on images is {LABEL}=VALUE, received {text!r}.")
        wanted += next(csv.reader([values], skipinitialspace=True), [""])
    strange = [value for value in wanted if value not in known]
    if strange:
        raise ValueError(f"--condition: there is no label {strange[0]!r}; the labels are {', '.join(known)}.")
    return {LABEL: [known[value] for value in wanted]}
