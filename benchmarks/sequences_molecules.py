"""Question: how good are new molecules after minutes on two cores, and how quickly are they drawn as is asked?

    python benchmarks/sequences_molecules.py --data ../shared/data --out molecules.jsonl [--seeds 3]

ZINC: fitted on 24,445 SMILES, measured against 5,000 others by `molecule_report`: "valid" are those of 10,000 as the
model wrote them, all else is of 10,000 that `generate` gives. "properties" is the share of nine properties whose mean
is inside the interval of a real sample as large, "distance" that of those whose Wasserstein distance is; "similarity"
to the nearest training molecule (SNN) stands beside that of the others. "drawn" are valid molecules a CPU second of a
call for 1,000, then those of a call for 100 inside ranges of logP (2 to 3), weight (250 to 350) and QED (.6 to 1), and
of one for 100 that keep a pyridine. Every finished line of --out is not run again. Set OMP_NUM_THREADS=1 on a busy
machine.

Last result (one core of 2, the other with another job; 24 GiB; TensorFlow 2.21, Keras 3.15, RDKit 2026.9.1; of the fits
22 CPU seconds are the correction of properties; SELFIES were measured before there was one, all of it on raw molecules,
after a tenth more of training):

| setting, seed | fit CPU-s | valid | unique | new | means | diversity | similarity | scaffolds | drawn | asked | part |
|---|---|---|---|---|---|---|---|---|---|---|---|
| smiles, 0 | 808 | .997 | .9998 | .9998 | 9 of 9 | .870 | .372 | .378 | 613 | 65 | 187 |
| smiles, 1 | 846 | .997 | .9999 | .9998 | 8 of 9 | .871 | .372 | .434 | 641 | 77 | 282 |
| smiles, 2 | 845 | .996 | 1.0 | 1.0 | 8 of 9 | .870 | .375 | .397 | 596 | 68 | 236 |
| selfies, 0, raw | 1,010 | 1 | .9998 | 1.0 | 2 of 9 | .885 | .318 | .242 | 1,311 | 83 | 742 |
| 5,000 others | | 1 | | | | .871 | .432 | .421 | | | |

Aimed at were validity .93 in 900 CPU seconds, uniqueness .999, novelty .98, 500 molecules a second, and means inside
the interval of a real sample: 25 of 27 are inside, where of real samples 25.7 are. Outside are, with seed 1, that of
aromatic rings (.031 too few, .027 are allowed) and, with seed 2, that of rotatable bonds (.046 too few for .043).
Distributions are inside for five, three and three of nine properties. What is not valid was cut at the length of the
longest fitted molecule.

A tenth more of training gave the same: valid .996, 8, 9 and 7 means of 9, in 819 to 922 CPU seconds on busier cores;
where four jobs shared the two cores a fit took 1,141 CPU seconds in place of 808.

What corrections leave, of 80,000 raw molecules of seed 2 and before training was cut by a tenth, in margins of the
interval (raw: 5.7 for aromatic rings): root mean square .44 when learned from 20,000, as they are, .43 from 40,000,
and .42 and .41 if two or one squared standard errors are left as they are in place of three; QED, which is not
corrected, has .56. Sampling alone has .36 with 10,000 molecules.

Raw molecules of seed 0 have six of nine means inside, with .15 aromatic rings and .12 rotatable bonds too few, and come
at 941 a CPU second. Of SELFIES the correction reaches little more than half of the way (.79 aromatic rings too few, .44
when corrected; 454 a second). To tell the network which atom comes next to what gave a validation loss of .763 for .769
after 3 million tokens; gradients of the cells written by hand take 100 CPU milliseconds a step for 130 on TensorFlow
and 131 for 119 on JAX, and were left.

With aromatic rings written as such, and only rings and branches closed before the end, .825 was valid after the same
training (828 CPU seconds beside fewer jobs), and of the rest seven in ten had aromatic rings that no molecule has; what
was left had .18 rings too few. Single and double bonds in rings made .772 valid of .49 after 3 million tokens (.32
without the sums that the network is told), and the bonds that atoms can have all the rest. To draw properties from real
molecules first and tell them moves means away from the real ones (weight 3.8 too low, told all three).
"""

import argparse
import time
from functools import partial
from pathlib import Path

import numpy as np
from records import measured

RAW, DRAWN, ASKED = 10_000, 1000, 100
SETTINGS = {"smiles": {}, "selfies": {"notation": "selfies"}}
RANGES = {"logp": (2, 3), "weight": (250, 350), "qed": (0.6, 1.0)}
PART = {"substructure": "c1ccncc1"}


def measure(setting, data_dir, seed):
    """One fit and what `qualities` tells of it, as a record."""
    from augment import SequenceSynthesizer

    train, test = (Path(data_dir, "sequence", name).read_text().split() for name in ("zinc_valid.txt", "zinc_test.txt"))
    start = time.process_time(), time.monotonic()
    options = {"kind": "molecules", "random_state": seed, "verbose": 0}
    synthesizer = SequenceSynthesizer(**options, **SETTINGS[setting]).fit(train)
    spent = {"fit_cpu": time.process_time() - start[0], "fit_wall": time.monotonic() - start[1]}
    return spent | qualities(synthesizer, train, test)


def qualities(synthesizer, train, test):
    """How good the molecules of a fitted synthesizer are, and how quickly they are drawn."""
    from augment.chemistry import molecule_report
    from augment.chemistry.reading import read_molecules

    raw = synthesizer.generate(RAW, valid_only=False)
    report = molecule_report(train, synthesizer.generate(RAW), holdout=test)
    record = {"validity": np.mean([molecule is not None for molecule in read_molecules(raw)])}
    record |= {name: report[name]["value"] for name in ("uniqueness", "novelty")}
    for name in ("internal_diversity", "similarity", "scaffolds"):
        record[name], record[f"real_{name}"] = report[name]["value"], report[name]["real"]
    properties = report["properties"]
    record["properties"] = np.mean([abs(p["difference"]) <= p["real_interval"][1] for p in properties.values()])
    record["distance"] = np.mean([p["distance"] <= p["real_distance"] for p in properties.values()])
    record["differences"] = {n: [p["difference"], p["real_interval"][1]] for n, p in properties.items()}
    asks = {"drawn": (DRAWN, None), "in_ranges": (ASKED, RANGES), "with_part": (ASKED, PART)}
    for name, (n, condition) in asks.items():
        start = time.process_time()
        synthesizer.generate(n, condition=condition)
        record[f"{name}_per_cpu_second"] = n / (time.process_time() - start)
    return record


def summary(records):
    """A Markdown table of means over the seeds."""
    columns = ["fit_cpu", "validity", "uniqueness", "novelty", "internal_diversity", "similarity", "real_similarity"]
    columns += ["scaffolds", "real_scaffolds", "properties", "distance"]
    columns += [f"{name}_per_cpu_second" for name in ("drawn", "in_ranges", "with_part")]
    lines = ["| setting | seeds | " + " | ".join(columns) + " |", "|---" * (len(columns) + 2) + "|"]
    for setting in dict.fromkeys(record["setting"] for record in records):
        mine = [record for record in records if record["setting"] == setting]
        means = [np.mean([record[column] for record in mine]) for column in columns]
        lines.append(f"| {setting} | {len(mine)} | " + " | ".join(f"{mean:.4g}" for mean in means) + " |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="folder that holds sequence/zinc_valid.txt and zinc_test.txt")
    parser.add_argument("--out", required=True, help="file of records; what it holds is not run again")
    parser.add_argument("--settings", default=",".join(SETTINGS))
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    settings = arguments.settings.split(",")
    cells = [{"setting": setting, "seed": seed} for seed in range(arguments.seeds) for setting in settings]
    records = measured(arguments.out, cells, partial(measure, data_dir=arguments.data))
    print(summary(records))


if __name__ == "__main__":
    main()
