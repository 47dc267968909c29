"""Starts `backchannel-gateway`, and speaks its HTTP API below /_gateway/. Only the standard library."""

import json
import os
import pathlib
import subprocess
import tempfile
import time
import urllib.request


class Gateway:
    def __init__(self, *arguments):
        self._folder = tempfile.TemporaryDirectory()
        port_file = pathlib.Path(self._folder.name, "port")
        self._process = subprocess.Popen(
            ["npx", "--no-install", "backchannel-gateway", "--port", "0", "--port-file", str(port_file), "--record", "8mb", *arguments],
            stderr=open(pathlib.Path(self._folder.name, "errors"), "w"),
            cwd=pathlib.Path(__file__).parent,
        )
        while not port_file.exists():
            if self._process.poll() is not None:
                errors = pathlib.Path(self._folder.name, "errors").read_text()
                raise RuntimeError(f"the gateway ended with {self._process.returncode}: {errors}")
            time.sleep(0.05)
        self.url = f"http://127.0.0.1:{port_file.read_text().strip()}"

    def websocket_url(self, stage):
        return f"{self.url.replace('http', 'ws', 1)}/{stage}"

    def get(self, path):
        return self._request("GET", path)

    def post(self, path, body=None):
        return self._request("POST", path, body)

    def put(self, path, body):
        return self._request("PUT", path, body)

    def close(self):
        self._process.terminate()
        self._process.wait()
        self._folder.cleanup()

    def _request(self, method, path, body=None):
        data = json.dumps(body or {}).encode() if method != "GET" else None
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)
