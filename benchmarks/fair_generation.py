"""Question: on Adult by sex, what does a model trained on rows of each fairness criterion gain, and what does it lose?

    python benchmarks/fair_generation.py --data ../shared/data [--model adult.augment] [--seeds 3] [--json OUT]

One fit with default settings on the official training part (--model keeps it, and is read where it is there); for each
seed as many rows of each criterion; boosted trees trained on them, judged on the official test part by
`fairness_trade_off`. Figures are means ± standard deviations over the seeds of generation.

RESULT
"""

import argparse
import json
from pathlib import Path

import numpy as np
from real_tables import load

from augment import (
    EqualCells,
    LabelParity,
    StatisticalParity,
    TabularSynthesizer,
    WithoutEdges,
    fairness_trade_off,
)
from augment.trade_off import MEASURES

GRAPH = {  # one that a user might draw; what it leaves out is drawn last
    "education-num": ["sex", "race", "age"],
    "occupation": ["sex", "education-num", "age"],
    "hours-per-week": ["sex", "occupation"],
    "marital-status": ["sex", "age"],
    "relationship": ["marital-status", "sex", "age"],
    "income": [
        "sex",
        "age",
        "education-num",
        "occupation",
        "hours-per-week",
        "marital-status",
        "relationship",
        "capital-gain",
        "capital-loss",
        "workclass",
    ],
}
CRITERIA = {
    "LabelParity": LabelParity("sex", "income"),
    "LabelParity, strength .5": LabelParity("sex", "income", strength=0.5),
    "EqualCells": EqualCells("sex", "income"),
    "StatisticalParity": StatisticalParity("sex", "income"),
    "StatisticalParity, strength .5": StatisticalParity("sex", "income", strength=0.5),
    "WithoutEdges, sex to income": WithoutEdges({"income": ["sex"]}, GRAPH),
    "WithoutEdges, sex and relationship": WithoutEdges({"income": ["sex", "relationship", "marital-status"]}, GRAPH),
}
GOALS = {"StatisticalParity": (0.02, 0.885), "LabelParity": (0.10, 0.915)}  # parity gap at most, AUC at least


def fitted(path, train):
    """The synthesizer saved at `path`, or a new fit, saved there."""
    if path and Path(path).exists():
        return TabularSynthesizer.load(path)
    synthesizer = TabularSynthesizer(random_state=0).fit(train)
    if path:
        synthesizer.save(path)
    return synthesizer


def measure(synthesizer, table, seeds):
    """The values of every measure, by training table, a list over seeds each."""
    names = ["as learned", *CRITERIA]
    found = {}
    for seed in range(seeds):
        train = table["train"] if seed == 0 else None
        result = fairness_trade_off(
            synthesizer,
            CRITERIA,
            table["test"],
            train=train,
            protected="sex",
            target="income",
            random_state=seed,
        )
        print(result, flush=True)
        for name, row in zip([*(["real rows"] if seed == 0 else []), *names], result.rows, strict=True):
            values = {"label gap": row["label gap"]} | {measure: row[measure][0] for measure in MEASURES}
            found.setdefault(name, []).append(values)
    return found


def summary(found):
    """The table of means and standard deviations, in Markdown."""
    columns = ["label gap", *MEASURES]
    lines = [f"| trained on | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for name, rows in found.items():
        cells = []
        for column in columns:
            values = [row[column] for row in rows]
            spread = f" ± {np.std(values, ddof=1):.3f}" if len(values) > 1 else ""
            cells.append(f"{np.mean(values):.3f}{spread}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def verdicts(found):
    """Each goal and whether the mean over seeds reaches it."""
    lines = []
    for name, (gap, area) in GOALS.items():
        reached = {column: np.mean([row[column] for row in found[name]]) for column in ("parity gap", "AUC")}
        met = reached["parity gap"] <= gap and reached["AUC"] >= area
        lines.append(
            f"{'met   ' if met else 'MISSED'} {name}: parity gap {reached['parity gap']:.3f} (at most {gap}), AUC "
            f"{reached['AUC']:.4f} (at least {area})"
        )
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="folder that holds tabular/adult.data and adult.test")
    parser.add_argument("--model", help="where the fitted model is kept")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--json", help="write every record to this file")
    arguments = parser.parse_args()
    table = load("adult", arguments.data)
    synthesizer = fitted(arguments.model, table["train"]).set_params(verbose=0)
    found = measure(synthesizer, table, arguments.seeds)
    print(f"\n{summary(found)}\n\n{verdicts(found)}")
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
