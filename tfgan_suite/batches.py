"""Data that knows what it is: a `tf.data.Dataset` with its order, kinds and provenance."""

import functools

import tensorflow as tf

from tfgan_suite.random_operations import stateful_draws

# Methods of `tf.data.Dataset` after which nothing is known of the order of minibatches.
_LOSE_ORDER = (
    "batch",
    "bucket_by_sequence_length",
    "cache",
    "concatenate",
    "enumerate",
    "filter",
    "flat_map",
    "group_by_window",
    "ignore_errors",
    "interleave",
    "padded_batch",
    "ragged_batch",
    "rebatch",
    "rejection_resample",
    "scan",
    "shard",
    "shuffle",
    "snapshot",
    "sparse_batch",
    "take_while",
    "unbatch",
    "unique",
    "window",
)
# Those after which values may be others.
_CHANGE_VALUES = ("map", "apply", "flat_map", "interleave", "scan")


class Batches(tf.data.Dataset):
    """Minibatches that know their order: what `data.load` returns.

    A `tf.data.Dataset` for all one does with one. What is made of it by `map`, `prefetch`, `take`,
    `skip`, `repeat()` and `with_options` is a `Batches` whose order is known too, so that a
    training goes on exactly where it was interrupted. What is made by another method is a `Batches`
    that says in `lost` what took the order away; so does `fit`, where a `callbacks.Checkpoints` is
    to keep the training.

    Args:
        dataset: the minibatches, as a `tf.data.Dataset`.
        order: their `DataOrder`, or None.
        name: of the data, for messages.
        modality: what the first part of an element holds (see `tfgan_suite.modalities`), or None.
        condition: what the second part holds (see `tfgan_suite.conditions`), or None.
        description: the `data.Description` of the source, or None.
        provenance: function without arguments that returns a JSON-able dict of what the data is
            and how it is read (see `tfgan_suite.provenance`), called when first asked for; or None.
        skipped: live dict of what could not be read so far, with the reasons; or None.
        complete: function without arguments that returns the same minibatches and the last one
            too, which is not full; None where there is no other last one.

    Attributes:
        order: as above; None where it is not known.
        lost: a sentence on what made that a training on this data cannot be resumed exactly; None
            where it can, or where the order was not known from the beginning.
        mapped: whether values may be others than those that were loaded.
        name, description, skipped: as above.

    Example:

    >>> batches = data.load("digits", batch_size=50, labels=True)
    >>> batches.map(lambda images, labels: images).order.batches
    30
    >>> batches.filter(lambda images, labels: labels[0] < 5).lost
    '`.filter` of digits has no known order'
    """

    def __init__(
        self,
        dataset,
        order=None,
        *,
        name="the data",
        modality=None,
        condition=None,
        description=None,
        provenance=None,
        skipped=None,
        complete=None,
    ):
        self._dataset = dataset
        super().__init__(tf.data.experimental.to_variant(dataset))
        self.order, self.name, self.lost = order, name, None
        self.description, self.skipped = description, skipped
        self._complete = complete
        self._provenance = functools.cache(provenance or _nothing)
        self._kinds = (modality, condition)
        self._declared = _parts(self.element_spec)
        self.mapped = False

    # What `tf.data.Dataset` leaves to its sub-classes.

    def _inputs(self):
        return [self._dataset]

    @property
    def element_spec(self):
        return self._dataset.element_spec

    def __repr__(self):
        order = self.lost or ("in known order" if self.order else "in no known order")
        return f"<Batches of {self.name}, {order}, element_spec={self.element_spec}>"

    @property
    def provenance(self):
        """What the data is and how it came to be these batches; None where that is not known.

        A JSON-able dict of the `"source"` (its kind, size, and digests of its contents), of the
        `"options"` with which it is read, and of the `"operations"` by which these batches were
        derived. Of a function that was mapped, nothing more can be said than that it was. What
        `callbacks.Checkpoints` compares.
        """
        return self._provenance()

    def complete(self):
        """All examples once, for what is to see them all: scores, references.

        Returns:
            These minibatches, and the last one too where it was dropped because it is not full.
        """
        return self if self._complete is None else self._complete()

    # === Kinds ===

    @property
    def modality(self):
        """What the first part of an element holds; None where it is not what was declared."""
        return self._kind(0)

    @property
    def condition(self):
        """What the second part of an element holds; None where it is not what was declared."""
        return self._kind(1)

    def _kind(self, index):
        now = _parts(self.element_spec)
        if index >= min(len(now), len(self._declared)):
            return None
        return self._kinds[index] if now[index] == self._declared[index] else None

    # === What is made of it ===

    def map(self, map_func, num_parallel_calls=None, deterministic=None, **options):
        """As `tf.data.Dataset.map`; keeps the order."""

        def mapped(dataset):
            return dataset.map(map_func, num_parallel_calls, deterministic, **options)

        made = mapped(self._dataset)
        lost = None
        if deterministic is False:
            lost = f"`.map(deterministic=False)` of {self.name} has no known order"
        elif _draws_at_random(made):
            lost = (
                f"`.map` of {self.name} draws at random from a state that no checkpoint keeps (use "
                "`augment` of `data.load`, or tf.random.stateless_* on seeds)"
            )
        return self._made("map", made, mapped, lost)

    def prefetch(self, *args, **options):
        """As `tf.data.Dataset.prefetch`; keeps the order."""
        return self._made("prefetch", *_both(tf.data.Dataset.prefetch, self, args, options))

    def with_options(self, options, **others):
        """As `tf.data.Dataset.with_options`; keeps the order, unless `deterministic` is False."""
        lost = None
        if options.deterministic is False:
            lost = f"{self.name} with the option `deterministic=False` has no known order"
        both = _both(tf.data.Dataset.with_options, self, (options,), others)
        return self._made("with_options", *both, lost)

    def take(self, count, **options):
        """As `tf.data.Dataset.take`: the first minibatches of each epoch; keeps the order."""
        order = self.order and self.order.take(int(count))
        return self._cut("take", self._dataset.take(count, **options), order, int(count))

    def skip(self, count, **options):
        """As `tf.data.Dataset.skip`: each epoch without its first minibatches; keeps the order."""
        order = self.order and self.order.skip(int(count))
        return self._cut("skip", self._dataset.skip(count, **options), order, int(count))

    def repeat(self, count=None, **options):
        """As `tf.data.Dataset.repeat`; keeps the order where it repeats full minibatches for
        ever."""
        endless = count is None or int(count) < 0
        order = self.order.repeat() if self.order and endless else None
        return self._cut("repeat", self._dataset.repeat(count, **options), order, count)

    def apply(self, transformation_func):
        """As `tf.data.Dataset.apply`; keeps the order if the function uses methods that do."""
        made = transformation_func(self)
        if isinstance(made, Batches) or not isinstance(made, tf.data.Dataset):
            return made
        return self._derived("apply", made, None)

    def checked(self, check, **options):
        """As `map`, of a function that returns what it was given: no other data comes of it."""
        return self.looked_at(lambda dataset: dataset.map(check, **options))

    def looked_at(self, look):
        """What a function from a dataset to the same data has made of it; keeps the order."""
        return self._derived(None, look(self._dataset), self.order and self.order.apply(look))

    def _made(self, operation, dataset, function, lost=None):
        """What `function`, which works element by element, has made of it."""
        order = self.order and self.order.apply(function)
        made = self._derived(operation, dataset, order, lost)
        made._complete = self._complete and (lambda: function(self._complete()))
        return made

    def _cut(self, operation, dataset, order, count):
        made = f"{operation}()" if count is None else f"{operation}({int(count)})"
        return self._derived(made, dataset, order)

    def _derived(self, operation, dataset, order, lost=None):
        """A dataset made of this one, by an operation (None for one that changes nothing)."""
        if order is None and self.order is not None:
            lost = f"`.{operation.partition('(')[0]}` of {self.name} has no known order"

        def provenance():
            known = self.provenance
            if known is None or operation is None:
                return known
            return {**known, "operations": [*known.get("operations", ()), operation]}

        made = Batches(
            dataset,
            order,
            name=self.name,
            modality=self._kinds[0],
            condition=self._kinds[1],
            description=self.description,
            provenance=provenance,
            skipped=self.skipped,
        )
        made._declared = self._declared
        made.lost = self.lost or lost
        made.mapped = self.mapped or operation in _CHANGE_VALUES
        return made


def _losing(name):
    """A method that makes a `Batches` whose order is not known."""
    method = getattr(tf.data.Dataset, name)

    @functools.wraps(method)
    def derived(self, *args, **options):
        return self._derived(name, method(self._dataset, *args, **options), None)

    return derived


for _name in _LOSE_ORDER:
    setattr(Batches, _name, _losing(_name))


def order_of(dataset):
    """The `DataOrder` of a dataset, or None."""
    return dataset.order if isinstance(dataset, Batches) else None


def loss_of_order(dataset):
    """What made that a dataset cannot be begun anywhere although its data could; or None.

    Args:
        dataset: any dataset; also one that TensorFlow's own functions have made of several, such as
            `tf.data.Dataset.zip`.
    """
    if isinstance(dataset, Batches):
        return dataset.lost
    for source in dataset._inputs():
        if isinstance(source, Batches):
            operation = type(dataset).__name__.strip("_").removesuffix("Dataset").lower()
            return source.lost or f"`{operation}` of {source.name} has no known order"
        found = loss_of_order(source)
        if found:
            return found
    return None


def provenance_of(dataset):
    """The provenance of a dataset; of one that is made of several, of those of them that know it.

    Returns:
        JSON-able dict, or None where nothing is known.
    """
    if isinstance(dataset, Batches):
        return dataset.provenance
    found = [known for known in map(provenance_of, dataset._inputs()) if known is not None]
    if len(found) < 2:
        return found[0] if found else None
    return {str(index): known for index, known in enumerate(found)}


def _nothing():
    return None


def _both(method, batches, args, options):
    """What a method makes of a `Batches`, and the function that makes it of other datasets."""

    def function(dataset):
        return method(dataset, *args, **options)

    return function(batches._dataset), function


def _parts(spec):
    """The shapes of one example, and dtypes, of the parts of an element."""
    parts = spec if isinstance(spec, tuple) else (spec,)
    return [
        (part.shape.as_list()[1:] if part.shape.rank else None, part.dtype)
        if isinstance(part, tf.TensorSpec)
        else part
        for part in parts
    ]


def _draws_at_random(mapped):
    """Whether the function of a `map` holds random operations that keep a state of their own."""
    # Whatever assigns moves on the seeds of Keras's layers.
    return any(
        stateful_draws(function.function.graph, ("Assign",)) for function in mapped._functions()
    )
