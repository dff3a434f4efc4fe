"""Objects that Keras saves by their constructor's arguments."""


class Configured:
    """An object that its constructor's arguments describe; equal to one with the same arguments."""

    def get_config(self):
        return {}

    @classmethod
    def from_config(cls, config):
        return cls(**config)

    def __repr__(self):
        options = ", ".join(f"{k}={v!r}" for k, v in self.get_config().items())
        return f"{type(self).__name__}({options})"
