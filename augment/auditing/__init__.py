"""Compares a synthetic table with the real one it was learned from, and judges what can be judged."""

from augment.auditing.audit import CHECKS, audit
from augment.auditing.check import Check, Finding, NotAssessed
from augment.auditing.report import AuditReport

__all__ = ["CHECKS", "AuditReport", "Check", "Finding", "NotAssessed", "audit"]
