"""The promises on the package as a whole: quick to import, every public name there and documented with an example."""

import importlib
import inspect
import json
import pkgutil
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.version import Version

import augment

ROOT = Path(__file__).parent.parent
MODULES = sorted(module.name for module in pkgutil.walk_packages(augment.__path__, "augment."))


def members(module):
    """Public functions and classes that a module defines, with the public methods that are the classes' own."""
    for name, value in vars(module).items():
        if name.startswith("_") or getattr(value, "__module__", None) != module.__name__:
            continue
        if inspect.isclass(value) or inspect.isfunction(value):
            yield f"{module.__name__}.{name}", value
        if inspect.isclass(value):
            for key, method in vars(value).items():
                inherited = any(hasattr(base, key) for base in value.__mro__[1:])
                if inspect.isfunction(method) and not key.startswith("_") and not inherited:
                    yield f"{module.__name__}.{name}.{key}", method


@pytest.mark.parametrize("name", augment.__all__)
def test_every_public_name_is_there(name):
    assert name in dir(augment)
    assert getattr(augment, name) is not None


def test_an_unknown_name_says_what_there_is():
    with pytest.raises(AttributeError, match="TabularSynthesizer"):
        augment.TabularSynthesiser  # noqa: B018


@pytest.mark.parametrize("name", ["augment", *MODULES])
def test_every_module_class_and_function_is_documented(name):
    module = importlib.import_module(name)
    assert module.__doc__, f"{name} has no docstring"
    bare = [path for path, value in members(module) if not inspect.getdoc(value)]
    assert not bare


@pytest.mark.parametrize("name", augment._HOMES)
def test_every_public_class_and_function_shows_an_example(name):
    assert ">>>" in inspect.getdoc(getattr(augment, name)), f"augment.{name} has no example"


@pytest.mark.parametrize("module", ["files", "datasets"])
def test_every_function_of_the_public_modules_shows_an_example(module):
    for path, value in members(getattr(augment, module)):
        assert ">>>" in inspect.getdoc(value), f"{path} has no example"


def in_fresh_python(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_importing_the_package_is_quick_and_brings_nothing_heavy():
    code = (
        "import sys, time; start = time.perf_counter(); import augment; seconds = time.perf_counter() - start\n"
        "heavy = {'numpy', 'pandas', 'sklearn', 'keras', 'tensorflow'} & set(sys.modules)\n"
        "assert not heavy, heavy; print(seconds)"
    )
    assert min(float(in_fresh_python(code)) for _ in range(3)) < 0.5


@pytest.mark.slow
def test_what_needs_no_model_brings_no_deep_learning():
    in_fresh_python(
        "import sys, augment.files, augment.datasets, augment.cli; from augment import audit\n"
        "heavy = {'keras', 'tensorflow', 'torch', 'sdmetrics'} & set(sys.modules); assert not heavy, heavy"
    )


def test_the_version_stands_once_and_in_the_changelog():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert "version" in project["dynamic"]
    assert f"## [{augment.__version__}]" in (ROOT / "CHANGELOG.md").read_text()


def test_the_lowest_versions_are_those_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"]]
    for extra in ("c2pa", "jax", "mesh", "molecules", "music", "dev"):
        wanted += extras[extra]
    bounds = dict(re.findall(r"^([\w-]+)>=([\w.]+)", "\n".join(wanted), re.M))
    lowest = dict(re.findall(r"^([\w-]+)==([\w.]+)", (ROOT / ".ci" / "lowest.txt").read_text(), re.M))
    not_tested = {"ruff", "nbclient", "nbformat", "ipykernel", "xgboost"}  # tools, or another platform
    assert {name: Version(bound) for name, bound in bounds.items() if name not in not_tested} == {
        name: Version(bound) for name, bound in lowest.items()
    }


@pytest.mark.slow
def test_the_readme_runs(tmp_path, monkeypatch, one_step):
    from augment.models import Flow

    monkeypatch.chdir(tmp_path)
    for kind in (augment.TabularSynthesizer, augment.ImageSynthesizer, augment.SequenceSynthesizer):
        monkeypatch.setitem(kind.__init__.__kwdefaults__, "epochs", 1)
    monkeypatch.setattr("augment.auditing.images.classifier.STEPS", 20)
    monkeypatch.setitem(Flow.automatic, "n_steps", dict.fromkeys(Flow.automatic["n_steps"], 2))
    text = (ROOT / "README.md").read_text()
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.M | re.S)
    assert blocks
    names = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.name)
def test_notebooks_are_stored_without_outputs(path):
    cells = json.loads(path.read_text())["cells"]
    assert cells[0]["cell_type"] == "markdown"
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
