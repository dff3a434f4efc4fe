"""The images that a config names, and what a recipe asks of them."""

from tfgan_suite import data
from tfgan_suite.experiment.experiment import Experiment
from tfgan_suite.experiment.progress import FEWEST, ProgressEvaluator
from tfgan_suite.experiment.real_data import name_in_files
from tfgan_suite.experiment.recommendation import Facts


def open_images(config, *, labels=False):
    """Opens the images of a config, before anything is built.

    Args:
        config: an `ImageConfig`.
        labels: whether the recipe needs labels.

    Returns:
        An `ImageData`.

    Raises:
        ValueError: if the data are not images, need a size, or have no labels where these are
            needed; or as `data.describe` does.
    """
    return ImageData(config, labels)


class ImageData:
    """Images of one shape, for the networks, the trainer and the judges of a recipe.

    Attributes:
        size: side in pixels, or `(height, width)` where these differ.
        channels: number of channels.
        shape: `(height, width, channels)`.
        num_classes: number of classes, or None of images without labels.
        training_steps: updates of the generator in all the training, for one of the discriminator
            in each; for schedules that are to end with it.
    """

    def __init__(self, config, labels=False):
        self.config, self.labels = config, labels
        reading = {"value_range": config.value_range, "broken": config.broken}
        facts = data.describe(config.data, split=config.split, **reading)
        check_images(facts, config.data)
        self._facts, self.num_classes = facts, facts.num_classes
        epoch_steps = config.steps_per_epoch or facts.num_examples // config.batch_size
        self.training_steps = config.epochs * max(epoch_steps, 1)
        if labels and not self.num_classes:
            raise ValueError(
                "This recipe takes images with labels: folders of images, one for each class, or "
                "a data set with labels; `dcgan` needs none. "
                f"Received: data={config.data}, which has no labels"
            )
        height, width = _pair(config.image_size) or facts.image_shape[:2]
        if height is None or width is None:
            raise ValueError(
                f"The images of {facts.name} have different sizes; say which one to bring them "
                f"to, and how: image_size=64 resize=crop. Received: image_size=none, "
                f"data={config.data}"
            )
        self.size = height if height == width else (height, width)
        self.channels, self.notes = config.channels or facts.image_shape[2], []
        self._convert_to = config.channels
        if self.channels is None:
            self.channels = self._convert_to = 3
            self.notes.append(
                f"the images of {facts.name} differ in grey, colour and alpha: all are made RGB, "
                "alpha on black (channels=1 makes them grey)"
            )
        self.shape = (height, width, self.channels)

    def load(self, **options):
        """The images as `data.load` gives them, with labels where the recipe needs these."""
        config = self.config
        return data.load(
            config.data,
            split=config.split,
            image_size=config.image_size,
            channels=self._convert_to,
            labels=self.labels,
            **config.reading,
            **options,
        )

    def experiment(self, trainer, judge=None, *, notes=(), **options):
        """The `Experiment` of a trainer on these images.

        Args:
            trainer: a compiled trainer.
            judge: makes an evaluator of a data set with labels, as `judges.classifier_judge` does;
                left out of images without labels, which the run says. None for none.
            notes: what the run says as it begins, beside what was decided here.
            **options: of `Experiment`.
        """
        config, notes, evaluators = self.config, [*self.notes, *notes], []
        if judge and (self.num_classes or 0) > 1:
            evaluators = [
                judge(
                    config.data,
                    image_size=config.image_size,
                    channels=self._convert_to,
                    split=config.split,
                    epochs=config.judge_epochs,
                    num_samples=config.num_samples,
                    **config.reading,
                )
            ]
        elif judge:
            notes.append(
                f"not judged after training: {config.data} has no classes to tell apart; see "
                "`evaluate --data` for scores without one"
            )
        batches = self.load(
            batch_size=config.batch_size,
            augment="flip" if config.mirror else (),
            cache=config.cache,
            repeat=config.steps_per_epoch is not None,
            seed=config.seed,
        )
        return Experiment(
            trainer=trainer,
            data=batches,
            epochs=config.epochs,
            steps_per_epoch=config.steps_per_epoch,
            evaluators=evaluators,
            progress=self._progress(evaluators) if judge else None,
            # Shuffled: folders are sorted by class, and pictures show the first ones.
            real=self._shuffled(),
            notes=notes,
            **options,
        )

    def _shuffled(self):
        return self.load(seed=self.config.seed, cache=False, drop_remainder=False)

    def _progress(self, evaluators):
        if not self.config.progress_samples or self._facts.num_examples < FEWEST:
            return None
        judge = evaluators[0] if evaluators else None
        name, count = name_in_files(self._facts.name), self.config.progress_samples
        return ProgressEvaluator(self._shuffled, judge, name=name, num_samples=count)


def check_images(description, source):
    """Raises ValueError unless a `data.Description` is of images."""
    if len(description.image_shape) != 3:
        raise ValueError(
            "Images are wanted here: a folder, an archive, a .npz file, a name of TFDS, or "
            f'"digits". Received: data={source} with examples of the shape '
            f"{description.image_shape}"
        )


def facts_of(source):
    """The `Facts` of a data set of images, as `recommend` takes them; reads headers alone.

    Args:
        source: as `data.load` takes it.

    Raises:
        ValueError: if the data are not images; or as `data.describe` does.
    """
    found = data.describe(source)
    check_images(found, source)
    height, width, channels = found.image_shape
    sizes = found.sizes or (() if None in (height, width) else ((height, width),))
    return Facts(found.name, found.num_examples, sizes, channels, found.num_classes)


def _pair(image_size):
    return (image_size, image_size) if isinstance(image_size, int) else image_size
