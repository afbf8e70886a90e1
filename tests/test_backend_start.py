"""Starting the backend: its chatter is hidden, other words come through."""

import importlib.util
import os
import subprocess
import sys

import pytest

from augment._backend_start import _descriptor_to

THERE = importlib.util.find_spec("openvino") is not None


def test_chatter_is_hidden_and_other_words_come_through(tmp_path, capfd):
    with (tmp_path / "caught").open("w+b") as caught, _descriptor_to(caught):
        subprocess.run(
            [sys.executable, "-c", "import os; os.write(2, b'oneDNN custom operations are on\\nreal trouble\\n')"]
        )
    assert capfd.readouterr().err == "real trouble\n"


@pytest.mark.parametrize(
    "start", ["import augment.models", "from augment._backend_start import load_keras; load_keras()"]
)
@pytest.mark.parametrize(
    "name", ["nonsense", pytest.param("openvino", marks=pytest.mark.skipif(THERE, reason="is installed"))]
)
def test_a_backend_that_cannot_start_is_named_with_what_to_do(start, name):
    environment = {**os.environ, "KERAS_BACKEND": name}
    told = subprocess.run([sys.executable, "-c", start], env=environment, capture_output=True, text=True).stderr
    assert f"ValueError: Keras cannot start the backend '{name}'" in told
    assert 'pip install "augment-toolkit[jax]"' in told
