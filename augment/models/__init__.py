"""Families of generative models: recipes that build Keras models for a layout."""

# ruff: noqa: E402
from augment._backend_start import check_backend

check_backend()  # before a module imports Keras and fails with its words

from augment.models.autoregressive import Autoregressive
from augment.models.base import GenerativeModel, Recipe
from augment.models.flow import Flow
from augment.models.gan import GAN
from augment.models.kernel import Kernel
from augment.models.recurrent import Recurrent
from augment.models.vae import VAE

__all__ = ["GAN", "VAE", "Autoregressive", "Flow", "GenerativeModel", "Kernel", "Recipe", "Recurrent"]
