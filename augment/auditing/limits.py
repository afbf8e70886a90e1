"""What an audit cannot tell follows from what it looked at: each sentence is made from the findings that are there."""

from augment.auditing.verdicts import NOT_ASSESSED

ATTACKS = {"membership inference": ("membership",), "attribute inference": ("attribute", "attributes", "inference")}
MODELS = ("model", "models", "flips", "intersections")
MODES = {
    "internal": "This report shows distributions of the real rows, and may show rows: treat it as internal.",
    "public": "This is the public form: numbers are rounded to two digits, and counts of rows down to tens at least, "
    "after the verdicts were made, so that sums and differences may be off; what rests on fewer than 10 rows, or would "
    "give it away, row by row evidence, pictures of columns in which nearly every value is unique, the texts of the "
    "checks and the fingerprints of the real tables are left out. Rates are those of 10 rows or more, and may be those "
    "of few among them.",
}

TABLES = "Verdicts hold for these tables, these sizes and this seed; another draw of synthetic rows is another table."
IMAGES = (
    "Verdicts hold for these images, these numbers of them and this seed; another draw of synthetic images is another "
    "set. Networks and distances look at large images averaged down, at 64 and at 32 pixels a side: finer detail is "
    "not judged."
)
SEQUENCES = (
    "Verdicts hold for these sequences, these numbers of them and this seed; another draw of synthetic sequences is "
    "another set. Sequences are compared by summaries, by what follows what, and by their first steps: what shows only "
    "far into long ones, or in none of these, is not judged."
)
ALL = {"rows": TABLES, "images": IMAGES, "sequences": SEQUENCES}
PICTURES = "This report shows real images: treat it as internal."


def limits(rows, protected, target, mode="internal", of="rows"):
    """The limits of a report, as sentences.

    Parameters
    ----------
    rows : list of dict
        The findings.
    protected : list of str
    target : str or None
    mode : {"internal", "public"}, default="internal"
    of : {"rows", "images", "sequences"}, default="rows"
        What the report is on.

    Returns
    -------
    list of str

    Examples
    --------
    >>> print(limits([], ["sex"], None)[3])
    Bias was not looked at.
    """
    return [
        ALL[of],
        "INCONCLUSIVE means that neither good nor bad was proved, not that all is well: the data are too few to tell, "
        "an alarm stayed silent (which passes nothing), a check stopped, or a question was not assessed. The smallest "
        "difference that would have been shown four times in five stands beside it.",
        _privacy([row for row in rows if row["pillar"] == "privacy"]),
        _bias([row for row in rows if row["pillar"] == "bias"], protected),
        *_utility([row for row in rows if row["pillar"] == "utility"], target, of),
        PICTURES if of == "images" and mode == "internal" else MODES[mode],
    ]


def _seen(rows):
    """The words in the ids of those findings that measured something."""
    rows = [row for row in rows if row["verdict"] != NOT_ASSESSED and row["value"] is not None]
    return [set(row["id"].replace("_", ".").split(".")[1:]) for row in rows], rows


def _privacy(rows):
    ids, rows = _seen(rows)
    if not rows:
        return "Privacy was not assessed, and nothing here speaks for it."
    tried = [attack for attack, words in ATTACKS.items() if any(set(words) & parts for parts in ids)]
    left = [attack for attack in ATTACKS if attack not in tried]
    alarms = "Privacy findings are alarms: a silent one proves nothing. " if all(r["alarm_only"] for r in rows) else ""
    tried = f"Tried: {_joined(tried)}, with the attacks named there; a stronger attack may see more. " if tried else ""
    left = f"Not tried: {_joined(left)}. " if left else ""
    return f"{alarms}{tried}{left}No number here shows that nobody can be recognised."


def _bias(rows, protected):
    ids, rows = _seen(rows)
    if not rows:
        return "Bias was not looked at."
    fields = {
        "the shares of groups": any("representation" in parts for parts in ids),
        "what the rows say of the groups": any(not parts & {"representation", *MODELS} for parts in ids),
        "the decisions of models trained on the rows": any(parts & set(MODELS) for parts in ids),
    }
    seen = _joined([name for name, looked in fields.items() if looked])
    left = _joined([name for name, looked in fields.items() if not looked])
    left = f", not in {left}" if left else ""
    names = f" ({', '.join(protected)})" if 0 < len(protected) <= 6 else ""
    return (
        f"Bias is looked at in {seen}{left}, and only for groups of the protected columns{names}; other groups may "
        "fare worse."
    )


def _utility(rows, target, of):
    _, rows = _seen(rows)
    if rows and target is not None:
        yield f"Usefulness is that of predicting {target!r} with the models named there; another task may lose more."
    if rows and of == "images":
        yield "Usefulness is that of telling the labels with one small network; another network or task may lose more."
    if any(row["id"] == "utility.next_step" for row in rows):
        yield "Usefulness is that of foretelling one step with the model named there; another task may lose more."


def _joined(names):
    """Names as a reader lists them.

    Examples
    --------
    >>> _joined(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join([*[", ".join(names[:-1])] * (len(names) > 1), *names[-1:]])
