"""Convolutional networks for series: encoder and decoder, generator and discriminator."""

import keras

from augment.models.convolutions import convolution


def encoder(layout, n_outputs, width):
    """Numbers (batch, n_values) and what is told (batch, n_told) -> vectors (batch, n_outputs).

    Parameters
    ----------
    layout : SeriesLayout
        The form of encoded series.
    n_outputs : int
        Length of what it gives.
    width : int
        Channels of its convolutions.

    Returns
    -------
    keras.Model
    """
    values, label = keras.Input((layout.n_values,)), keras.Input((layout.n_told,))
    hidden = keras.layers.Reshape(layout.shape)(values)
    for _ in range(2):
        hidden = convolution(width, 1, strides=2, activation="silu")(hidden)
    hidden = keras.layers.Concatenate()([keras.layers.Flatten()(hidden), values, label])
    hidden = keras.layers.Dense(4 * width, activation="silu")(hidden)
    return keras.Model([values, label], keras.layers.Dense(n_outputs)(hidden), name="encoder")


def decoder(layout, n_inputs, width):
    """Codes (batch, n_inputs) and what is told (batch, n_told) -> numbers (batch, n_values).

    What follows the code linearly, levels and trends among it, has a way of its own beside the convolutions, as in
    Desai et al., "TimeVAE", arXiv 2111.08095.

    Parameters
    ----------
    layout, n_inputs, width
        As in `encoder`.

    Returns
    -------
    keras.Model
    """
    code, label = keras.Input((n_inputs,)), keras.Input((layout.n_told,))
    told = keras.layers.Concatenate()([code, label])
    n_places = -(-layout.length // 4)
    hidden = keras.layers.Dense(4 * width, activation="silu")(told)
    hidden = keras.layers.Dense(n_places * width, activation="silu")(hidden)
    hidden = keras.layers.Reshape((n_places, width))(hidden)
    for _ in range(2):
        hidden = convolution(width, 1, activation="silu")(keras.layers.UpSampling1D(2)(hidden))
    hidden = keras.layers.Cropping1D((0, 4 * n_places - layout.length))(hidden)
    hidden = keras.layers.Reshape((layout.n_values,))(convolution(layout.n_channels, 1)(hidden))
    straight = keras.layers.Dense(layout.n_values)(told)
    return keras.Model([code, label], keras.layers.Add()([hidden, straight]), name="decoder")


def generator(layout, width):
    """White noise (batch, n_values) and what is told (batch, n_told) -> what is added to the noise (batch, n_values).

    Blocks of convolutions reach over twice as many steps each.

    Parameters
    ----------
    layout, width
        As in `encoder`.

    Returns
    -------
    keras.Model
        At first it adds nothing.
    """
    noise, label = keras.Input((layout.n_values,)), keras.Input((layout.n_told,))
    told = keras.layers.Dense(width)(keras.layers.Concatenate()([noise, label]))
    told = keras.layers.RepeatVector(layout.length)(told)
    hidden = convolution(width, 1)(keras.layers.Reshape(layout.shape)(noise))
    for number in range(3):
        inner = convolution(width, 1, dilation_rate=2**number)(keras.layers.Add()([hidden, told]))
        inner = convolution(width, 1, size=1)(keras.layers.Activation("silu")(inner))
        hidden = keras.layers.Add()([hidden, inner])
    hidden = keras.layers.Activation("silu")(hidden)
    hidden = convolution(layout.n_channels, 1, kernel_initializer="zeros")(hidden)
    return keras.Model([noise, label], keras.layers.Reshape((layout.n_values,))(hidden), name="generator")


def discriminator(layout, width):
    """Numbers (batch, n_values), the same whitened, and classes -> how real each series is (batch, 1).

    Nothing is normalized: the slopes of the output are penalized.

    Parameters
    ----------
    layout, width
        As in `encoder`.

    Returns
    -------
    keras.Model
    """
    values, white = keras.Input((layout.n_values,)), keras.Input((layout.n_values,))
    label = keras.Input((layout.n_told,))
    both = keras.layers.Concatenate()([keras.layers.Reshape(layout.shape)(each) for each in (values, white)])
    hidden = convolution(width, 1, activation="leaky_relu")(both)
    hidden = convolution(width, 1, strides=2, activation="leaky_relu")(hidden)
    hidden = keras.layers.Concatenate()([keras.layers.Flatten()(hidden), values, white, label])
    for _ in range(2):
        hidden = keras.layers.Dense(4 * width, activation="leaky_relu")(hidden)
    return keras.Model([values, white, label], keras.layers.Dense(1)(hidden), name="discriminator")
