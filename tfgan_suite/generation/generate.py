"""Generated examples as NumPy arrays, by one compiled function whatever their number."""

import numpy as np
import tensorflow as tf

from tfgan_suite.checks import non_negative, positive_int
from tfgan_suite.generation.declared import Declared
from tfgan_suite.generation.given_conditions import checked, in_order, packed
from tfgan_suite.generation.truncation import truncate
from tfgan_suite.registration import public
from tfgan_suite.served_part import served_parts


@public
class Generate(Declared):
    """Calls a generator that serves, as its interface says: what it takes, and what it makes.

    `generate(n, seed)` gives n examples of a generator of latents, `generate.of(inputs)` what
    becomes of given latents, or of given examples where the generator is a translator. It traces
    once, with a fixed batch; a last batch that is not full is padded. It follows the trainer: to
    its next weights, and to other networks where a stage of the training brings them. The trainer's
    own sequence of latents is not advanced.

    What a generator depends on beside its inputs is chosen by its conditions unless it is told:
    classes come in turn, example i being of class i mod K.

    Args:
        trainer: a trainer, or a `ServedPart`.
        name: of the generator, as `trainer.interfaces` has it; None for the only one, or the first.
        batch_size: rows in one call of the generator.
        truncation: psi of `truncate` for latents drawn here; 1 changes nothing.

    Attributes:
        interface_name: of the generator.

    Raises:
        TypeError: if `trainer` has no generator.
        ValueError: if there is none of that name, or a number is out of range.

    Example:
        >>> generate = Generate(trainer)
        >>> images = generate(100, seed=0)
        >>> sevens = generate(8, seed=0, condition=np.full(8, 7))
    """

    def __init__(self, trainer, name=None, batch_size=64, truncation=1.0):
        names = tuple(served_parts(trainer))
        if name is not None and name not in names:
            raise ValueError(f"`name` must be one of {names}. Received: name={name!r}")
        self.trainer = trainer
        self.interface_name = names[0] if name is None else name
        self.batch_size = positive_int("batch_size", batch_size)
        self.truncation = non_negative("truncation", truncation)
        self._functions = {}

    # --- What is declared -------------------------------------------------------------------

    @property
    def interface(self):
        """The `Interface` of the generator as it is now."""
        return self._part.interface

    @property
    def prior(self):
        """The prior of its latents.

        Raises:
            ValueError: if it takes examples.
        """
        interface = self.interface
        if not interface.takes_latents:
            raise ValueError(
                f"This generator takes {interface.source.noun}, not latents: give them, "
                f"`generate.of({interface.source.noun})`. Received: {self.interface_name!r} of "
                f"{type(self.trainer).__name__}"
            )
        return interface.source

    # --- What it is given -------------------------------------------------------------------

    def latents(self, n, seed):
        """Latents `[n, latent_dim]` of an integer seed, as an array, truncated where that is asked.

        Raises:
            ValueError: if the generator takes examples, or `n` is not a positive integer.
        """
        prior = self.prior
        latents = np.asarray(prior.sample(positive_int("n", n), seed))
        return latents if self.truncation == 1.0 else truncate(prior, latents, self.truncation)

    def condition_or(self, given, n, seed):
        """A condition of n rows that was given, checked; or where it is None, `condition(n, seed)`.

        Raises:
            ValueError: if it is not what the generator takes, or as `condition` does.
        """
        condition = self.condition(n, seed) if given is None else given
        return packed(checked(self.interface, condition, n, self.interface_name or "generator"))

    # --- What it makes ----------------------------------------------------------------------

    def __call__(self, n, seed, condition=None):
        """Generates `n` examples from the latents of an integer seed.

        Args:
            n: number of examples.
            seed: integer seed of the latents, and of conditions that are not given.
            condition: as `of` takes it; None for `condition(n, seed)`.

        Returns:
            Array `[n, ...]`.

        Raises:
            ValueError: if the generator takes examples in place of latents, or as `of` does.
        """
        latents = self.latents(n, seed)
        return self.of(latents, self.condition_or(condition, n, seed))

    def of(self, inputs, condition=None):
        """What the generator makes of each row.

        Args:
            inputs: latents `[N, latent_dim]`, or the examples `[N, ...]` that a translator takes.
            condition: array with N rows, in any form that its `Condition` takes; of several a
                tuple, or a dict by their keys; None where the generator has none.

        Returns:
            Array `[N, ...]`.

        Raises:
            ValueError: if the inputs or the condition are not what the generator takes.
        """
        network = self._part.serving_generator
        inputs = self._checked_inputs(inputs, network)
        conditions = checked(self.interface, condition, len(inputs), network.name)
        return self._run("generator", network, inputs, conditions).astype(self.modality.dtype)

    def judge(self, examples, condition=None):
        """What the discriminator of this generator makes of examples.

        Args:
            examples: array `[N, ...]`, as the generator makes them.
            condition: what the discriminator is told beside them, as `of` takes it: conditions, or
                a translator's inputs; None where it judges examples alone.

        Returns:
            float32 array `[N]`: for each example the mean of its logits.

        Raises:
            ValueError: if the examples or the condition are not what the discriminator takes.
        """
        network = self._part.discriminator
        examples = np.asarray(examples, self.modality.dtype)
        self.modality.check(tf.constant(examples), what="Judged examples")
        given = [np.asarray(values) for values in in_order(self.interface, condition)]
        logits = self._run("discriminator", network, examples, given)
        return logits.astype(np.float32).reshape(len(logits), -1).mean(axis=1)

    # --- How ----------------------------------------------------------------------------------

    @property
    def _part(self):
        return served_parts(self.trainer)[self.interface_name]

    def _checked_inputs(self, inputs, network):
        source = self.interface.source
        if self.interface.takes_latents:
            inputs = np.asarray(inputs, np.float32)
            if inputs.shape[1:] != (source.dim,):
                raise ValueError(
                    f"The generator {network.name!r} takes latents (N, {source.dim}). "
                    f"Received: shape {inputs.shape}"
                )
        else:
            inputs = np.asarray(inputs, source.dtype)
            source.check(
                tf.constant(inputs), f"The inputs of {network.name!r}", "the generator"
            )
        if not len(inputs):
            raise ValueError(f"There must be at least one input. Received: shape {inputs.shape}")
        return inputs

    def _run(self, role, network, inputs, conditions):
        function = self._function(role, network)
        parts = [
            function(*batch).numpy()
            for batch in zip(*(self._batches(rows) for rows in (inputs, *conditions)))
        ]
        return np.concatenate(parts)[: len(inputs)]

    def _function(self, role, network):
        """The compiled call of a network, made anew when another one has taken its place."""
        kept = self._functions.get(role)
        if kept is None or kept[0] is not network:
            interface = self.interface

            def call(inputs, *conditions):
                made = network(interface.arguments(network, inputs, conditions), training=False)
                return made[0] if isinstance(made, (list, tuple)) else made

            kept = self._functions[role] = (network, tf.function(call, autograph=False))
        return kept[1]

    def _batches(self, rows):
        """Tensors of `batch_size` rows each; the last row fills the last of them."""
        missing = -len(rows) % self.batch_size
        rows = np.concatenate([rows, np.repeat(rows[-1:], missing, axis=0)])
        for start in range(0, len(rows), self.batch_size):
            yield tf.constant(rows[start : start + self.batch_size])
