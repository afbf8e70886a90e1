"""Question: do the audit's verdicts hold? Fresh real rows must not fail, planted effects must, at a cost that is borne.

    OMP_NUM_THREADS=1 python benchmarks/audit_truth.py --data ../shared/data [--runs 200] [--only quick] [--json OUT]

Null: train, "synthetic" and holdout are disjoint random rows of Adult, 2,000 each; the target is income, protected are
sex and race. Equal groups: generated rows of twelve groups that are alike. Planted: see `planted_effects`. Cost:
generated tables, three of each size, in a process of its own. A share is that of runs in which any finding of the
check FAILs, with its exact interval (Clopper and Pearson). Each run is a line of the file OUT, and not run again.

Last result (seeds from 0; 2 shared cores, 24 GiB, one thread; 48 minutes of CPU; the cost on idle cores, the rest
beside four to six other jobs).

| fresh real rows: FAIL, at most .025 | runs | share | 95 % interval | |
|---|---|---|---|---|
| privacy.copies, privacy.distances | 200 | .010 | .001 to .036 | met |
| privacy.inference, bias.models, bias.differential | 200 | .005 | .000 to .028 | met |
| each of the 22 others | 200 | .000 | .000 to .018 | met |

| twelve equal groups, at most .05 | runs | share | 95 % interval | |
|---|---|---|---|---|
| FAIL, each of the ten bias checks | 200 | .000 | .000 to .018 | met |
| bias.models.parity: p at most .05 | 200 | .020 | .005 to .050 | met |
| bias.models.true_positives: p at most .05 | 200 | .010 | .001 to .036 | met |
| false_positives, precision: p at most .05 | 200 | .005 | .000 to .028 | met |
| calibration: p at most .05 | 200 | .000 | .000 to .018 | met |

| planted: FAIL, at least .99 | finding | runs | share | 95 % interval | |
|---|---|---|---|---|---|
| 1 % verbatim copies | privacy.copies | 77 | 1.000 | .953 to 1.000 | met |
| noisy copies (30 % of cells) | privacy.partial, privacy.distances | 77 | 1.000 | .953 to 1.000 | met |
|  | privacy.membership | 77 | .974 | .909 to .997 | beside it |
| SMOTE rows | privacy.distances, privacy.membership | 77 | 1.000 | .953 to 1.000 | met |
| correlation of .3 invented | fidelity.correlations.worst | 77 | 1.000 | .953 to 1.000 | met |
|  | fidelity.linear.worst | 77 | .987 | .930 to 1.000 | beside it |
| column times 1,000 | fidelity.shapes.worst | 77 | 1.000 | .953 to 1.000 | met |
| columns shuffled | fidelity.detection, fidelity.pairs.worst | 77 | 1.000 | .953 to 1.000 | met |
|  | fidelity.correlations.worst | 77 | .208 | .124 to .315 | beside it |
| a group dropped to a quarter | bias.representation.race | 77 | 1.000 | .953 to 1.000 | met |
| labels of 10 % of a group flipped | bias.labels.sex | 77 | 1.000 | .953 to 1.000 | met |
| proxy added | bias.proxies.column.sex | 77 | 1.000 | .953 to 1.000 | met |
|  | bias.proxies.sex (all columns) | 77 | .026 | .003 to .091 | beside it |
| 20 % missing, apart | fidelity.together.worst | 77 | 1.000 | .953 to 1.000 | met |

| rows x columns | CPU s | wall s | peak MB | dearest checks, CPU s | 120 s, 2 GB |
|---|---|---|---|---|---|
| 12,500 x 50 | 48 | 48 | 674 | utility 13, bias.proxies 7, fidelity.detection 7 |  |
| 25,000 x 50 | 62 | 62 | 944 | utility 15, bias.proxies 9, fidelity.detection 7 |  |
| 50,000 x 50 | 66 | 66 | 1,119 | utility 13, bias.proxies 8, fidelity.sdmetrics 7 | met |
| 2,000 x 300 | 85 | 161 | 1,380 | bias.proxies 19, fidelity.detection 19, utility 16 |  |

What was changed on the way, before the seeds above were run anew: the proxy first told the sex of a quarter of the rows
(found in five of six runs), now of half of them (an AUC of .75); the correlation was first planted on ranks whose ties
were broken, which left less than .3 of it (found in 37 of 38 runs).
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from audited import check_of, findings
from planted_effects import EFFECTS, adult, adult_sample, equal_groups

from augment import audit
from augment.auditing.audit import CHECKS
from augment.auditing.intervals import rate_interval

NULLS = {  # checks by what a run costs: 4 s, 2 s of CPU, and 0.5 s for all others that are judged
    "slow": ["fidelity.joint", "fidelity.detection", "bias.labels", "bias.proxies"]
    + ["privacy.distances", "privacy.membership", "privacy.inference"],
    "models": ["utility", "bias.models", "bias.intersections"],
}
UNJUDGED = ["fidelity.sdmetrics", "bias.flips"]
NULLS["quick"] = [check.id for check in CHECKS if check.id not in [*NULLS["slow"], *NULLS["models"], *UNJUDGED]]
QUESTIONS = [*NULLS, "gaps", "power", "cost"]
GROUP_GAPS = [check.id for check in CHECKS if check.pillar == "bias"]
SIZES = ((12_500, 50), (25_000, 50), (50_000, 50), (2_000, 300))
FAIL_AT_MOST, GAP_AT_MOST, FOUND_AT_LEAST = 0.025, 0.05, 0.99
SECONDS_AT_MOST, MEGABYTES_AT_MOST = 120, 2000


def null(rows, seed, checks):
    """Verdicts on fresh real rows: three disjoint random parts of Adult."""
    sample = adult_sample(rows, np.random.default_rng([1, seed]))
    return _record(_audited(sample, checks, seed))


def gaps(rows, seed):
    """Verdicts, and p-values of gaps of models, on twelve groups that are alike."""
    return _record(_audited(equal_groups(np.random.default_rng([2, seed])), GROUP_GAPS, seed))


def power(rows, seed, name):
    """Verdicts of the checks that must see the planted effect."""
    plant, wanted = EFFECTS[name]
    rng = np.random.default_rng([3, seed])
    sample = plant(adult_sample(rows, rng), rng)
    return _record(_audited(sample, {check_of(identity) for identity in wanted}, seed), wanted)


def _audited(sample, checks, seed):
    tables = sample.train, sample.synthetic, sample.holdout
    return findings(*tables, sample.target, sample.protected, checks=checks, seed=seed)


def _record(found, only=None):
    found = [finding for finding in found if only is None or finding.id in only]
    stopped = [f"{finding.id}: {finding.message}" for finding in found if "check stopped with" in finding.message]
    p_values = {f.id: f.evidence["facts"]["p_value_of_a_gap_at_all"] for f in found if _has_p_value(f)}
    return {"verdicts": {f.id: f.verdict for f in found}, "p_values": p_values, "stopped": stopped}


def _has_p_value(finding):
    return "p_value_of_a_gap_at_all" in finding.evidence.get("facts", {})


def wide_table(n, columns, rng):
    """Generated rows: half numbers, half categories, a few factors behind all of them; a target and two groups."""
    factors = rng.normal(size=(n, 5))
    values = factors @ np.random.default_rng(0).normal(size=(5, columns - 3)) + rng.normal(size=(n, columns - 3))
    half = values.shape[1] // 2
    table = pd.DataFrame(values[:, :half].round(3), columns=[f"number{j}" for j in range(half)])
    for j in range(half, values.shape[1]):
        levels = 2 + 3 * (j - half) % 29
        place = np.clip(levels * (0.5 + values[:, j] / 12), 0, levels - 1).astype(int)
        table[f"category{j}"] = np.char.add("level", place.astype(str))
    table = table.mask(pd.DataFrame(rng.random(table.shape) < 0.02, columns=table.columns))
    return table.assign(
        sex=np.where(rng.random(n) < 0.5, "f", "m"),
        race=rng.choice(list("abcde"), n, p=[0.6, 0.2, 0.1, 0.07, 0.03]),
        outcome=np.where(factors[:, 0] + rng.normal(size=n) > 0.5, "yes", "no"),
    )


def cost(n, columns):
    """CPU seconds, wall-clock seconds and peak memory of one audit with every check, in a process of its own.

    The goal is held against CPU seconds, since wall-clock seconds are also those of the machine's other work.
    """
    command = [sys.executable, __file__, "--one-cost", str(n), str(columns)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])


def _one_cost(n, columns):
    rng = np.random.default_rng(0)
    train, synthetic, holdout = (wide_table(n, columns, rng) for _ in range(3))
    by_check = {}
    CHECKS[:] = [replace(check, function=_timed(check, by_check)) for check in CHECKS]
    before, cpu, wall = _peak(), time.process_time(), time.perf_counter()
    audit(train, synthetic, holdout=holdout, target="outcome", protected=["sex", "race"])
    found = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall, "tables": before, "peak": _peak()}
    print(json.dumps(found | {"by_check": by_check}))


def _timed(check, by_check):
    def function(data, rng):
        start = time.process_time()
        try:
            return check.function(data, rng)
        finally:
            by_check[check.id] = round(time.process_time() - start, 2)

    return function


def _peak():
    """Most memory that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def planned(questions, runs, rows):
    """Every run as (its key, what to call), the same seed of all questions before the next seed."""
    for seed in range(runs):
        for name in (name for name in NULLS if name in questions):
            yield [name, "", seed], lambda seed=seed, name=name: null(rows, seed, NULLS[name])
        if "gaps" in questions:
            yield ["gaps", "", seed], lambda seed=seed: gaps(rows, seed)
        for name in EFFECTS if "power" in questions else ():
            yield ["power", name, seed], lambda seed=seed, name=name: power(rows, seed, name)
    for n, columns in SIZES if "cost" in questions else ():
        yield ["cost", f"{n:,} x {columns}", 0], lambda n=n, columns=columns: cost(n, columns)


def measure(questions, runs, rows, path):
    """Run what the file does not hold yet, and add each run to it as a line at once."""
    records = read(path)
    done = {tuple(record["key"]) for record in records}
    for key, run in planned(questions, runs, rows):
        if tuple(key) in done:
            continue
        start = time.process_time()
        record = {"key": key, **run()}
        record.setdefault("cpu", time.process_time() - start)
        records.append(record)
        if path:
            with Path(path).open("a") as file:
                file.write(json.dumps(record) + "\n")
    return records


def read(path):
    """The records of a file of JSON lines; none if there is no file."""
    return [json.loads(line) for line in Path(path).read_text().splitlines()] if path and Path(path).exists() else []


def summary(records):
    """What was found, in Markdown: a table for each question that has runs."""
    by_question = {}
    for record in records:
        by_question.setdefault(record["key"][0], []).append(record)
    tables = {"null": null_table, "gaps": gaps_table, "power": power_table, "cost": cost_table}
    by_question["null"] = [record for name in NULLS for record in by_question.get(name, [])]
    parts = [tables[name](by_question[name]) for name in tables if by_question.get(name)]
    stopped = sorted({reason for record in records for reason in record.get("stopped", [])})
    return "\n\n".join(parts + [f"STOPPED: {reason}" for reason in stopped])


def null_table(records):
    """Share of runs in which any finding of a check fails."""
    failing = _shares(records, "verdicts", lambda v: v == "FAIL", grouped=True)
    rows = [[name, *_judged(hits, n, FAIL_AT_MOST)] for name, (hits, n) in sorted(failing.items(), key=_most)]
    return _markdown("Fresh real rows: FAIL", ["check", "runs", "share", "95 % interval", "at most .025"], rows)


def gaps_table(records):
    """Share of runs in which equal groups are told apart."""
    failing = _shares(records, "verdicts", lambda v: v == "FAIL", grouped=True)
    rejected = _shares(records, "p_values", lambda p: p <= 0.05)
    rows = [[f"{name}: FAIL", *_judged(hits, n, GAP_AT_MOST)] for name, (hits, n) in sorted(failing.items(), key=_most)]
    rows += [
        [f"{name}: p at most .05", *_judged(hits, n, GAP_AT_MOST)]
        for name, (hits, n) in sorted(rejected.items(), key=_most)
    ]
    return _markdown("Twelve equal groups", ["finding", "runs", "share", "95 % interval", "at most .05"], rows)


def power_table(records):
    """Share of runs in which a planted effect is found."""
    rows = []
    for name, (_, wanted) in EFFECTS.items():
        own = [record for record in records if record["key"][1] == name]
        found = _shares(own, "verdicts", lambda v: v == "FAIL")
        for place, identity in enumerate(identity for identity in wanted if identity in found):
            hits, n = found[identity]
            rows.append([name if not place else "", identity, *_judged(hits, n, FOUND_AT_LEAST, least=True)])
            if place:
                rows[-1][-1] = "beside it"
    return _markdown("Planted: FAIL", ["effect", "finding", "runs", "share", "95 % interval", "at least .99"], rows)


def cost_table(records):
    """Seconds and memory of one audit."""
    rows = []
    for record in records:
        _, size, _ = record["key"]
        limited = size == "50,000 x 50"
        met = record["cpu"] <= SECONDS_AT_MOST and record["peak"] <= MEGABYTES_AT_MOST
        word = ("met" if met else "MISSED") if limited else ""
        dear = sorted(record["by_check"].items(), key=lambda item: -item[1])[:3]
        shown = ", ".join(f"{name} {seconds:.0f}" for name, seconds in dear)
        rows.append([size, f"{record['cpu']:.0f}", f"{record['wall']:.0f}", f"{record['peak']:.0f}", shown, word])
    columns = ["rows x columns", "CPU s", "wall s", "peak MB", "dearest checks, CPU s", "120 s of CPU, 2 GB"]
    return _markdown("Cost of one audit", columns, rows)


def _shares(records, kind, hit, grouped=False):
    """For each id, in how many runs it was a hit and in how many it was there; by check, if `grouped`."""
    counts = {}
    for record in records:
        own = {}
        for identity, value in record[kind].items():
            if value in ("NOT ASSESSED", "INFORMATION"):
                continue
            name = check_of(identity) if grouped else identity
            own[name] = own.get(name, False) or hit(value)
        for name, value in own.items():
            hits, n = counts.get(name, (0, 0))
            counts[name] = hits + value, n + 1
    return counts


def _most(item):
    (_, (hits, n)) = item
    return -hits / n


def _judged(hits, n, limit, least=False):
    """Cells of a table: runs, share, its exact interval, and whether the goal is met."""
    low, high = rate_interval(hits, n)
    met = hits >= limit * n if least else hits <= limit * n
    return [n, f"{hits / n:.3f}", f"{low:.3f} to {high:.3f}", "met" if met else "MISSED"]


def _markdown(title, columns, rows):
    lines = [f"| {' | '.join(map(str, row))} |" for row in [columns, *rows]]
    return "\n".join([f"{title}\n", lines[0], "|---" * len(columns) + "|", *lines[1:]])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", help="folder that holds tabular/adult.data and adult.test")
    parser.add_argument("--runs", type=int, default=200, help="runs of all but cost (200)")
    parser.add_argument("--only", nargs="+", choices=QUESTIONS, default=QUESTIONS)
    parser.add_argument("--json", help="file of JSON lines to add each run to; what it holds is not run again")
    parser.add_argument("--one-cost", nargs=2, type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one_cost:
        return _one_cost(*arguments.one_cost)
    needs_data = {*NULLS, "power"} & set(arguments.only)
    if needs_data and not arguments.data:
        parser.error("--data is needed by all questions but gaps and cost")
    rows = adult(arguments.data) if needs_data else None
    print(summary(measure(arguments.only, arguments.runs, rows, arguments.json)))


if __name__ == "__main__":
    main()
