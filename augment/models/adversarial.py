"""The losses of a generator and a discriminator, paired and with penalized slopes."""

from keras import ops


def pairing_losses(said, step):
    """Losses of the discriminator and of the generator, and the squared slopes of the former.

    The losses pair a real with a generated sample (Jolicoeur-Martineau, ICLR 2019, arXiv 1807.00734); the slopes are
    finite differences, at real and at generated samples (R1 and R2; Huang et al., NeurIPS 2024, arXiv 2501.05441).

    Parameters
    ----------
    said : dict of str to tensor of shape (n, 1)
        What the discriminator says of "real" and "fake" samples; of these, "fooled", so that only the generator learns
        from it; and of samples a random step away from the first of both, "near_real" and "near_fake".
    step : float
        Standard deviation of that step.

    Returns
    -------
    tuple of three scalar tensors
    """
    real, fake = said["real"], said["fake"]
    of_discriminator = ops.mean(ops.softplus(fake - real))
    of_generator = ops.mean(ops.softplus(ops.stop_gradient(real) - said["fooled"]))
    n = ops.shape(said["near_real"])[0]
    slopes = [ops.mean(ops.square((said[f"near_{kind}"] - said[kind][:n]) / step)) for kind in ("real", "fake")]
    return of_discriminator, of_generator, sum(slopes)
