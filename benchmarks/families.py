"""Question: what do the families besides the default make of Adult and MAGIC, against CTGAN and TVAE in the same run?

    python benchmarks/families.py --data ../shared/data [--rows adult,magic] [--models vae,gan,flow,recurrent]
        [--seeds 3] [--rivals RIVALS/bin/python=ctgan,tvae] [--json OUT]

Default settings of every family and of every rival, one fit and one sample for each seed, on the published splits;
figures are means ± standard deviations. What the columns mean is told in tabular_quality.py, whose judges these are.
Set OMP_NUM_THREADS=1 on a busy machine.

Last result: not measured yet.
"""

import argparse
import json
from functools import partial
from pathlib import Path

import generators
import numpy as np
from tabular_quality import COLUMNS, measure, summary

GOALS = {  # on Adult: trend error at most, AUC at least, C2ST at least
    "vae": {"trend": 4, "auc": 0.905},
    "gan": {"trend": 5, "auc": 0.900},
    "flow": {"trend": 2.5, "auc": 0.910, "c2st": 0.75},
}
SHARE_OF_TIME = 0.5  # of a rival's CPU-seconds that VAE and GAN may take


def verdicts(name, records):
    """Each goal of this table and whether it was reached."""
    means = {}
    for source in dict.fromkeys(record["source"] for record in records):
        mine = [record for record in records if record["source"] == source]
        means[source] = {key: float(np.mean([record.get(key, np.nan) for record in mine])) for key in COLUMNS}
    lines = []
    for model, goals in GOALS.items() if name == "adult" else ():
        for key, goal in goals.items() if model in means else ():
            reached = means[model][key]
            lines.append(
                _verdict(f"{model} {key}", reached <= goal if key == "trend" else reached >= goal, reached, goal)
            )
    for model in {"vae", "gan"} & set(means):
        for rival in {"ctgan", "tvae"} & set(means):
            for key in ("trend", "c2st", "auc"):
                mine, its = means[model][key], means[rival][key]
                lines.append(
                    _verdict(f"{model} {key} against {rival}", mine < its if key == "trend" else mine > its, mine, its)
                )
            mine, its = means[model]["fit_cpu"], SHARE_OF_TIME * means[rival]["fit_cpu"]
            lines.append(_verdict(f"{model} fit CPU-s against half of {rival}'s", mine <= its, mine, its))
    return lines


def _verdict(what, met, reached, goal):
    return f"{'met   ' if met else 'MISSED'} {what}: {reached:.4g} ({goal:.4g})"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="folder that holds tabular/adult.data and the others")
    parser.add_argument("--rows", default="adult,magic", help="tables to run")
    parser.add_argument("--models", default="vae,gan,flow,recurrent", help="families to run")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rivals", nargs="*", default=[], help="pythons that have rivals: PYTHON or PYTHON=name,name")
    parser.add_argument("--limit", type=float, default=7200, help="wall seconds a rival may take for one table")
    parser.add_argument("--json", help="write every record to this file")
    arguments = parser.parse_args()
    sources = {name: partial(generators.augment, model=name) for name in arguments.models.split(",")}
    for python in arguments.rivals:
        sources |= generators.rivals_of(python, arguments.limit)
    everything = []
    for name in arguments.rows.split(","):
        records = measure(name, arguments.data, sources, arguments.seeds)
        everything += records
        print(f"\n## {name}, {arguments.seeds} seeds\n\n{summary(records, COLUMNS)}\n")
        print("\n".join(verdicts(name, records)), flush=True)
        if arguments.json:
            Path(arguments.json).write_text(json.dumps(everything, indent=1))


if __name__ == "__main__":
    main()
