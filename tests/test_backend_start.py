"""Starting the backend: its chatter is hidden, other words come through."""

import subprocess
import sys

from augment._backend_start import _descriptor_to


def test_chatter_is_hidden_and_other_words_come_through(tmp_path, capfd):
    with (tmp_path / "caught").open("w+b") as caught, _descriptor_to(caught):
        subprocess.run(
            [sys.executable, "-c", "import os; os.write(2, b'oneDNN custom operations are on\\nreal trouble\\n')"]
        )
    assert capfd.readouterr().err == "real trouble\n"
