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
    lengths,
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
    *group_outcomes.CHECKS,
    *runs.CHECKS,
    *near_windows.CHECKS,
]


def with_tables(checks):
    """The checks of tables and those of sequences, which take the place of those with the same id."""
    own = {check.id for check in CHECKS}
    return [*(check for check in checks if check.id not in own), *CHECKS]
