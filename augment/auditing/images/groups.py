"""Groups of images, such as women and men, are not compared: the report says so, and bias stays without a verdict."""

from augment.auditing.check import Check, NotAssessed


def group_bias(data, rng):
    """Always NotAssessed: images come with labels, and with nothing that says whom they show."""
    raise NotAssessed(
        "Groups of images are not compared: nothing says which group each image is of. Where attributes are known, "
        "audit a table of them and of the labels."
    )


GROUPS = Check("bias.groups", "Groups of images", group_bias)
CHECKS = [GROUPS]
