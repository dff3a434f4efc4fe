"""Whether the hosts of some URLs answer, found out within seconds."""

import queue
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

TIMEOUT = 8.0  # seconds


def any_reachable(urls, timeout=TIMEOUT):
    """Asks one URL of every host, all at once, through the proxies of the environment.

    Args:
        urls: the URLs.
        timeout: seconds to wait for the first answer.

    Returns:
        Whether a host answered, be it with an error of its own.
    """
    one_each = {urllib.parse.urlsplit(url).netloc: url for url in urls}.values()
    answers = queue.Queue()
    for url in one_each:
        # Looking up a host name knows no time limit; a daemon thread is left behind if it hangs.
        threading.Thread(
            target=lambda url=url: answers.put(_answers(url, timeout)), daemon=True
        ).start()
    deadline = time.monotonic() + timeout
    for _ in one_each:
        try:
            if answers.get(timeout=max(0.0, deadline - time.monotonic())):
                return True
        except queue.Empty:
            break
    return False


def _answers(url, timeout):
    try:
        urllib.request.urlopen(
            urllib.request.Request(url, method="HEAD"), timeout=timeout
        ).close()
    except urllib.error.HTTPError as error:
        error.close()
    except (OSError, ValueError):
        return False
    return True
