"""Question: how well are texts learned in minutes on two cores, and how fast are new ones drawn?

    python benchmarks/sequences.py --data ../shared/data --out sequences.jsonl [--seeds 3]

Tiny Shakespeare, 1,115,394 characters: fitted on the first nine tenths, "nats" a character of the last tenth, scored in
16 parts, each with its state carried along. "quick" is `time_limit=150`. Characters a second are those of one call that
generates 64 texts of 500. Every finished line of --out is not run again. Set OMP_NUM_THREADS=1 on a busy machine.

"pieces" is `tokens="pieces"`, whose nats are those of the pieces that the text is split into.

Last result (seeds 0, 1 and 2, of quick 0 and 1, of pieces 0; one core each of 2 shared ones, 24 GiB; TensorFlow 2.21,
Keras 3.15):

| setting | fit CPU-s | nats a character | characters / s |
|---|---|---|---|
| default | 343 (337 to 352) | 1.525 (1.521 to 1.527) | 7,260 |
| quick | 136 (134 to 138) | 1.671 (1.665 to 1.678) | 7,020 |
| pieces | 401 | 1.527 | 58,000 a CPU second |

The speed of characters was not timed by CPU; in calls for 256 texts nearly untrained models drew 21,300 a CPU second in
characters and 84,600 in pieces. No number of pieces but 512 was tried, on the ninth tenth: 1.499 nats in 423 CPU
seconds, fitted on the eight before it. Of 712 passengers' names (seed 0, 179 others scored) characters have 1.735 nats,
82 pieces ("pieces") 1.834 and 200 pieces 1.836, in 61 to 67 CPU seconds.

Seed 0 was run before tokens were drawn by the cells themselves, and drew 4,150 a second; its speed is left out. A GPT
of four layers on a laptop has 1.88 after three minutes (README of nanoGPT).
"""

import argparse
import time
from functools import partial
from pathlib import Path

import numpy as np
from records import measured

SETTINGS = {"default": {}, "quick": {"time_limit": 150}, "pieces": {"tokens": "pieces"}}
PARTS = 16


def measure(setting, data_dir, seed):
    """One fit, the score of the last tenth and the speed of drawing, as a record."""
    from augment import SequenceSynthesizer

    text = Path(data_dir, "sequence", "tinyshakespeare.txt").read_text()
    train, held = text[: int(len(text) * 0.9)], text[int(len(text) * 0.9) :]
    start = time.process_time(), time.monotonic()
    synthesizer = SequenceSynthesizer(random_state=seed, verbose=0, **SETTINGS[setting]).fit(train)
    record = {"fit_cpu": time.process_time() - start[0], "fit_wall": time.monotonic() - start[1]}
    ends = np.linspace(0, len(held), PARTS + 1).astype(int)
    scores = synthesizer.score_samples([held[low:high] for low, high in zip(ends, ends[1:], strict=False)])
    record["nats"] = -float(scores.sum()) / len(held)
    start = time.process_time(), time.monotonic()
    texts = synthesizer.generate(64, max_length=500)
    spent = time.process_time() - start[0], time.monotonic() - start[1]
    record["characters_per_cpu_second"], record["characters_per_second"] = (sum(map(len, texts)) / s for s in spent)
    return record


def summary(records):
    """A Markdown table of means over the seeds."""
    columns = ["fit_cpu", "fit_wall", "nats", "characters_per_cpu_second", "characters_per_second"]
    lines = ["| setting | seeds | " + " | ".join(columns) + " |", "|---" * (len(columns) + 2) + "|"]
    for setting in dict.fromkeys(record["setting"] for record in records):
        mine = [record for record in records if record["setting"] == setting]
        means = [np.mean([record[column] for record in mine]) for column in columns]
        lines.append(f"| {setting} | {len(mine)} | " + " | ".join(f"{mean:.4g}" for mean in means) + " |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="folder that holds sequence/tinyshakespeare.txt")
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
