"""What an exported generator answers, through every loader there is."""

import os
import subprocess
import sys

import c_api
import numpy as np
import pytest
import tensorflow as tf

SEEDS = np.array([5, -1, 2**62, 0, 5], np.int64)


def generate(generator, latents):
    return np.asarray(generator(latents, training=False), np.float32)


def load(path, signature="serving_default"):
    function = tf.saved_model.load(path).signatures[signature]
    return lambda **inputs: function(
        **{key: tf.constant(value) for key, value in inputs.items()}
    )["images"].numpy()


def test_reloaded_output_is_the_generators(exported, trainer, latents):
    images = load(exported)(latents=latents)
    expected = generate(trainer.generator, latents)
    np.testing.assert_allclose(images, expected, rtol=0, atol=1e-6)
    assert expected.std() > 0.1


def test_fresh_process_without_the_package_gives_the_same(exported, trainer, latents, tmp_path):
    program = """
import sys
import numpy as np
import tensorflow as tf
function = tf.saved_model.load(sys.argv[1]).signatures["serving_default"]
images = function(latents=tf.constant(np.load(sys.argv[2])))["images"].numpy()
assert "tfgan_suite" not in sys.modules
np.save(sys.argv[3], images)
"""
    np.save(tmp_path / "latents.npy", latents)
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    arguments = [str(exported), str(tmp_path / "latents.npy"), str(tmp_path / "images.npy")]
    subprocess.run([sys.executable, "-c", program, *arguments], check=True, cwd=tmp_path,
                   env=environment)
    images = np.load(tmp_path / "images.npy")
    np.testing.assert_allclose(images, generate(trainer.generator, latents), rtol=0, atol=1e-6)


def test_c_api_serving_default_is_the_generator(exported, trainer, latents):
    images = c_api.run(exported, "serving_default", {"latents": latents})["images"]
    np.testing.assert_allclose(images, generate(trainer.generator, latents), rtol=0, atol=1e-6)


def test_c_api_from_seed_is_the_generator_on_the_priors_latents(exported, trainer):
    images = c_api.run(exported, "from_seed", {"seeds": SEEDS})["images"]
    expected = generate(trainer.generator, trainer.latent_prior.from_seeds(SEEDS))
    np.testing.assert_allclose(images, expected, rtol=0, atol=1e-6)


def test_c_api_reports_a_wrong_request(exported, latents):
    with pytest.raises(RuntimeError, match="latents"):
        c_api.run(exported, "serving_default", {"latents": latents[:, :-1]})


def test_from_seed_uses_the_trainers_prior(make_trainer, export, tmp_path):
    trainer = make_trainer(distribution="uniform")
    images = load(export(trainer, tmp_path), "from_seed")(seeds=SEEDS)
    expected = generate(trainer.generator, trainer.latent_prior.from_seeds(SEEDS))
    np.testing.assert_allclose(images, expected, rtol=0, atol=1e-6)


def test_same_seed_gives_the_same_image_alone_in_a_batch_and_reversed(exported):
    from_seed = load(exported, "from_seed")
    batch = from_seed(seeds=SEEDS)
    np.testing.assert_allclose(from_seed(seeds=SEEDS[::-1])[::-1], batch, rtol=0, atol=1e-6)
    for i in range(len(SEEDS)):
        alone = from_seed(seeds=SEEDS[i : i + 1])
        np.testing.assert_allclose(alone[0], batch[i], rtol=0, atol=1e-6)
    np.testing.assert_allclose(batch[0], batch[4], rtol=0, atol=1e-6)


def test_different_seeds_give_different_images(exported):
    images = load(exported, "from_seed")(seeds=SEEDS[:4]).reshape(4, -1)
    distances = np.abs(images[:, None] - images[None]).max(axis=2)
    assert distances[~np.eye(4, dtype=bool)].min() > 0.01


@pytest.mark.parametrize("rows", [1, 7])
def test_batch_of_any_size(exported, rows):
    images = load(exported, "from_seed")(seeds=np.arange(rows, dtype=np.int64))
    assert images.shape == (rows, 8, 8, 3)


def test_moving_average_is_what_is_served(make_trainer, export, latents, tmp_path):
    trainer = make_trainer(ema=True)
    images = load(export(trainer, tmp_path))(latents=latents)
    expected = generate(trainer.ema_generator, latents)
    np.testing.assert_allclose(images, expected, rtol=0, atol=1e-6)


def test_raw_generator_on_request(make_trainer, export, latents, tmp_path):
    trainer = make_trainer(ema=True)
    images = load(export(trainer, tmp_path, ema=False))(latents=latents)
    np.testing.assert_allclose(images, generate(trainer.generator, latents), rtol=0, atol=1e-6)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision_generator_serves_its_float32_twin(
    make_trainer, export, latents, tmp_path, policy
):
    trainer, twin = make_trainer(policy=policy), make_trainer().generator
    images = load(export(trainer, tmp_path))(latents=latents)
    assert images.dtype == np.float32
    np.testing.assert_allclose(images, generate(twin, latents), rtol=0, atol=1e-6)
    np.testing.assert_allclose(images, generate(trainer.generator, latents), rtol=0, atol=0.05)


def test_weights_in_low_precision(make_trainer, export, latents, tmp_path):
    trainer = make_trainer(policy="bfloat16")
    images = load(export(trainer, tmp_path))(latents=latents)
    assert images.dtype == np.float32
    np.testing.assert_allclose(images, generate(trainer.generator, latents), rtol=0, atol=0.05)


def test_variables_of_two_replicas_become_plain_ones(exported, latents, tmp_path):
    program = """
import sys
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from conftest import LATENT_DIM, Trainer, build_generator
from tfgan_suite.export import export
from tfgan_suite.latents import LatentPrior
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
with strategy.scope():
    trainer = Trainer(build_generator(), LatentPrior(LATENT_DIM))
    export(trainer, sys.argv[1])
export(trainer, sys.argv[1])
"""
    here = os.path.dirname(__file__)
    search = os.pathsep.join([here, os.path.dirname(os.path.dirname(here))])
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True,
                   env=os.environ | {"PYTHONPATH": search})
    expected = load(exported)(latents=latents)
    size = (exported / "variables/variables.data-00000-of-00001").stat().st_size
    for version in ("1", "2"):
        images = c_api.run(tmp_path / version, "serving_default", {"latents": latents})["images"]
        np.testing.assert_allclose(images, expected, rtol=0, atol=1e-6)
        stored = tmp_path / version / "variables/variables.data-00000-of-00001"
        # Names of layers, which count up within a process, are stored too: a few bytes of them.
        np.testing.assert_allclose(stored.stat().st_size, size, rtol=0.1)
