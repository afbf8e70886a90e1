"""The audit of images: the same findings and verdicts as for tables, from networks and distances instead of columns.

Each check lives in a file of its own.
"""

from augment.auditing.images import (
    group_accuracy,
    group_coverage,
    groups,
    kernel_distance,
    memory,
    neighbourhoods,
    pictures,
    usefulness,
)

CHECKS = [
    *pictures.CHECKS,
    *kernel_distance.CHECKS,
    *neighbourhoods.CHECKS,
    *group_coverage.CHECKS,
    *usefulness.CHECKS,
    *groups.CHECKS,
    *group_accuracy.CHECKS,
    *memory.CHECKS,
]
