"""Synthesizers: scikit-learn estimators that join a codec and a generative model."""
