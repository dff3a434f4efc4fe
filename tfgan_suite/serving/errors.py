"""What a server answers when it refuses."""


class ServingError(RuntimeError):
    """A request that the server refused.

    Attributes:
        code: HTTP status (400, 404, ...), or the name of the gRPC status ("INVALID_ARGUMENT", ...).
        message: what the server says.
    """

    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message
