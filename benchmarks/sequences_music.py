"""Question: how well are four-voice chorales learned in minutes on two cores, and how fast are new ones drawn?

    python benchmarks/sequences_music.py --data ../shared/data --out music.jsonl [--seeds 3] [--part valid]

JSB chorales, the published parts: fitted on 229 pieces, of which a tenth decides when to stop. "quarter" takes every
fourth 16th step, the grid of the published figures; "quick" is the same with `epochs=2`; "16th" takes all steps. "nats"
are the negative log-likelihood of a step of the other part as `music_test.py` of locuslab/TCN has it: the sum over all
steps but the first of each piece, divided by their number; "with all" counts first steps and ends, too. Every finished
line of --out is not run again. "read back" says that `read_music` gives what `write_music` wrote of 20 new pieces.

The published figures are of the 88 keys of a step, whatever voice has them. Here they are of voices, which tell the
keys and more: several voicings give the same keys, whose likelihood is their sum, so that ours is an upper bound of
the nats of the keys, given the voicing of the first step. Ours are also learned in all keys.

Last result (test part, seeds 0, 1 and 2; a fifth of a core each of 2 shared ones, 24 GiB; TensorFlow 2.21, Keras 3.15):

| setting | fit CPU-s | nats a step | with all | steps / CPU-s |
|---|---|---|---|---|
| quick | 65 (60 to 69) | 5.65 (5.61 to 5.69) | 5.71 | 1,230 |

All was read back. Published: LSTM 8.45, GRU 8.43, TCN 8.10 (Bai et al., arXiv 1803.01271); these guess each key of a
step for itself, and much of the difference is that notes here are guessed given one another, as by RNN-NADE
(Boulanger-Lewandowski et al., ICML 2012, arXiv 1206.6392). In trials on the valid part, one seed, it was 5.08
after four epochs (126 CPU-s), 5.00 with the voices from the bass upwards, and 5.06 with rows of 256 tokens (179 CPU-s).
"quarter" and "16th" are not measured yet.
"""

import argparse
import json
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np
from records import measured

SETTINGS = {"quarter": (4, {}), "quick": (4, {"epochs": 2}), "16th": (1, {})}  # steps apart, and parameters


def measure(setting, data_dir, part, seed):
    """One fit, the score of a part, the speed of drawing and a look at the files, as a record."""
    from augment import SequenceSynthesizer, read_music, write_music

    apart, parameters = SETTINGS[setting]
    chorales = json.loads(Path(data_dir, "sequence", "Jsb16thSeparated.json").read_text())
    train, other = ([np.array(piece)[::apart] for piece in chorales[name]] for name in ("train", part))
    start = time.process_time(), time.monotonic()
    synthesizer = SequenceSynthesizer(kind="music", random_state=seed, verbose=0, **parameters).fit(train)
    record = {"fit_cpu": time.process_time() - start[0], "fit_wall": time.monotonic() - start[1]}
    losses = list(losses_of_steps(synthesizer, other))
    record["nats"] = float(np.concatenate([each[1:-1] for each in losses]).mean())
    record["with_all"] = sum(float(each.sum()) for each in losses) / sum(map(len, other))
    start = time.process_time()
    new = synthesizer.generate(20, max_length=200)
    record["steps_per_cpu_second"] = sum(map(len, new)) / (time.process_time() - start)
    new = [piece for piece in new if (piece >= 0).any(axis=0).all()]  # a voice without a note has no track
    with tempfile.TemporaryDirectory() as folder:
        write_music(new, Path(folder) / "new")
        again = read_music(Path(folder) / "new")
    record["read_back"] = all(np.array_equal(*pair) for pair in zip(new, again, strict=True))
    return record


def losses_of_steps(synthesizer, pieces):
    """For each piece the negative log-likelihood of each step, and that of its end last."""
    from augment.codecs.sequence_layout import in_turn
    from augment.models.drawing import log_sum
    from augment.models.plain_cells import PlainCells

    cells, layout = PlainCells(synthesizer.model_), synthesizer.codec_.layout
    for tokens in synthesizer.codec_.tokens(pieces):
        states, of_tokens = None, []
        for place, (read, said) in enumerate(zip([0, *tokens], [*tokens, 0], strict=True)):
            logits, states = cells.step(np.array([read]), np.zeros(1, int), states)
            logits = in_turn(logits.astype("float64"), np.array([place]), layout.turns)
            of_tokens.append(float(log_sum(logits)[0] - logits[0, said]))
        of_steps = np.reshape(of_tokens[:-1], (-1, synthesizer.codec_.n_voices)).sum(axis=1)
        yield np.append(of_steps, of_tokens[-1])


def summary(records):
    """A Markdown table of means over the seeds."""
    columns = ["fit_cpu", "fit_wall", "nats", "with_all", "steps_per_cpu_second", "read_back"]
    lines = ["| setting | part | seeds | " + " | ".join(columns) + " |", "|---" * (len(columns) + 3) + "|"]
    for setting, part in dict.fromkeys((record["setting"], record["part"]) for record in records):
        mine = [record for record in records if (record["setting"], record["part"]) == (setting, part)]
        means = [np.mean([record[column] for record in mine]) for column in columns]
        lines.append(f"| {setting} | {part} | {len(mine)} | " + " | ".join(f"{mean:.4g}" for mean in means) + " |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", required=True, help="folder that holds sequence/Jsb16thSeparated.json")
    parser.add_argument("--out", required=True, help="file of records; what it holds is not run again")
    parser.add_argument("--settings", default=",".join(SETTINGS))
    parser.add_argument("--part", default="test", choices=["valid", "test"])
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    settings, part = arguments.settings.split(","), arguments.part
    cells = [{"setting": s, "part": part, "seed": seed} for seed in range(arguments.seeds) for s in settings]
    records = measured(arguments.out, cells, partial(measure, data_dir=arguments.data))
    print(summary(records))


if __name__ == "__main__":
    main()
