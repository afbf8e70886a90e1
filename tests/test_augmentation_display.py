"""The drawing shows the curve's own numbers, once for ratios and once for numbers of real rows."""

import sys

import numpy as np
import pytest
from fake_generators import Rows
from sklearn.naive_bayes import GaussianNB

from augment import AugmentationCurveDisplay, augmentation_curve
from augment.augmentation import display as display_module


@pytest.fixture(autouse=True)
def plt():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    yield pyplot
    pyplot.close("all")


def data():
    rng = np.random.default_rng(0)
    y = np.arange(60) % 3 == 0
    return rng.normal(size=(60, 3)) + y[:, None], np.where(y, "rare", "often")


def curve(**options):
    X, y = data()
    settings = {"synthesizers": {"own": Rows(), "wrong": Rows(False)}, "ratios": [0.5, 1], "cv": 2, "random_state": 0}
    return augmentation_curve(GaussianNB(), X, y, **settings | options)


def numbers(found, name, key):
    without = {row["train_size"]: row["score"] for row in found.results["without"]}
    rows = [row for row in found.results["rows"] if row["generator"] == name]
    return [without[row["train_size"]] + row[key] for row in rows]


def edge(band, places, side):
    points = np.concatenate([path.vertices for path in band.get_paths()])
    return [side(points[np.isclose(points[:, 0], place), 1]) for place in places]


def test_scores_against_ratios():
    found = curve()
    drawn = AugmentationCurveDisplay(found).plot()
    assert list(drawn.lines_) == ["own", "wrong", "duplicates", "interpolation", "noise", "none"]
    assert list(drawn.bands_) == ["own", "wrong"]
    score = found.results["without"][0]["score"]
    for name in list(drawn.lines_)[:-1]:
        x, y = drawn.lines_[name].get_data()
        assert list(x) == [0, 0.5, 1] and y == pytest.approx([score, *numbers(found, name, "gain")])
    for key, side in (("low", np.min), ("high", np.max)):
        assert edge(drawn.bands_["own"], [0.5, 1], side) == pytest.approx(numbers(found, "own", key))
    assert set(drawn.lines_["none"].get_ydata()) == {score}
    assert drawn.ax_.get_xlabel() == "Synthetic rows for each real one"
    assert drawn.ax_.get_ylabel() == "Balanced accuracy"
    assert drawn.ax_.get_title() == "GaussianNB, 30 real rows to train on"
    legend = [text.get_text() for text in drawn.ax_.get_legend().get_texts()]
    verdict = found.results["verdicts"][0]["verdict"]
    assert legend[0] == f"own: {verdict}" and legend[-1] == "no synthetic rows" and len(legend) == 6
    assert len({drawn.lines_[name].get_color() for name in ("own", "wrong", "noise", "none")}) == 4


def test_scores_against_real_rows():
    found = curve(train_sizes=[15, 30])
    for ratio, options in ((1, {}), (0.5, {"ratio": 0.5})):
        drawn = AugmentationCurveDisplay(found).plot(**options)
        gains = [
            without["score"] + row["gain"]
            for without, row in zip(
                found.results["without"],
                [r for r in found.results["rows"] if r["generator"] == "own" and r["ratio"] == ratio],
                strict=True,
            )
        ]
        x, y = drawn.lines_["own"].get_data()
        assert list(x) == [15, 30] and y == pytest.approx(gains)
        assert list(drawn.lines_["none"].get_ydata()) == [row["score"] for row in found.results["without"]]
        assert drawn.ax_.get_title() == f"GaussianNB, ratio {ratio:g}"
    assert drawn.ax_.get_xlabel() == "Real rows to train on"
    with pytest.raises(ValueError, match=r"one of the curve's, \[0.5, 1.0\]. Received: ratio=3"):
        AugmentationCurveDisplay(found).plot(ratio=3)


def test_from_estimator_computes_the_curve_and_draws_on_given_axes(plt):
    X, y = data()
    _, ax = plt.subplots()
    drawn = AugmentationCurveDisplay.from_estimator(
        GaussianNB(), X, y, ax=ax, synthesizers={}, ratios=[1], strategy="balance", cv=2, random_state=0
    )
    assert drawn.ax_ is ax and drawn.figure_ is ax.figure and not drawn.bands_
    assert str(drawn.curve) == str(curve(synthesizers={}, ratios=[1], strategy="balance"))
    assert ax.get_xlabel() == "Ratio (strategy 'balance')"
    drawn.figure_.canvas.draw()


def test_folds_that_tell_nothing_have_a_line_and_no_band():
    found = curve(ratios=[1])
    found.results["rows"][0] |= {"gain": 0.0, "low": None, "high": None, "detectable": None}
    drawn = AugmentationCurveDisplay(found).plot()
    assert drawn.lines_["own"].get_ydata()[0] == drawn.lines_["own"].get_ydata()[1]
    drawn.figure_.canvas.draw()


def test_without_matplotlib_the_error_says_so_before_anything_is_computed(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setattr(display_module, "augmentation_curve", None)
    with pytest.raises(ImportError, match="from_estimator requires matplotlib"):
        AugmentationCurveDisplay.from_estimator(GaussianNB(), *data())
    with pytest.raises(ImportError, match="plot requires matplotlib"):
        AugmentationCurveDisplay(None).plot()


def test_layers_have_a_line_of_their_own_upon_which_their_synthesizers_stand():
    found = curve(ratios=[1])
    results = found.results
    without = results["without"][0]
    lifted = {"augmentation": "flip", "score": without["score"] + 0.1, "gain": 0.1, "low": 0.05, "high": 0.15}
    results["without"].append(without | lifted)
    results["rows"].append(results["rows"][0] | {"augmentation": "flip"})
    verdict = {"augmentation": "flip", "control": False, "verdict": "helps", "line": ""}
    results["verdicts"] += [verdict | {"generator": "none"}, verdict | {"generator": "own"}]
    drawn = AugmentationCurveDisplay(found).plot()
    assert {"flip", "flip + own", "own", "none"} <= set(drawn.lines_)
    assert list(drawn.lines_["flip"].get_ydata()) == pytest.approx([without["score"] + 0.1] * 2)
    assert drawn.lines_["flip + own"].get_ydata()[0] == pytest.approx(without["score"] + 0.1)
    assert drawn.lines_["flip"].get_label() == "flip: helps" and drawn.lines_["flip"].is_dashed()
    drawn.figure_.canvas.draw()
