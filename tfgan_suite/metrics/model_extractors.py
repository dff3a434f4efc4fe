"""Extractors made of models at hand: a classifier, or one of `keras.applications`."""

import pathlib

import keras
import tensorflow as tf

from tfgan_suite.metrics._classifier_training import build_classifier
from tfgan_suite.metrics.classifier import Classifier
from tfgan_suite.metrics.extractors import FeatureExtractor
from tfgan_suite.registration import public

RANDOM_SIDE = 32  # pixels, the longer side of what `random_extractor` looks at


@public
def classifier_extractor(classifier, *, layer=None, pooling=None, resize=None):
    """An extractor of a classifier's penultimate features, and its logits.

    Args:
        classifier: a `Classifier`.
        layer: name of the layer whose output, flattened, is the features; by default what goes
            into the last layer.
        pooling: `None`, or "avg" for the mean of a convolutional layer's output over its
            positions: few features, which need few images. A covariance of full rank needs more
            images than features; "relu_3" with "avg" of a trained `Classifier` gives 64.
        resize: see `FeatureExtractor`.

    Returns:
        A `FeatureExtractor` that gives "features" and "logits".

    Raises:
        ValueError: if there is no such layer, or it has no positions to average over.
    """
    if not isinstance(classifier, Classifier):
        raise ValueError(f"`classifier` must be a `Classifier`. Received: {classifier!r}")
    model = classifier.model
    names = [inner.name for inner in model.layers]
    if layer is None:
        source = model.layers[-1].input
    elif layer in names:
        source = model.get_layer(layer).output
    else:
        raise ValueError(f"`layer` must be one of {names}. Received: layer={layer!r}")
    if pooling not in (None, "avg") or (pooling and len(source.shape) != 4):
        raise ValueError(
            "`pooling` must be None, or 'avg' with a layer whose output is [B, H, W, C]. "
            f"Received: pooling={pooling!r}, output shape {tuple(source.shape)}"
        )
    inner_model = keras.Model(model.input, [source, model.output])

    def function(images):
        # Flattened here: another layer could have the name of one of the model's.
        features, logits = inner_model(images, training=False)
        if pooling:
            features = tf.reduce_mean(features, axis=[1, 2])
        return {"features": tf.reshape(features, [len(images), -1]), "logits": logits}

    return FeatureExtractor(
        function,
        ".".join(part for part in (classifier.name, layer, pooling) if part),
        content_hash=classifier.content_hash,
        image_shape=classifier.image_shape,
        resize=resize,
        batch_size=256,
    )


@public
def random_extractor(image_shape, *, seed=0):
    """An extractor of the features of random convolutions: for images without labels.

    The network is that of `Classifier.train` as it is drawn, and its features the means of its last
    maps. They tell textures and coarse shapes apart, not what a picture means, and need nothing
    that was trained: Naeem et al. found the scores of random features sound where those of trained
    ones know other images than are judged. Deviation: their network is VGG16.

    References:
        Naeem et al. 2020, "Reliable Fidelity and Diversity Metrics for Generative Models",
        arXiv:2002.09797, section 4 (random embeddings).

    Args:
        image_shape: `(H, W, C)` of the images that are judged; those with more than 32 pixels to
            their longer side are brought to 32, by the means of areas.
        seed: int, of the weights.

    Returns:
        A `FeatureExtractor` of 64 features.

    Raises:
        ValueError: if a side is shorter than 8 pixels, or becomes so.

    Example:
        >>> from tfgan_suite import metrics, testing
        >>> extractor = metrics.random_extractor((16, 16, 1))
        >>> extractor.features(testing.images(4, (16, 16, 1))).shape
        (4, 64)
    """
    height, width, channels = image_shape
    factor = min(1, RANDOM_SIDE / max(height, width))
    shape = (round(height * factor), round(width * factor), channels)
    network = build_classifier(shape, 2, seed)
    maps = network.get_layer("relu_3").output
    pooled = keras.layers.GlobalAveragePooling2D(dtype="float32")(maps)
    return FeatureExtractor(
        keras.Model(network.input, pooled),
        "random",
        image_shape=shape,
        resize="area" if factor < 1 else None,
        batch_size=256,
    )


@public
def application_extractor(application, weights, *, image_size=(224, 224), resize="bilinear"):
    """An extractor of the pooled features of one of `keras.applications`, from a local file.

    Nothing is downloaded. Images are scaled to [0, 255] and handed to the application's own
    `preprocess_input`.

    Args:
        application: name of the function, such as "InceptionV3" or "MobileNetV2".
        weights: path of its weights without the top, a `.weights.h5` or `.h5` file, as Keras
            publishes them under the name `*_notop.h5`.
        image_size: `(H, W)` in pixels; InceptionV3 and Xception were trained at (299, 299).
        resize: see `FeatureExtractor`.

    Returns:
        A `FeatureExtractor` of RGB images; grey ones are repeated.

    Raises:
        ValueError: if there is no such application, or the file holds other weights.
        FileNotFoundError: if there is no such file.
    """
    build = getattr(keras.applications, application, None)
    module = _application_module(build)
    if module is None:
        raise ValueError(
            "`application` must name a model of keras.applications. "
            f"Received: application={application!r}"
        )
    path = pathlib.Path(weights)
    if not path.is_file():
        raise FileNotFoundError(
            f"{application} needs its weights in a local file, in Keras's publication the one "
            f"whose name ends in '_notop.h5'. Received: weights={str(weights)!r}"
        )
    image_shape = (*image_size, 3)
    model = build(weights=None, include_top=False, pooling="avg", input_shape=image_shape)
    try:
        model.load_weights(path)
    # Keras, h5py and zipfile each complain in their own way.
    except Exception as error:
        raise ValueError(
            f"{str(path)!r} does not hold the weights of {application} without its top. "
            f"Received: {type(error).__name__}: {error}"
        ) from error
    return FeatureExtractor(
        model,
        f"keras-{application}",
        image_shape=image_shape,
        resize=resize,
        preprocess=lambda images: module.preprocess_input((images + 1) * 127.5),
        preprocessing=f"keras.applications {application} preprocess_input of [0, 255]",
    )


def _application_module(build):
    """The sub-module of `keras.applications` that holds a model's `preprocess_input`."""
    if build is None or not callable(build):
        return None
    for name in dir(keras.applications):
        module = getattr(keras.applications, name)
        if getattr(module, "preprocess_input", None) and (
            getattr(module, build.__name__, None) is build
        ):
            return module
    return None
