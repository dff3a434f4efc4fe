"""Batch normalization over the rows of all replicas, in any network."""

import keras


def synchronized(network):
    """A network like a given one whose BatchNorm statistics are those of the global batch.

    With it two replicas train as one device does; without, each normalizes by its own rows, which
    costs no communication. On one device both are the same.

        generator = networks.synchronized(networks.dcgan.build_generator(28, 1))

    Call it in the strategy's scope, before the trainer is made.

    Args:
        network: functional `keras.Model`, also with models among its layers; stays as it is.

    Returns:
        A `keras.Model` with the same weights, in which each `keras.layers.BatchNormalization` and
        `layers.ConditionalBatchNormalization` (every layer that has the option) is `synchronized`.

    Raises:
        ValueError: if there is no such layer in it.
    """
    changed = []

    def copied(layer):
        config = layer.get_config()
        if "synchronized" in config:
            config["synchronized"] = True
            changed.append(layer.name)
        return type(layer).from_config(config)

    copy = keras.models.clone_model(network, clone_function=copied, recursive=True)
    if not changed:
        raise ValueError(
            "There is no batch normalization to be synchronized. "
            f"Received: network={network.name!r}"
        )
    copy.name = network.name
    copy.set_weights(network.get_weights())
    return copy
