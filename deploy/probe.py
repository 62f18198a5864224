"""Whether the process in this container answers: `python -I deploy/probe.py /readyz`, exit code 0 when it says 200.

It is asked over TLS and takes nobody without a certificate of the house, which whoever runs containers does not have: so this
shows the process's own. The standard library alone: it runs every few seconds.
"""

import os
import ssl
import sys
from http.client import HTTPException, HTTPSConnection

SECONDS = 4


def answers(path: str) -> bool:
    """Whether it answers 200 within some seconds; raises KeyError without the settings of the process."""
    context = ssl.create_default_context(cafile=os.environ["MELDPUNT_TLS_AUTHORITIES"])
    context.load_cert_chain(os.environ["MELDPUNT_TLS_CERTIFICATE"], os.environ["MELDPUNT_TLS_KEY"])
    port = int(os.environ.get("MELDPUNT_LISTEN_PORT", "8443"))
    connection = HTTPSConnection("localhost", port, timeout=SECONDS, context=context)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if answers(sys.argv[1]) else 1)
