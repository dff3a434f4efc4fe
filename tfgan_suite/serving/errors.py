"""What a server answers that is no answer."""


class ServingError(RuntimeError):
    """A request that was refused, or answered with what is no answer to it.

    Attributes:
        code: HTTP status (400, 404, ...), or the name of the gRPC status ("INVALID_ARGUMENT", ...);
            "BAD_ANSWER" where the server said that all is well and it is not; "NO_ANSWER".
        message: what the server says, or what is wrong with what it says.
    """

    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


class BadAnswerError(ServingError):
    """An answer that is not of the form that TensorFlow Serving gives, or not to this request."""

    def __init__(self, message):
        super().__init__("BAD_ANSWER", message)


class NoAnswerError(ServingError, ConnectionError):
    """There is no server, or it has not answered in full within the time that it was given."""

    def __init__(self, message):
        super().__init__("NO_ANSWER", message)
