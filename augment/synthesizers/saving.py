"""A fitted synthesizer in a file or in a pickle: its parameters, its codec and the weights of its model."""

import json
import numbers
import tempfile
import zipfile
from pathlib import Path

from sklearn.utils.validation import check_is_fitted

from augment.files import atomic

FORMAT = "augment-model/1"


class Saved:
    """Mixin of a synthesizer: `save`, `load` and what is pickled.

    The subclass has `_learned` and `_set_learned` (what it learned beside codec and model, as JSON can have it).
    """

    def save(self, path):
        """Write the fitted synthesizer to one file: JSON and weights, no pickle, no training rows.

        Callbacks, Keras optimizers and learning-rate schedules are left out, and of `random_state` all but an int. Of
        `sampling_strategy`, which only `fit_resample` needs, a dict or a callable is left out.

        Parameters
        ----------
        path : str or path-like
            The file; an old one is replaced only when the new one is whole.

        Raises
        ------
        NotFittedError
            Before `fit`.
        OSError
            If the file cannot be written.
        """
        check_is_fitted(self, "codec_")
        from augment.models.base import describe

        manifest = {
            "format": FORMAT,
            "class": type(self).__name__,
            "params": self._saved_params() | {"model": describe(self._fitted_with)},
            "learned": self._learned(),
            "codec": self.codec_.to_dict(),
            "history": self.history_,
            "has_model": self.model_ is not None,
        }
        with atomic(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("manifest.json", json.dumps(manifest, default=lambda number: number.item()))
            if self.model_ is not None:
                with tempfile.TemporaryDirectory() as folder:
                    weights = Path(folder) / "model.weights.h5"
                    self.model_.save_weights(weights)
                    archive.write(weights, weights.name)

    def _saved_params(self):
        """The parameters, as JSON can have them."""
        params = {name: value for name, value in self.get_params(deep=False).items() if name != "callbacks"}
        if not isinstance(self.random_state, numbers.Integral):
            params["random_state"] = None
        if not isinstance(params.get("sampling_strategy", "auto"), str | numbers.Real):
            params["sampling_strategy"] = "auto"
        return params

    @classmethod
    def load(cls, path, model=None):
        """Read a synthesizer that `save` wrote; nothing in the file is executed.

        Parameters
        ----------
        path : str or path-like
            The file.
        model : Recipe or callable, default=None
            Needed where the synthesizer was fitted with a model of one's own, or a family with networks of one's own:
            the same again. The file holds its weights and not its code.

        Returns
        -------
        Synthesizer
            Fitted, of this class.

        Raises
        ------
        ValueError
            If the file is damaged, truncated or of another kind, or `model` is needed or another one.
        OSError
            If there is none, or it cannot be read.
        """
        from augment.models.base import OwnModelError

        try:
            with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
                manifest = json.loads(archive.read("manifest.json"))
                if manifest["format"] != FORMAT or manifest["class"] != cls.__name__:
                    raise ValueError(f"it holds {manifest['format']} of {manifest['class']}")
                weights = archive.extract("model.weights.h5", folder) if manifest["has_model"] else None
                return cls._restore(manifest, model, lambda built: built.load_weights(weights))
        except (FileNotFoundError, IsADirectoryError, PermissionError, ImportError, OwnModelError):
            raise
        except Exception as error:
            reason = str(error).split("\n")[0].rstrip(".")
            what = "a whole file" if model is None else f"a whole file of model={model!r}"
            advice = "Save the synthesizer again" if model is None else "Give the model that it was fitted with"
            raise ValueError(
                f"{str(path)!r} is not {what} written by {cls.__name__}.save: {reason}. {advice}."
            ) from error

    @classmethod
    def _restore(cls, manifest, model, set_weights):
        from augment.models.base import from_description, make

        params = manifest["params"]
        model = from_description(params["model"]) if model is None else model
        synthesizer = cls(**params | {"model": model})
        synthesizer._fitted_with = model
        synthesizer.codec_ = cls._read_codec(manifest["codec"])
        synthesizer.history_ = manifest["history"]
        synthesizer._set_learned(manifest["learned"])
        synthesizer.model_ = None
        if manifest["has_model"]:
            synthesizer.model_ = for_use(make(synthesizer._recipe(model), synthesizer.codec_.layout))
            set_weights(synthesizer.model_)
        return synthesizer

    @classmethod
    def _read_codec(cls, state):
        return cls._codec_class.from_dict(state)

    def __getstate__(self):
        state = super().__getstate__().copy()
        if state.get("model_") is not None:
            state["model_"] = state["model_"].get_weights()
        return state

    def __setstate__(self, state):
        super().__setstate__(state)
        if state.get("model_") is not None:
            from augment.models.base import make

            self.model_ = for_use(make(self._recipe(self._fitted_with), self.codec_.layout))
            self.model_.set_weights(state["model_"])


def for_use(model):
    """`model` without its optimizer, whose state is three times as large as the weights."""
    model.optimizer = None
    return model
