"""Fixtures: the gateway and the backend, started once; each test begins without connections, faults and records."""

import os
import threading

import pytest
import websocket
from werkzeug.serving import make_server

from backend import app
from gateway import Gateway

os.environ.update(AWS_ACCESS_KEY_ID="local", AWS_SECRET_ACCESS_KEY="local", AWS_DEFAULT_REGION="us-east-1")


@pytest.fixture(scope="session")
def started():
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    gateway = Gateway("--template", "template.yaml", "--target", f"chat-nlb=127.0.0.1:{server.port}")
    os.environ["WS_API_ENDPOINT"] = f"{gateway.url}/dev"
    yield gateway
    gateway.close()
    server.shutdown()


@pytest.fixture
def gateway(started):
    started.post("/_gateway/reset")
    return started


@pytest.fixture
def join(gateway):
    """Connects a client with a name; all of them are closed after the test."""
    sockets = []

    def connect(name):
        sockets.append(websocket.create_connection(gateway.websocket_url("dev") + f"?name={name}", timeout=10))
        return sockets[-1]

    yield connect
    for socket in sockets:
        socket.close()
