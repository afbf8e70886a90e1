"""The public contract of a synthesizer, one small check a clause, for our families and for users' own models."""

from augment.checks.contract import CHECKS, check_synthesizer, synthesizer_checks
from augment.checks.subject import Subject, make_dependent_table

__all__ = ["CHECKS", "Subject", "check_synthesizer", "make_dependent_table", "synthesizer_checks"]
