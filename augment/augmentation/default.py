"""The synthesizer of rows to add where the user names none: by what the rows are and how many there are."""

FEW = 2000  # rows up to which a kernel density is worth as much as a network that trains for a minute
EPOCHS = 20  # of the network above that: some fifth of a full run


def default_synthesizer(X, estimator):
    """The synthesizer for these rows, where an estimator takes them.

    For tables `TabularSynthesizer(model="kernel")` up to 2,000 rows, the default network with 20 epochs above; for
    images, arrays of more than two dimensions, `ImageSynthesizer("vae")`, the quickest family. Of four dimensions the
    estimator tells, by its parameter `spatial_dims`, whether they are volumes or images with channels. For sequences,
    arrays of objects, `SequenceSynthesizer()`.
    """
    if len(X.shape) == 1:
        from augment.synthesizers.sequence import SequenceSynthesizer

        return SequenceSynthesizer(verbose=0)
    if len(X.shape) > 2:
        from augment.synthesizers.image import ImageSynthesizer

        told = [value for name, value in estimator.get_params().items() if name.split("__")[-1] == "spatial_dims"]
        spatial_dims = 3 if len(X.shape) == 5 or (len(X.shape) == 4 and 3 in told) else 2
        return ImageSynthesizer("vae", spatial_dims=spatial_dims, verbose=0)
    from augment.synthesizers.tabular import TabularSynthesizer

    if X.shape[0] <= FEW:
        return TabularSynthesizer(model="kernel", verbose=0)
    return TabularSynthesizer(epochs=EPOCHS, verbose=0)
