"""Which recipe and settings to begin with, for data that somebody brings without a recipe."""

import dataclasses

# Sides that the networks of `dcgan` and `cgan` make, and the largest that is advised to begin with.
SMALLEST, ADVISED = 16, 64
# Up to here labels are used: what was measured of generators of classes are images of 28x28.
SMALL = 32
# Images of a class, on average, below which a class cannot be learned by itself.
FEW_OF_A_CLASS = 50
# Images in all below which a generator is likely to repeat them.
FEW = 1000


@dataclasses.dataclass(frozen=True)
class Facts:
    """What is known of images before any is read.

    Attributes:
        name: what the data set is called.
        num_images: number of images.
        sizes: the `(height, width)` met, the most frequent first; empty where nobody knows.
        channels: number of channels; None where the images differ.
        num_classes: number of classes; None without labels.
    """

    name: str
    num_images: int
    sizes: tuple
    channels: int | None
    num_classes: int | None = None

    def __str__(self):
        size = "sizes not known"
        if self.sizes:
            height, width = self.sizes[0]
            mixed = "" if len(self.sizes) == 1 else f"{len(self.sizes)} sizes, most of them "
            size = f"{mixed}{height}x{width}"
        colours = {1: "grey", 2: "grey with alpha", 3: "RGB", 4: "RGB with alpha"}
        channels = colours.get(self.channels, f"{self.channels} channels")
        channels = "grey and colour mixed" if self.channels is None else channels
        labels = f"{self.num_classes} classes" if self.num_classes else "no labels"
        return f"{self.name}: {self.num_images:,} images, {size}, {channels}, {labels}"


@dataclasses.dataclass(frozen=True)
class Choice:
    """A recipe and its settings.

    Attributes:
        recipe: name of the recipe, with a preset if it is not the default.
        settings: dict of its config's keys to texts, as `--set` takes them.
        reasons: why, a line each.
    """

    recipe: str
    settings: dict
    reasons: tuple


def recommend(facts):
    """Chooses a recipe and settings for images: what was measured to work on the most like them.

    Args:
        facts: `Facts` of the images.

    Returns:
        A `Choice`; its settings do not name the data.
    """
    settings, reasons = {}, []
    side = _choose_size(facts, settings, reasons)
    _choose_channels(facts, settings, reasons)
    recipe = _choose_recipe(facts, side, settings, reasons)
    if facts.num_images < FEW:
        reasons.append(
            f"{facts.num_images} images are few: look for copies with `evaluate RUN --data ... "
            "--metrics nearest_neighbours`"
        )
    reasons.append("these settings were measured on other data, not on this")
    return Choice(recipe, settings, tuple(reasons))


def _choose_size(facts, settings, reasons):
    """Sets `image_size` and `resize`; returns the larger side."""
    one_size = facts.sizes[0] if len(facts.sizes) == 1 else None
    if one_size and SMALLEST <= min(one_size) and max(one_size) <= ADVISED:
        reasons.append(f"image_size: their own, {one_size[0]}x{one_size[1]}")
        return max(one_size)
    smallest = min((min(size) for size in facts.sizes), default=ADVISED)
    side = max((s for s in (16, 32, ADVISED) if s <= smallest), default=SMALLEST)
    settings["image_size"] = str(side)
    why = "the sizes differ" if one_size is None else f"they are {one_size[0]}x{one_size[1]}"
    reasons.append(
        f"image_size={side}: {why}; up to 128 is possible, and slower"
        if side == ADVISED
        else f"image_size={side}: {why}"
    )
    if one_size is None or one_size[0] != one_size[1]:
        settings["resize"] = "crop"
        reasons.append("resize=crop: the middle of each image is kept, its proportions too")
    return side


def _choose_channels(facts, settings, reasons):
    if facts.channels is None:
        settings["channels"] = "3"
        reasons.append("channels=3: grey and colour images are mixed; alpha is put on black")
    elif facts.channels in (2, 4):
        settings["channels"] = str(facts.channels - 1)
        reasons.append(f"channels={facts.channels - 1}: alpha is put on black")


def _choose_recipe(facts, side, settings, reasons):
    """Sets what the recipe needs beside the data; returns its name."""
    classes = facts.num_classes or 0
    enough = classes > 1 and facts.num_images >= FEW_OF_A_CLASS * classes
    settings |= {"steps_per_epoch": "100"}
    if enough and side <= SMALL:
        settings["epochs"] = "50"
        reasons.append(
            f"cgan: {classes} classes of small images; with its dense layers and Adam at 1e-3 a "
            "classifier saw the digit asked for in 99.5 % of the images of cgan:mnist"
        )
        return "cgan"
    if classes > 1:
        why = (
            f"larger than {SMALL}x{SMALL}, for which nothing was measured"
            if enough
            else f"fewer than {FEW_OF_A_CLASS} of a class"
        )
        reasons.append(f"dcgan, the labels left aside: {why} (`cgan` and `sngan` take labels)")
    else:
        reasons.append("dcgan: no labels, images of one size")
    settings |= {"epochs": "60", "latent_dim": "100"}
    if side > SMALL:
        settings["filters"] = "64"
        reasons.append("filters=64, latent_dim=100: the paper's, for 64x64")
    if facts.channels != 1 and facts.num_images < 10 * FEW:
        settings["mirror"] = "true"
        reasons.append("mirror=true: doubles the images; not for letters (mirror=false)")
    return "dcgan"
