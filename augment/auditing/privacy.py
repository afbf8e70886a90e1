"""Do synthetic rows give away the rows they were learned from? The holdout says how much chance does.

All checks raise alarms: they fail, or they stay silent, and silence proves nothing. Each lives in a file of its own:
rows repeated exactly, rows repeated in part, distances, membership and attribute inference.
"""

from augment.auditing import copies, distances, inference, membership, partial_copies

CHECKS = [
    *copies.CHECKS,
    *partial_copies.CHECKS,
    *distances.CHECKS,
    *membership.CHECKS,
    *inference.CHECKS,
]
