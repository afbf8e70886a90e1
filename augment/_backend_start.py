"""Starts Keras and its backend, and keeps the backend's chatter about graphics cards to itself."""

import contextlib
import os
import re
import sys
import tempfile

CHATTER = re.compile(
    r"oneDNN|cuda|cuFFT|cuDNN|cuBLAS|cuInit|TensorRT|TF-TRT|absl::Init|cpu_feature|rebuild Tensor", re.I
)


def check_backend():
    """Import Keras; a ValueError says what to do where its backend is unknown or not installed."""
    try:
        import keras  # noqa: F401
    except (ImportError, ValueError) as error:
        name = os.environ.get("KERAS_BACKEND", "tensorflow")
        raise ValueError(
            f"Keras cannot start the backend {name!r}: {error}. Set KERAS_BACKEND to tensorflow, jax or torch; what is "
            'not installed comes with pip install "augment-toolkit[jax]" or "augment-toolkit[torch]".'
        ) from error


def load_keras():
    """Import Keras and start its backend without the backend's chatter about graphics cards; other words come through.

    The chatter is written by C++ code to the file descriptor, past `sys.stderr` and before any setting of it holds.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with tempfile.TemporaryFile() as caught, _descriptor_to(caught):
        check_backend()
        import keras

        keras.ops.zeros(1)


@contextlib.contextmanager
def _descriptor_to(file):
    """Send standard error's descriptor into `file`, and at the end pass on the lines that are no chatter."""
    sys.stderr.flush()
    kept = os.dup(2)
    os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)
        file.seek(0)
        for line in file.read().decode(errors="replace").splitlines():
            if not CHATTER.search(line):
                print(line, file=sys.stderr)
