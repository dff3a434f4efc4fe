"""A monitor that names what goes wrong in the training of a GAN."""

import math
import pathlib
import warnings
import zlib

import keras
import numpy as np

from tfgan_suite.callbacks.guard_non_finite import broken_weights
from tfgan_suite.callbacks.monitor_diagnosis import Diagnosis
from tfgan_suite.callbacks.monitor_figures import Figures
from tfgan_suite.callbacks.step_counts import steps_done
from tfgan_suite.checks import positive_int
from tfgan_suite.files import write_json
from tfgan_suite.registration import public

DIAGNOSIS = "diagnosis.json"


@public
class GANWarning(UserWarning):
    """Something in the training of a GAN that usually ends badly; see `GANMonitor`."""


@public
class GANMonitor(keras.callbacks.Callback):
    """Looks at both players now and then, and says in words what goes wrong.

    A look is one pass of both players on a fixed batch of real images and fixed latents, through
    `trainer.probe`: nothing is updated, no random number is drawn, and it costs about what a step
    costs. One is taken before the first step, and then after every `every` epochs, whose logs get
    its figures:

    - `monitor_real_accuracy`, `monitor_fake_accuracy`: fractions of real images that D places above
      the middle between its mean logits, and of generated ones below; `monitor_separation`, in
      [0, 1]: of the pairs of a real and a generated image, those that D puts in the right order
      (the area under the ROC curve). None of them depends on the scale or the zero of the logits.
    - `monitor_g_gradient_norm`, `monitor_d_gradient_norm`: Euclidean norms of the gradients of the
      adversarial losses; `monitor_g_signal`: what is left of the slope of G's loss, 1 for the
      Wasserstein loss.
    - `monitor_diversity`: the Vendi score of the generated images relative to that of as many real
      ones (see `metrics.vendi_score`; the bandwidth is half the mean distance of real images). 1 is
      the variety of the data.
    - `monitor_modes`: the effective number of groups of real images (k-means, one for 8 images) that
      the generated ones fall into, relative to the real ones' own. It sees that whole classes are
      missing, which in pixels the score before does not where the images of one class differ much.
      The bins of Richardson and Weiss 2018, arXiv:1805.12462, section 3.
    - `monitor_wasserstein`: mean D(x) - mean D(G(z)), the critic's estimate of the distance; with
      another loss than Wasserstein's it is called `monitor_logit_gap`.
    - with `held_out`: `monitor_held_out_accuracy`, and `monitor_memorization`, in [0, 1]: of the
      pairs of a real image seen and one held out, those that D puts in this order. 0.5 is none.

    Of `Pix2Pix`, whose `real` are `(images, inputs)`, it looks at what becomes of the inputs, which
    may be blurred, and so of less variety, without a collapse. At `CycleGAN` it cannot look.

    Findings, each said once, are `non_finite`, `divergence`, `frozen_generator`,
    `frozen_discriminator`, `vanishing_gradients`, `mode_collapse`, `memorizing_discriminator` and
    `discriminator_not_learning`. They are heuristics: none is a proof, nor is their absence.

    References:
        Arjovsky and Bottou 2017, "Towards Principled Methods for Training Generative Adversarial
        Networks", arXiv:1701.04862, section 2 (vanishing gradients).

    Args:
        real: real images that the training sees: an array, a `tf.data.Dataset` of batches, or
            either with conditions `(images, condition)`. The images used are spread over an array,
            or over the first 16 batches of a dataset.
        held_out: real images that the training does not see, in the same forms; or None.
        directory: where to write `diagnosis.json`, the findings and the last figures; or None.
        every: epochs between two looks.
        every_steps: updates of the generator between two further looks, for long epochs; or None.
        examples: images in a look.
        features: function from images to features `[N, D]` in which variety is measured, a
            classifier's for example, which tell classes apart better than pixels; None for the
            pixels, averaged down to 32x32, and to 16x16 for the groups.
        warm_up: updates of the generator in which missing variety, and a D that tells nothing,
            count as youth.
        patience: looks in a row that must show the same.
        seed: integer seed of the latents.
        say: function that is handed the words of a finding; None warns with `GANWarning`.

    Attributes:
        findings: list of dicts, as JSON can hold them: `name`, `words`, `advice`, `epoch`, `step`
            and `figures`.

    Raises:
        ValueError: if a number is not a positive integer; from `fit`, if there are fewer than 8
            real images, or they are all alike, or do not fit the trainer.
        TypeError: from `fit`, if the model cannot be probed.
        OSError: from `fit`, if the directory cannot be written.
    """

    async_safe = True  # takes no part in Keras's batch hooks
    saves = False

    def __init__(
        self,
        real,
        *,
        held_out=None,
        directory=None,
        every=1,
        every_steps=None,
        examples=128,
        features=None,
        warm_up=1000,
        patience=3,
        seed=0,
        say=None,
    ):
        super().__init__()
        self.every = positive_int("every", every)
        self.every_steps = None if every_steps is None else positive_int("every_steps", every_steps)
        self.directory = None if directory is None else pathlib.Path(directory)
        self.say = say
        self.diagnosis = Diagnosis(
            positive_int("warm_up", warm_up), positive_int("patience", patience)
        )
        self._measure = Figures(real, held_out, positive_int("examples", examples), features, seed)
        self._kept = False  # whether `fit` calls the hooks of keepers
        self._figures = {}
        self._said = set()

    @property
    def findings(self):
        """What has been found so far."""
        return self.diagnosis.findings

    def get_state(self):
        """What checkpoints keep."""
        return self.diagnosis.get_state()

    def set_state(self, state):
        """Takes back what `get_state` returned."""
        self.diagnosis.set_state(state)
        self._said |= {finding["name"] for finding in self.findings}
        self._write()

    # --- Keras's hooks --------------------------------------------------------------------------

    def on_train_begin(self, logs=None):
        if not hasattr(self.model, "probe"):
            raise TypeError(
                "A GANMonitor looks at trainers that have a `probe`. "
                f"Received: {type(self.model).__name__}"
            )
        if self.every_steps and not self._kept:
            raise ValueError(
                "Looks between epochs need the callbacks as a list, not as a CallbackList. "
                f"Received: every_steps={self.every_steps}"
            )
        self._measure.prepare(self.model.modality)
        if self.directory is not None:
            self.directory.mkdir(parents=True, exist_ok=True)
        if steps_done(self.model) == 0:
            self.diagnosis.reset()
            self.look(0)

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch + 1

    def on_epoch_end(self, epoch, logs=None):
        broken = _non_finite(logs or {})
        if (epoch + 1) % self.every == 0 or broken:
            self.look(epoch + 1, broken)
            if logs is not None:
                logs.update({f"monitor_{name}": value for name, value in self._figures.items()})

    def on_train_end(self, logs=None):
        self._write()

    # --- Hooks of keepers, see `trainers` -------------------------------------------------------

    def begin_fit(self, trainer, steps, keepers):
        self._trainer, self._kept = trainer, True
        self._epoch = 1

    def after_train_begin(self, callbacks, position):
        self._last = steps_done(self._trainer)

    def resume_epoch(self, position):
        self._last = steps_done(self._trainer)

    def after_step(self, position):
        if self.every_steps:
            step = steps_done(self._trainer)
            if step // self.every_steps > self._last // self.every_steps:
                self.look(self._epoch)
            self._last = step

    def after_epoch(self, position, logs):
        pass

    def after_training(self, position):
        pass

    def end_fit(self, completed):
        self._kept = False
        if not completed and self.model is self._trainer:
            epoch, step = self._epoch, steps_done(self._trainer)
            # A guard may have ended the training before anything else could see why.
            broken = broken_weights(self._trainer)[:1]
            if int(self._trainer.watch.broken_step.numpy()) >= 0:
                broken = broken or ["a loss"]
            if broken:
                self._say(self.diagnosis.note_non_finite(broken, epoch, step))
            self._write()

    # --- A look ---------------------------------------------------------------------------------

    def look(self, epoch, broken=()):
        """Measures, diagnoses and says what is new.

        Args:
            epoch: epochs begun.
            broken: names of logs that are NaN or infinite.
        """
        step = steps_done(self.model)
        if step == self.diagnosis.looked_at and not broken:
            return
        figures = self._measure(self.model)
        players = (self.model.players["generator"], self.model.players["discriminator"])
        optimizers = [player.optimizer for player in players]
        bad = _non_finite(figures)
        self._figures = {name: value for name, value in figures.items() if name not in bad}
        if any(hasattr(optimizer, "dynamic_scale") for optimizer in optimizers):
            # Under loss scaling a gradient overflows now and then: the scale is then lowered.
            bad = [name for name in bad if not name.endswith("gradient_norm")]
            for name in ("g_gradient_norm", "d_gradient_norm"):
                figures[name] = self._figures.get(name, math.nan)
        broken = [*broken, *bad]
        if broken:
            self._say(self.diagnosis.note_non_finite(broken, epoch, step))
            return
        rates = [float(keras.ops.convert_to_numpy(o.learning_rate)) for o in optimizers]
        figures = {**figures, "g_learning_rate": rates[0], "d_learning_rate": rates[1]}
        fingerprints = _fingerprints(self.model)
        self._say(self.diagnosis.observe(figures, fingerprints, epoch=epoch, step=step))

    def _say(self, findings):
        for finding in findings:
            if finding["name"] in self._said:  # before a rollback
                continue
            self._said.add(finding["name"])
            text = "Epoch {epoch}, step {step}: {words} {advice}".format(**finding)
            if self.say is None:
                warnings.warn(text, GANWarning, stacklevel=2)
            else:
                self.say(text)
        if findings:
            self._write()

    def _write(self):
        if self.directory is None:
            return
        record = {"looks": self.diagnosis.looks, "findings": self.findings, "last": self._figures}
        write_json(self.directory / DIAGNOSIS, record)


def _fingerprints(trainer):
    """A checksum of each player's weights."""

    def of(network):
        checksum = 0
        for variable in network.trainable_variables:
            checksum = zlib.crc32(keras.ops.convert_to_numpy(variable).tobytes(), checksum)
        return checksum

    return {"generator": of(trainer.generator), "discriminator": of(trainer.discriminator)}


def _non_finite(values):
    """Names of the numbers that are NaN or infinite."""
    arrays = {name: np.asarray(value) for name, value in values.items()}
    return [n for n, a in arrays.items() if a.dtype.kind == "f" and not np.isfinite(a).all()]
