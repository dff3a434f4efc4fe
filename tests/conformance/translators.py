"""The kind of cases that are trainers of translators, and small ones of them."""

import keras
import tensorflow as tf
from models import Trainer

from tfgan_suite import testing, trainers
from tfgan_suite.export import export

SHAPE = (8, 8, 1)


def translator(seed):
    first, last = (keras.initializers.GlorotUniform(seed + i) for i in range(2))
    images = keras.Input(SHAPE)
    same = {"kernel_size": 3, "padding": "same"}
    x = keras.layers.Conv2D(2, **same, activation="tanh", kernel_initializer=first)(images)
    x = keras.layers.Conv2D(1, **same, kernel_initializer=last)(x)
    return keras.Model(images, keras.layers.Activation("tanh", dtype="float32")(x))


def patch_judge(seed, inputs=1):
    first, last = (keras.initializers.GlorotUniform(seed + i) for i in range(2))
    given = [keras.Input(SHAPE) for _ in range(inputs)]
    x = keras.layers.Concatenate()(given) if inputs > 1 else given[0]
    x = keras.layers.Conv2D(2, 3, strides=2, activation="tanh", kernel_initializer=first)(x)
    logits = keras.layers.Conv2D(1, 2, kernel_initializer=last, dtype="float32")(x)
    return keras.Model(given if inputs > 1 else given[0], logits)


def pix2pix(**options):
    return _compiled(trainers.Pix2Pix(translator(1), patch_judge(3, inputs=2), seed=3, **options))


def cyclegan(**options):
    networks = translator(1), translator(3), patch_judge(5), patch_judge(7)
    return _compiled(trainers.CycleGAN(*networks, pool_size=3, seed=3, **options))


def _compiled(trainer):
    trainer.compile(*(keras.optimizers.Adam(0.01, epsilon=1e-3) for _ in range(2)))
    return trainer


class Translation(Trainer):
    """A compiled trainer of two images each, targets and inputs or two domains."""

    def data(self, trainer, steps, seed=0):
        """Images for a number of steps, twice."""
        rows = steps * self.BATCH
        return tuple(testing.images(rows, SHAPE, seed=2 * seed + i) for i in range(2))

    @staticmethod
    def networks(trainer):
        averages = [f"ema_{n}" for p in trainer.players.values() for n in p.averages]
        names = (*trainer.network_names, *averages, "pool_a", "pool_b")
        parts = [getattr(trainer, name, None) for name in names]
        return [testing.vector(part) for part in parts if part]

    def saved_and_loaded(self, folder):
        trainer = self.trainer(run_eagerly=True)
        self.fit(trainer)
        trainer.save(folder / "trainer.keras")
        loaded = keras.saving.load_model(folder / "trainer.keras")
        for pool in (name for name in ("pool_a", "pool_b") if hasattr(trainer, name)):
            # A `.keras` file has no states of seed generators (see `Checkpoints`).
            state = getattr(trainer, pool).generator.state
            getattr(loaded, pool).generator.state.assign(state)
        return zip(*(self.fit(t, seed=1).values for t in (trainer, loaded)), strict=True)

    @staticmethod
    def exported_and_loaded(cases, folder):
        images, pairs = testing.images(3, SHAPE), {}
        for name, case in cases.items():
            trainer = case.trainer(run_eagerly=True)
            case.fit(trainer)
            before, after = [], []
            for direction, part in trainer.exports().items():
                path = export(part, folder / name / (direction or "only"))
                serve = tf.saved_model.load(str(path)).signatures["serving_default"]
                before.append(part.serving_generator(images))
                after.append(serve(images=tf.constant(images))["images"])
            pairs[name] = before, after
        return pairs
