"""What `augment audit` asks of a report besides printing it: what to judge by, public or internal form, and the gate.

Exit codes of the gate: 0 where it is open or none was asked for, 1 where a verdict keeps it shut (standard error names
each, one a line), 2 where a name, a threshold or a file is wrong. Those of the whole command stand in `augment.cli`.
"""

import argparse
import sys

PILLARS = ("fidelity", "utility", "bias", "privacy")
UNTIL = ("fail", "not-assessed", "inconclusive")
GATE = """the gate:
  --fail-on NAME,... ends with the code 1 where a named verdict is not good enough. A NAME is a pillar (fidelity,
  utility, bias, privacy), the name of a finding (privacy.copies), or the beginning of one up to a dot
  (bias.representation is every column's). One of these words among the names says what is not good enough:
    fail           only FAIL
    not-assessed   FAIL and NOT ASSESSED: without a holdout privacy shuts the gate (the default)
    inconclusive   FAIL, NOT ASSESSED and INCONCLUSIVE: only PASS opens it; a silent alarm is no PASS
  A pillar or a beginning has the worst verdict of its findings, and NOT ASSESSED where none was assessed or a check
  stopped by a fault.
  A word alone is asked of all four pillars. Without --fail-on the code is 0 whatever was found.

thresholds:
  --threshold NAME=VALUE goes before --thresholds FILE, a TOML file: its names stand in quotes, as in
  "fidelity.shapes" = 0.05. --list-thresholds prints such a file with the defaults; those of images or
  sequences alone are comments.

"""


def add_judging(command):
    """Add the options that say how a report is judged and shown."""
    command.add_argument(
        "--population",
        metavar="COLUMN:GROUP=SHARE,...",
        type=_population,
        action="append",
        default=[],
        help="shares of groups to judge by, such as sex:Male=0.5,Female=0.5, in place of the real rows'; repeatable",
    )
    command.add_argument("--strata", metavar="COLUMN", help="the column within which outcomes of groups are compared")
    command.add_argument(
        "--threshold",
        metavar="NAME=VALUE",
        type=_assignment,
        action="append",
        default=[],
        help="another threshold, such as privacy.distances=0.52; repeatable",
    )
    command.add_argument("--thresholds", metavar="FILE", help="a TOML file of thresholds")
    command.add_argument(
        "--list-thresholds", action=_ListThresholds, help="print the thresholds and their defaults as TOML, and end"
    )
    command.add_argument(
        "--mode",
        choices=("internal", "public"),
        default="internal",
        help="public: rounded, without small cells and rows (internal)",
    )
    command.add_argument(
        "--fail-on", metavar="NAME,...", type=_gate, default=((), UNTIL[1]), help="exit with 1 unless these hold"
    )


class _ListThresholds(argparse.Action):
    """Prints the thresholds and ends, as --version does."""

    def __init__(self, option_strings, dest, help):
        super().__init__(option_strings, argparse.SUPPRESS, nargs=0, help=help)

    def __call__(self, parser, options, values, option_string=None):
        from augment.auditing import CHECKS, images, sequences
        from augment.auditing.thresholds import as_toml, resolve

        own = resolve(CHECKS)
        print(as_toml(own), end="")
        for what, checks in (("images", images.CHECKS), ("sequences", sequences.with_tables([], "molecules"))):
            others = {name: limit for name, limit in resolve(checks).items() if name not in own}
            print(f"# of {what} alone:", *(f"# {line}" for line in as_toml(others).splitlines()), sep="\n")
        parser.exit()


def _assignment(text):
    name, equals, value = text.rpartition("=")
    try:
        if not equals:
            raise ValueError
        return name.strip(), float(value)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected NAME=VALUE with a number, received {text!r}") from None


def _population(text):
    """A column and the shares of its groups."""
    column, _, pairs = text.partition(":")
    try:
        return column, {group.strip(): float(share) for group, share in (p.rsplit("=", 1) for p in pairs.split(","))}
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected COLUMN:GROUP=SHARE,GROUP=SHARE,... received {text!r}") from None


def _gate(text):
    """Names and the one word of how good a verdict must be."""
    given = [name.strip() for name in text.split(",") if name.strip()]
    words = [name.lower() for name in given if name.lower() in UNTIL]
    names = [name for name in given if name.lower() not in UNTIL]
    if len(words) > 1:
        raise argparse.ArgumentTypeError(f"expected one of {', '.join(UNTIL)}, received {' and '.join(words)}")
    if strange := [name for name in names if name.split(".")[0] not in PILLARS]:
        raise argparse.ArgumentTypeError(
            f"{strange[0]!r} is no pillar or finding; names begin with {', '.join(PILLARS)}"
        )
    return tuple(dict.fromkeys(names or PILLARS)), words[0] if words else UNTIL[1]


def thresholds(options):
    """What the audit takes as thresholds: the file first, since later ones win."""
    return [layer for layer in (options.thresholds, dict(options.threshold)) if layer]


def check_gate(options, images=False, kind=None):
    """Raise for a name or a threshold that cannot be, of tables, of images or of a kind of sequences: at once."""
    names, _ = options.fail_on
    if names or options.threshold or options.thresholds:
        from augment.auditing import CHECKS
        from augment.auditing import images as of_images
        from augment.auditing import sequences as of_sequences
        from augment.auditing.gate import check_names
        from augment.auditing.thresholds import resolve

        checks = of_images.CHECKS if images else of_sequences.with_tables(CHECKS, kind) if kind else CHECKS
        check_names(names, checks)
        resolve(checks, thresholds(options))


def shut(report, options):
    """1 where the gate stays shut, else 0; standard error says by what."""
    from augment.auditing.words import plain

    names, until = options.fail_on
    refused = report.refused(names, until)
    for one in refused:
        found = f": {', '.join(one['findings'])}" if one["findings"] not in ([], [one["name"]]) else ""
        print(plain(f"augment: {one['name']} {one['verdict']}{found}"), file=sys.stderr)
    return int(bool(refused))
