"""The synthesizer of rows to add where the user names none: by how many real rows there are."""

FEW = 2000  # rows up to which a kernel density is worth as much as a network that trains for a minute
EPOCHS = 20  # of the network above that: some fifth of a full run


def default_synthesizer(n_samples):
    """`TabularSynthesizer(model="kernel")` for up to 2,000 rows, the default network with 20 epochs above."""
    from augment.synthesizers.tabular import TabularSynthesizer

    if n_samples <= FEW:
        return TabularSynthesizer(model="kernel", verbose=0)
    return TabularSynthesizer(epochs=EPOCHS, verbose=0)
