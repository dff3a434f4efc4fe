"""A worker that trains every trainer with another one, and, as the chief, alone too.

    python training_alike.py [NAME OF A CASE ...]

prints JSON: of each training the names, SHA-256 of all weights, and what it took; on the chief
also the norm of the difference to the training on one device, relative to that one's.
"""

import hashlib
import json
import pathlib
import sys
import time

import numpy as np

from tfgan_suite import get_strategy

strategy = get_strategy("multi_worker")  # before anything else of TensorFlow

sys.path.append(str(pathlib.Path(__file__).parents[1] / "conformance"))

import cases
import keras

from tfgan_suite import losses, testing, trainers
from tfgan_suite.distribution import is_chief

BATCH, STEPS = 8, 20
CASES = {
    **cases.TRAINERS,
    "WassersteinGAN with clipping": cases.Trainer(
        lambda: cases.compiled(trainers.WassersteinGAN, discriminator_steps=2, weight_clip=0.5)
    ),
}
OPTIMIZERS = {
    "SGD": lambda: keras.optimizers.SGD(0.01),
    "Adam": lambda: keras.optimizers.Adam(0.01, epsilon=1e-3),
}


def with_batch_norm(network):
    """The network with synchronized BatchNorm after every hidden layer that has a kernel."""
    hidden = [layer for layer in network.layers if hasattr(layer, "kernel")][:-1]

    def call(layer, *args, **options):
        outputs = layer(*args, **options)
        if layer.name not in {h.name for h in hidden}:
            return outputs
        return keras.layers.BatchNormalization(momentum=0.9, synchronized=True)(outputs)

    return keras.models.clone_model(network, call_function=call)


def make(case, optimizer, batch_norm):
    trainer = case.make()
    compiled, config = trainer.get_compile_config(), trainer.get_config()
    if batch_norm:
        for name in trainer.network_names:
            network = with_batch_norm(getattr(trainer, name))
            config[name] = keras.saving.serialize_keras_object(network)
        trainer = type(trainer).from_config(config)
    loss = keras.saving.deserialize_keras_object(compiled["loss"])
    penalties = [keras.saving.deserialize_keras_object(p) for p in compiled["penalties"]]
    if batch_norm:  # R1, which needs no norm of the gradient of a single row
        penalties = [losses.R1(0.1) for _ in penalties]
    trainer.compile(OPTIMIZERS[optimizer](), OPTIMIZERS[optimizer](), loss, penalties)
    return trainer


def fit(case, trainer):
    data = case.data(trainer, STEPS * BATCH // case.BATCH)
    trainer.fit(*data, batch_size=BATCH, shuffle=False, verbose=0)
    assert int(trainer.step.numpy()) == STEPS
    return weights(trainer)


def weights(trainer):
    """Of all networks and moving averages; seeds of pools would dwarf them."""
    averages = [f"ema_{n}" for p in trainer.players.values() for n in p.averages]
    names = [*trainer.network_names, *averages]
    parts = [getattr(trainer, name) for name in names]
    return np.concatenate([testing.vector(part) for part in parts if part])


def main(names):
    for name in names or CASES:
        for optimizer in OPTIMIZERS:
            for batch_norm in (False, True):
                start, case = time.monotonic(), CASES[name]
                with strategy.scope():
                    trainer = make(case, optimizer, batch_norm)
                both = fit(case, trainer)
                said = {
                    "case": name,
                    "optimizer": optimizer,
                    "batch_norm": batch_norm,
                    "weights": hashlib.sha256(both.tobytes()).hexdigest(),
                }
                if is_chief(strategy):
                    alone = fit(case, make(case, optimizer, batch_norm))
                    said["norm"] = float(np.linalg.norm(alone))
                    said["difference"] = float(np.linalg.norm(both - alone) / said["norm"])
                    before = weights(make(case, optimizer, batch_norm))
                    said["moved"] = float(np.linalg.norm(alone - before) / said["norm"])
                said["seconds"] = round(time.monotonic() - start, 1)
                print(json.dumps(said), flush=True)
                keras.backend.clear_session()


if __name__ == "__main__":
    main(sys.argv[1:])
