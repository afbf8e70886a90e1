"""Families of generative models: recipes that build Keras models for a layout."""

from augment.models.autoregressive import Autoregressive
from augment.models.base import GenerativeModel, Recipe

__all__ = ["Autoregressive", "GenerativeModel", "Recipe"]
