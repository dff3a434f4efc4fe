"""Two processes under MultiWorkerMirroredStrategy."""

import json

import numpy as np
import pytest

WORKER = """
import json
import tensorflow as tf
strategy = tf.distribute.MultiWorkerMirroredStrategy()  # before anything else of TensorFlow
import keras
from tfgan_suite import MinimaxGAN, losses, testing

with strategy.scope():
    gan = MinimaxGAN(*testing.mlp_networks(), testing.LATENT_DIM, ema_decay=0.9, seed=7)
    gan.compile(keras.optimizers.SGD(0.01), penalties=[losses.GradientPenalty(1.0)])
data = tf.data.Dataset.from_tensor_slices(testing.points(24)).batch(4, drop_remainder=True)
options = tf.data.Options()
options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
data = data.with_options(options)
history = gan.fit(data, epochs=2, verbose=0, validation_data=data).history
history.pop("images_per_second")
print(json.dumps({
    "replicas": strategy.num_replicas_in_sync,
    "step": gan.step.numpy().item(),
    "history": history,
    "weights": [testing.vector(n).tolist() for n in (gan.generator, gan.discriminator)],
    "average": testing.vector(gan.ema_generator).tolist(),
}))
"""


@pytest.fixture(scope="module")
def results(two_workers):
    """What each of two workers printed after the same training."""
    outputs = two_workers("-c", WORKER)
    return [json.loads(output.splitlines()[-1]) for output in outputs]


def test_both_workers_end_with_the_same_weights(results):
    first, second = results
    assert first["replicas"] == 2
    assert first["step"] == second["step"] == 12
    for name in ("weights", "average"):
        assert first[name] == second[name]
    assert np.isfinite(np.concatenate(first["weights"])).all()


def test_both_workers_log_the_same_means(results):
    first, second = (result["history"] for result in results)
    assert {"g_loss", "d_loss", "gradient_penalty", "val_g_loss", "val_d_loss"} <= set(first)
    assert first == second
    assert np.isfinite(list(first.values())).all()
