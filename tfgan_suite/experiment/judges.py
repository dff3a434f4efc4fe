"""The judges that recipes share: evaluators made from a data set."""

import re

from tfgan_suite import data
from tfgan_suite.metrics import Classifier, ClassifierEvaluator


def classifier_judge(
    source, *, image_size=None, channels=None, split="train", epochs=None, num_samples=2000
):
    """An evaluator that asks a classifier of the real classes what a generator makes.

    The classifier is trained on the real training split at the generator's size and its accuracy
    measured on the real test split; once, when the first images are judged, and then kept on disk
    (see `Classifier.train`).

    Args:
        source: data set with labels and a split "test", as `data.load` takes it.
        image_size: as `data.load` takes it.
        channels: as `data.load` takes it.
        split: split to train the classifier on.
        epochs: of the classifier; None for as many as show 60 000 images.
        num_samples: images to generate and judge.

    Returns:
        A `ClassifierEvaluator`.
    """

    def train():
        def labelled(split):
            return data.load(
                source,
                image_size=image_size,
                channels=channels,
                split=split,
                labels=True,
                batch_size=500,
                shuffle=False,
                cache=False,
                drop_remainder=False,
            )

        return Classifier.train(
            labelled(split),
            labelled("test"),
            num_classes=data.describe(source).num_classes,
            name=re.sub(r"\W+", "-", source).strip("-"),
            epochs=epochs,
        )

    return ClassifierEvaluator(train, num_samples=num_samples)
