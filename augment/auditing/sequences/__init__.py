"""The audit of sequences: the checks of tables on one row a sequence, and those that only sequences have.

Each check lives in a file of its own.
"""

from augment.auditing.sequences import (
    autocorrelation,
    context,
    crosscorrelation,
    discriminative,
    examples,
    group_outcomes,
    group_steps,
    lengths,
    molecules,
    near_windows,
    next_step,
    runs,
    transitions,
)

CHECKS = [
    *examples.CHECKS,
    *lengths.CHECKS,
    *transitions.CHECKS,
    *autocorrelation.CHECKS,
    *crosscorrelation.CHECKS,
    *discriminative.CHECKS,
    *context.CHECKS,
    *next_step.CHECKS,
    *group_steps.CHECKS,
    *group_outcomes.CHECKS,
    *runs.CHECKS,
    *near_windows.CHECKS,
]


def with_tables(checks, kind):
    """The checks of tables and those of sequences of a kind, which take the place of those with the same id."""
    mine = [*CHECKS, *molecules.CHECKS] if kind == "molecules" else CHECKS
    own = {check.id for check in mine}
    return [*(check for check in checks if check.id not in own), *mine]
