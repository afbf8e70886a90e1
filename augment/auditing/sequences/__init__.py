"""The audit of sequences: the checks of tables on one row a sequence, and those that only sequences have.

Each check lives in a file of its own.
"""

from augment.auditing.sequences import (
    autocorrelation,
    crosscorrelation,
    group_outcomes,
    lengths,
    runs,
    transitions,
)

CHECKS = [
    *lengths.CHECKS,
    *transitions.CHECKS,
    *autocorrelation.CHECKS,
    *crosscorrelation.CHECKS,
    *group_outcomes.CHECKS,
    *runs.CHECKS,
]


def with_tables(checks):
    """The checks of sequences behind those of tables, without those that have another form for sequences."""
    own = {check.id for check in CHECKS}
    return [*(check for check in checks if check.id not in own), *CHECKS]
