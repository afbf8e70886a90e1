"""How long the steps of a piece are, by the names that musicians have for notes."""

STEPS = {"half": 2.0, "quarter": 1.0, "8th": 0.5, "16th": 0.25, "32nd": 0.125}  # quarter notes in a step


def quarters_of(step):
    """How many quarter notes a step has; a ValueError where `step` is no name of a note.

    Examples
    --------
    >>> quarters_of("16th")
    0.25
    """
    if not isinstance(step, str) or step not in STEPS:
        raise ValueError(f"step must be one of {', '.join(map(repr, STEPS))}. Received: step={step!r}")
    return STEPS[step]
