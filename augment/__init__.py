"""Augment learns a real table, generates new rows like it, and says with evidence how good they are.

Every public name is loaded on first use, so that `import augment` stays quick and brings in no Keras and no TensorFlow.

>>> import augment
>>> augment.__version__
'0.1.0'
>>> "TabularSynthesizer" in dir(augment)
True
"""

import importlib

__version__ = "0.1.0"

_HOMES = {
    "TabularSynthesizer": "augment.synthesizers.tabular",
    "ImageSynthesizer": "augment.synthesizers.image",
    "SequenceSynthesizer": "augment.synthesizers.sequence",
    "AugmentedClassifier": "augment.augmentation.estimators",
    "AugmentedRegressor": "augment.augmentation.estimators",
    "ImageClassifier": "augment.augmentation.image_classifier",
    "audit": "augment.auditing",
    "LabelParity": "augment.synthesizers.fairness",
    "EqualCells": "augment.synthesizers.fairness",
    "StatisticalParity": "augment.synthesizers.fairness",
    "WithoutEdges": "augment.synthesizers.edges",
    "fairness_trade_off": "augment.trade_off",
    "augmentation_curve": "augment.augmentation.curve",
    "AugmentationCurveDisplay": "augment.augmentation.display",
    "check_synthesizer": "augment.checks",
    "read_images": "augment.pictures",
    "write_images": "augment.pictures",
    "read_music": "augment.music",
    "write_music": "augment.music",
}
_MODULES = (
    "auditing",
    "augmentation",
    "checks",
    "chemistry",
    "codecs",
    "datasets",
    "files",
    "meshes",
    "models",
    "music",
    "pictures",
    "synthesizers",
    "training",
)

__all__ = [*_HOMES, *_MODULES, "__version__"]  # noqa: PLE0604


def __getattr__(name):
    if name in _HOMES:
        value = getattr(importlib.import_module(_HOMES[name]), name)
    elif name in _MODULES:
        value = importlib.import_module(f"augment.{name}")
    else:
        raise AttributeError(f"module 'augment' has no attribute {name!r}; it has {', '.join(__all__)}")
    globals()[name] = value
    return value


def __dir__():
    return sorted(__all__)
