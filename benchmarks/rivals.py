"""Question: what does another generator of tables make of the same CSV, and at what cost?

Run by the python of an environment that has the rival, never by the toolkit's own:

    RIVALS/bin/python benchmarks/rivals.py --list
    RIVALS/bin/python benchmarks/rivals.py ctgan --train train.csv --out synthetic.csv --report report.json \
        --categorical '["sex", "income"]' --rows 1000 --seed 0 [--entity person --time day --static '["sex"]']

Environments (November 2026, Python 3.11, no graphics card): `pip install torch ctgan "pandas<3"` for ctgan and tvae;
`pip install torch sdv` for par;
`pip install arfpy "numpy<2" "pandas<3"` in one of its own, since arfpy 0.1.1 fails on numpy 2.4; `pip install
mostlyai-engine "pandas<3"` beside a CPU-only torch needs torchvision and torchaudio uninstalled again, or its import
fails.

Every rival runs with its own default settings. The report holds CPU-seconds (user + system, children included) and
wall seconds of fit and of sampling, peak memory and the rival's version; importing it is not counted. The file stands
alone: it needs pandas and the rival. Known rivals: tabularargn (mostlyai-engine), ctgan and tvae (ctgan), arfpy; and of
event tables par (sdv), for which --entity and --time name columns, --static those that an entity has once, and --rows
counts entities.

Last result: not measured yet.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import os
import random
import resource
import sys
import tempfile
import time
import warnings

import numpy as np
import pandas as pd

PACKAGES = {
    "tabularargn": ("mostlyai.engine", "mostlyai-engine"),
    "ctgan": ("ctgan", "ctgan"),
    "tvae": ("ctgan", "ctgan"),
    "arfpy": ("arfpy", "arfpy"),
}
SEQUENTIAL = {"par": ("sdv.sequential", "sdv")}  # of event tables


def tabularargn(frame, categorical, seed):
    from mostlyai.engine import TabularARGN

    model = TabularARGN(random_state=seed, verbose=0)
    model.fit(frame)
    return lambda rows: model.sample(rows)


def _ctgan_package(name, frame, categorical, seed):
    import ctgan
    import torch

    torch.manual_seed(seed)
    model = getattr(ctgan, name)()
    model.fit(frame, discrete_columns=categorical)
    return lambda rows: model.sample(rows)


def ctgan(frame, categorical, seed):
    return _ctgan_package("CTGAN", frame, categorical, seed)


def tvae(frame, categorical, seed):
    return _ctgan_package("TVAE", frame, categorical, seed)


def arfpy(frame, categorical, seed):
    from arfpy import arf

    frame = frame.astype(dict.fromkeys(categorical, "category"))
    model = arf.arf(x=frame, random_state=seed, verbose=False)
    model.forde()
    return lambda rows: model.forge(n=rows)


def par(frame, categorical, seed, entity, when, static):
    import torch
    from sdv.metadata import Metadata
    from sdv.sequential import PARSynthesizer

    torch.manual_seed(seed)
    if not pd.api.types.is_numeric_dtype(frame[when]):
        frame = frame.assign(**{when: pd.to_datetime(frame[when])})
    metadata = Metadata()
    metadata.add_table("events")
    for column in frame.columns:
        kind = "id" if column == entity else "categorical" if column in categorical else "numerical"
        kind = "datetime" if pd.api.types.is_datetime64_any_dtype(frame[column]) else kind
        metadata.add_column(column, table_name="events", sdtype=kind)
    metadata.set_sequence_key(entity, table_name="events")
    metadata.set_sequence_index(when, table_name="events")
    model = PARSynthesizer(metadata, context_columns=static, cuda=False)
    model.fit({"events": frame})
    return lambda entities: model.sample_sequences(entities)["events"]


def installed():
    """The rivals for tables that this environment can import."""
    return [name for name, (module, _) in PACKAGES.items() if importlib.util.find_spec(module.split(".")[0])]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rival", nargs="?", choices=sorted(PACKAGES | SEQUENTIAL))
    parser.add_argument("--list", action="store_true", help="print the rivals of this environment as JSON")
    parser.add_argument("--train", type=os.path.abspath)
    parser.add_argument("--out", type=os.path.abspath)
    parser.add_argument("--report", type=os.path.abspath)
    parser.add_argument("--categorical", type=json.loads, default=[], help="column names, as a JSON list")
    parser.add_argument("--rows", type=int)
    parser.add_argument("--entity", help="of an event table, the column of keys")
    parser.add_argument("--time", help="of an event table, the column of times")
    parser.add_argument(
        "--static", type=json.loads, default=[], help="columns with one value an entity, as a JSON list"
    )
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.list:
        print(json.dumps(installed()))
        return
    warnings.simplefilter("ignore")
    random.seed(arguments.seed)
    np.random.seed(arguments.seed)  # the ctgan package draws from numpy's global generator
    frame = pd.read_csv(arguments.train, keep_default_na=False, na_values=[""])
    with tempfile.TemporaryDirectory() as folder:  # some rivals leave logs and checkpoints where they stand
        os.chdir(folder)
        synthetic, report = run(arguments, frame)
        os.chdir("/")
    synthetic.to_csv(arguments.out, index=False)
    with open(arguments.report, "w") as file:
        json.dump(report, file)


def run(arguments, frame):
    """Fit the rival and sample from it: the synthetic table and what both cost."""
    rival, rows = arguments.rival, arguments.rows
    module, package = (PACKAGES | SEQUENTIAL)[rival]
    importlib.import_module(module)
    fit = {"tabularargn": tabularargn, "ctgan": ctgan, "tvae": tvae, "arfpy": arfpy, "par": par}[rival]
    told = (arguments.entity, arguments.time, arguments.static) if rival in SEQUENTIAL else ()
    start = spent()
    sample = fit(frame, arguments.categorical, arguments.seed, *told)
    fitted = spent()
    synthetic = sample(rows)
    sampled = spent()
    report = {
        "fit_cpu": fitted[0] - start[0],
        "fit_wall": fitted[1] - start[1],
        "rows_per_cpu_second": rows / (sampled[0] - fitted[0]),
        "cold_rows_per_second": rows / (sampled[1] - fitted[1]),
        "peak_mb": peak_memory(),
        "version": f"{package} {importlib.metadata.version(package)}",
    }
    return synthetic[list(frame.columns)], report


def spent():
    """CPU seconds of this process and of its finished children so far, and the wall clock."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in usage), time.perf_counter()


def peak_memory():
    """Peak of this process's resident memory in MB.

    The kernel's own mark where there is one: a child's `ru_maxrss` starts at what its parent held when it was made.
    """
    try:
        with open("/proc/self/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024
    except (OSError, StopIteration):
        unit = 1024 if sys.platform.startswith("linux") else 1024**2
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


if __name__ == "__main__":
    main()
