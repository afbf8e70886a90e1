"""Packages that only an extra of ours installs, with an error that says how where one is missing."""

import importlib


def load(module, extra):
    """Import `module`, which comes with `extra`.

    Examples
    --------
    >>> load("no_such_module", "mesh")
    Traceback (most recent call last):
        ...
    ImportError: This needs the package no_such_module: pip install "augment-toolkit[mesh]".
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.split(".")[0]
        raise ImportError(f'This needs the package {package}: pip install "augment-toolkit[{extra}]".') from error
