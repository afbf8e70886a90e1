"""What all commands share: how they speak and give their result, what a model is, where they may not write to."""

import json
import os
import sys
import zipfile


def say(options, text=""):
    """Print for the reader: to standard output, or to standard error where that is kept for JSON."""
    if not options.quiet:
        print(text, file=sys.stderr if options.json else sys.stdout, flush=True)


def give(options, result):
    """Print the result as JSON where it is asked for; the exit code of success."""
    if options.json:
        print(json.dumps(result, allow_nan=False))
    return 0


def check_places(places, sources, table):
    """Raise before the work where a result could not be written, or would take the place of a file that is read."""
    from augment import files

    for place in places:
        files.check_place(place, table)
        for source in filter(None, sources):
            if os.path.exists(place) and os.path.exists(source) and os.path.samefile(place, source):
                raise ValueError(f"{place} is the file that is read: give the result a name of its own.")


def saved_class(path):
    """The name of the class of a saved model; None where the file is none."""
    try:
        with zipfile.ZipFile(path) as archive:
            return json.loads(archive.read("manifest.json"))["class"]
    except Exception:  # what is wrong with it, loading it tells
        return None
