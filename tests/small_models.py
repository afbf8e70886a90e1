"""A small network of each family, for tests in which how much it can learn is not the subject."""

from augment.models.base import get

SIZES = {"width": 32, "units": 32, "depth": 1, "n_steps": 4}


def small(name, **settings):
    """The recipe of the family of that name, with the smallest network that still learns and settings that it has."""
    recipe = get(name)
    wanted = SIZES | settings
    return recipe.set_params(**{key: wanted[key] for key in recipe.get_params() if key in wanted})
