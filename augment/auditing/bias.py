"""Bias in the data: who is in the rows, which outcomes the groups have, and what other columns tell about them."""

from augment.auditing import conditional, growth, labels, outcomes, proxies, representation

CHECKS = [
    *representation.CHECKS,
    *outcomes.CHECKS,
    *growth.CHECKS,
    *conditional.CHECKS,
    *labels.CHECKS,
    *proxies.CHECKS,
]
