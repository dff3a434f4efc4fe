"""A worker that prints which examples it is shown in each step, and what one device is shown.

Before that, to which interfaces what it listens to at its port is bound.
"""

import json
import os
import pathlib
import socket
import tempfile

from tfgan_suite import get_strategy

strategy = get_strategy("multi_worker")  # before anything else of TensorFlow

import keras
import numpy as np
import tensorflow as tf

from tfgan_suite import data, testing, trainers
from tfgan_suite.distribution import loopback

ROWS, BATCH = 24, 4


class Seeing(trainers.ModifiedMinimaxGAN):
    """Notes the first pixel of every image, by which the examples are told apart."""

    def train_step(self, batch):
        images = tf.nest.flatten(batch)[0]
        first = tf.reshape(images, [tf.shape(images)[0], -1])[:, 0]
        noted = tf.py_function(self.note_examples, [first], [])
        with tf.control_dependencies([noted] if noted is not None else []):
            return super().train_step(batch)

    def note_examples(self, first):
        self.seen.append([round(float(value), 4) for value in first])


def shown(source, **options):
    """The examples of each step, in this process."""
    networks = testing.mlp_networks((4, 4, 1))
    trainer = Seeing(*networks, testing.LATENT_DIM, seed=7)
    trainer.compile(keras.optimizers.SGD(0.01))
    trainer.__dict__["seen"] = []
    trainer.fit(source, verbose=0, **options)
    return trainer.seen


def files(folder, values):
    """One record file for each of four parts of the examples, which could be shared out."""
    for part, rows in enumerate(np.split(values, 4)):
        with tf.io.TFRecordWriter(str(folder / f"{part}.tfrecord")) as writer:
            for row in rows:
                writer.write(row.tobytes())
    paths = sorted(map(str, folder.glob("*.tfrecord")))

    def image(record):
        return tf.reshape(tf.io.decode_raw(record, tf.float32), [4, 4, 1])

    return tf.data.TFRecordDataset(paths).map(image).batch(BATCH, drop_remainder=True)


def interfaces():
    """The interfaces to which this worker's listening sockets are bound, "" for all."""
    config = json.loads(os.environ["TF_CONFIG"])
    address = config["cluster"]["worker"][config["task"]["index"]]
    option = getattr(socket, "SO_BINDTODEVICE", None)
    found = []
    for listener in loopback._listeners(int(address.rpartition(":")[2])) if option else ():
        with listener:
            name = listener.getsockopt(socket.SOL_SOCKET, option, 16)
        found.append(name.rstrip(b"\0").decode())
    return found


def main(folder):
    print("interfaces", *interfaces(), flush=True)
    images = testing.images(ROWS, (4, 4, 1))
    sources = {
        "load": (lambda: data.load(images, batch_size=BATCH, seed=3, repeat=False), {"epochs": 2}),
        "arrays": (lambda: images, {"batch_size": BATCH, "epochs": 2, "shuffle": False}),
        "shuffled arrays": (lambda: images, {"batch_size": BATCH, "epochs": 2}),
        "files": (lambda: files(folder, images), {"epochs": 2}),
    }
    for name, (make, options) in sources.items():
        with strategy.scope():
            seen = shown(make(), **options)
        # Keras shuffles arrays anew in every process.
        alone = None if name.startswith("shuffled") else shown(make(), **options)
        for epoch in range(2):
            steps = slice(epoch * ROWS // BATCH, (epoch + 1) * ROWS // BATCH)
            said = {"source": name, "seen": seen[steps], "rows": ROWS}
            said["alone"] = alone and alone[steps]
            print(json.dumps(said), flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        main(pathlib.Path(temporary))
