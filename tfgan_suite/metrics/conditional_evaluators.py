"""Evaluators of generators that can be asked for a class, or that have found classes themselves."""

from tfgan_suite.metrics.code_agreement import code_agreement
from tfgan_suite.metrics.conditional_accuracy import conditional_accuracy
from tfgan_suite.metrics.evaluators import ClassifierEvaluator
from tfgan_suite.registration import public


@public
class ConditionalAccuracyEvaluator(ClassifierEvaluator):
    """Judges whether an independent classifier sees the classes that a generator was asked for.

    Args:
        classifier: as for `ClassifierEvaluator`; of the generator's classes, in their order.
        num_samples: number of images to generate, of all classes equally often.
        resize: as for `ClassifierEvaluator`.

    Raises:
        ValueError: if an argument is of the wrong type or out of range.
    """

    name = "conditional_accuracy"

    def __init__(self, classifier, num_samples=5000, *, resize=None):
        super().__init__(classifier, num_samples, resize=resize)

    def __call__(self, generate, *, seed):
        """Generates and judges `num_samples` images.

        Args:
            generate: callable `(n, seed) -> images [n, H, W, C]`, floating point in [-1, 1], with
                `classes`, the number of its classes, and `labels(n, seed)`, the classes `[n]` of
                those images.
            seed: int, of the generated images.

        Returns:
            The dict of `conditional_accuracy`; "min_class_accuracy", that of the worst class; and
            "protocol", as of `ClassifierEvaluator`.

        Raises:
            ValueError: if the generator has no classes, or others than the classifier; or as
                `ClassifierEvaluator` does.
        """
        classes = getattr(generate, "classes", None)
        if classes != self.classifier.num_classes:
            raise ValueError(
                f"The generator must have the {self.classifier.num_classes} classes of the "
                f"classifier. Received: a generator with classes={classes}"
            )
        logits, protocol = self.judged(generate, seed)
        found = conditional_accuracy(logits, generate.labels(self.num_samples, seed))
        of_classes = [a for a in found["class_accuracies"] if a is not None]
        return {**found, "min_class_accuracy": min(of_classes), "protocol": protocol}


@public
class CodeAgreementEvaluator(ClassifierEvaluator):
    """Judges whether the values of InfoGAN's categorical code have become the classes of the data.

    Args:
        classifier: as for `ClassifierEvaluator`.
        prior: the `tfgan_suite.latents.StructuredLatentPrior` of the generator.
        num_samples: number of images to generate.
        code: index of the code among the categorical ones.
        resize: as for `ClassifierEvaluator`.

    Raises:
        ValueError: if an argument is of the wrong type or out of range, or the prior has no such
            code.
    """

    name = "code_agreement"

    def __init__(self, classifier, prior, num_samples=5000, *, code=0, resize=None):
        super().__init__(classifier, num_samples, resize=resize)
        parts = [part for part in prior.codes if part.kind == "categorical"]
        if code not in range(len(parts)):
            raise ValueError(
                f"The prior has {len(parts)} categorical code(s). Received: code={code!r}"
            )
        self.part = parts[code]

    def __call__(self, generate, *, seed):
        """Generates and judges `num_samples` images.

        Args:
            generate: callable `(n, seed) -> images [n, H, W, C]`, floating point in [-1, 1], with
                `latents(n, seed)`, the latents `[n, D]` of those images.
            seed: int, of the generated images.

        Returns:
            The dict of `code_agreement`, and "protocol", as of `ClassifierEvaluator`.

        Raises:
            ValueError: as `ClassifierEvaluator` does.
        """
        logits, protocol = self.judged(generate, seed)
        latents = generate.latents(self.num_samples, seed)
        codes = latents[:, self.part.columns].argmax(axis=1)
        return {**code_agreement(logits, codes, self.part.size), "protocol": protocol}
