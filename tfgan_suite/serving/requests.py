"""What can be asked of a served generator, whatever carries the request."""

from tfgan_suite.serving.answers import check_row
from tfgan_suite.serving.card_conditions import CardConditions, read_card
from tfgan_suite.serving.errors import BadAnswerError


class Requests:
    """Mixin of the clients: one method for each signature, over their `predict`.

    Conditions are given by their keys: `labels=[3, 7]`, `attributes=...`, `condition=...`,
    `tokens=...`. With the model card they may be given by the names of classes and components:
    `labels=["cat", "owl"]`, `attributes=[{"Smiling": 1}, {"Smiling": 1, "Male": 1}]`; one name,
    number, dict or text is for all rows. A generator of texts takes them as `text=["a red seven"]`.

    Arrays go out in the dtypes of the signatures. A number that such a dtype cannot hold is refused
    here, and so is a name that there is not; all else is judged by the server, which names what is
    wrong. What comes back is checked too, whoever the server is: all that is no answer is a
    `ServingError`.

    Args:
        card: the model card, where names are to be used: a dict, or the path of `model_card.json`,
            of a version's or a model's directory. None without.
    """

    def __init__(self, card=None):
        self._conditions = CardConditions(read_card(card))

    def ask(self, signature, **inputs):
        """Asks one signature.

        Args:
            signature: its name: `serving_default`, `from_seed`, `truncated`, `png`, `wav`, ...;
                with a `text` among the inputs that of the signature for tokens, such as `png`.
            **inputs: values by key; those that are None are left out. The first says how many rows
                there are.

        Returns:
            NumPy array of the signature's output, `[N, ...]`; of `bytes` where it is files or text.

        Raises:
            ValueError: if values cannot be sent.
            ServingError: if the server refuses the request, or does not answer it: another shape
                than that on the card, other rows than were asked, numbers that are not finite.
            ConnectionError: (a ServingError too) if there is no server, or no answer in time.
        """
        inputs = {key: values for key, values in inputs.items() if values is not None}
        if "text" in inputs and not signature.endswith("_of_text"):
            signature += "_of_text"
        self._conditions.check_keys(signature, set(inputs))
        arrays, rows = {}, None
        for key, values in inputs.items():
            arrays[key] = self._conditions.array(key, values, rows)
            rows = len(arrays[key]) if rows is None else rows
        answer = self.predict(signature, arrays)
        if len(answer) != 1:
            raise BadAnswerError(f"{signature} has one output, and these came: {sorted(answer)}")
        ((key, made),) = answer.items()
        check_row(key, made, self._conditions.row_of_output(signature, key))
        return made

    def generate(self, latents, labels=None, psi=None, **conditions):
        """Examples of latents.

        Args:
            latents: floats `[N, latent_dim]`.
            labels: classes `[N]` if the generator takes them.
            psi: floats `[N]` in [0, 1], or one for all rows: truncation towards the mean of the
                latents. None for none.
            **conditions: whatever else the generator takes, by key.

        Returns:
            Array `[N, ...]`; images are float32 in [-1, 1].

        Raises:
            ValueError: if values cannot be sent.
            ServingError: if the server refuses the request.
            ConnectionError: if there is no server.
        """
        signature = "serving_default" if psi is None else "truncated"
        return self.ask(signature, latents=latents, psi=psi, labels=labels, **conditions)

    images = generate

    def from_seeds(self, seeds, labels=None, **conditions):
        """Examples of seeds: integers `[N]`, one for each example. As `generate` otherwise."""
        return self.ask("from_seed", seeds=seeds, labels=labels, **conditions)

    def png(self, seeds, labels=None, **conditions):
        """PNG files of seeds: a list of `bytes`. As `from_seeds` otherwise."""
        return self.files("png", seeds, labels, **conditions)

    def files(self, form, seeds, labels=None, **conditions):
        """Files or texts of seeds: a list of `bytes`. As `from_seeds` otherwise.

        Args:
            form: name of a signature that gives them, such as "png" or "wav".
        """
        return list(self.ask(form, seeds=seeds, labels=labels, **conditions))

    def translate(self, examples, key="images", signature="serving_default", **conditions):
        """What a translator makes of examples `[N, ...]`; images are in [-1, 1].

        Args:
            examples: floats `[N, ...]`.
            key: of the examples in the signature.
            signature: its name; "png" for files of the translations.
            **conditions: whatever else the translator takes, by key.
        """
        return self.ask(signature, **{key: examples}, **conditions)
