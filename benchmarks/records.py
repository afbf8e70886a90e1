"""Records of a benchmark in a file of JSON lines: what is finished is not run again."""

import json
from pathlib import Path


def measured(path, cells, measure):
    """The records of all cells, each printed as soon as it is there, and all others of the file.

    Parameters
    ----------
    path : str or path-like
        The file. A cell whose names and values stand in one of its lines is finished.
    cells : iterable of dict
        What is to be measured, the arguments of `measure`.
    measure : callable
        Gives a dict of what was found in a cell.

    Returns
    -------
    list of dict
        The cell and what was found in it.
    """
    path = Path(path)
    records = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    for cell in cells:
        if any(cell.items() <= record.items() for record in records):
            continue
        records.append(cell | measure(**cell))
        with open(path, "a") as file:
            file.write(json.dumps(records[-1]) + "\n")
        print(json.dumps(records[-1]), flush=True)
    return records
