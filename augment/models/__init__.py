"""Families of generative models: recipes that build Keras models for a layout."""

from augment.models.autoregressive import Autoregressive
from augment.models.base import GenerativeModel, Recipe
from augment.models.flow import Flow
from augment.models.gan import GAN
from augment.models.recurrent import Recurrent
from augment.models.vae import VAE

__all__ = ["GAN", "VAE", "Autoregressive", "Flow", "GenerativeModel", "Recipe", "Recurrent"]
