"""Augmentation: synthetic rows beside real ones in training, chosen by evidence, with a verdict on their help."""
