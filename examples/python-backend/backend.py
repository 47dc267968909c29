"""A chat room: everyone gets what anyone says. API Gateway holds the connections; this program sees HTTP requests only."""

import os

import boto3
from flask import Flask, request

app = Flask(__name__)
names = {}  # connection id -> name; one task only: several need a store that they share


def post(connection_id, text):
    """Sends a text to one client. Its connection may have ended without a $disconnect: then it is forgotten."""
    gateway = boto3.client("apigatewaymanagementapi", endpoint_url=os.environ["WS_API_ENDPOINT"])
    try:
        gateway.post_to_connection(ConnectionId=connection_id, Data=text.encode())
    except gateway.exceptions.GoneException:
        names.pop(connection_id, None)


@app.post("/connect")
def connect():
    names[request.headers["ConnectionId"]] = request.headers["Name"]
    return ""


@app.post("/message")
def message():
    sender = names[request.headers["ConnectionId"]]
    for connection_id in list(names):
        post(connection_id, f"{sender}: {request.get_data(as_text=True)}")
    return ""


@app.post("/disconnect")
def disconnect():
    names.pop(request.headers["ConnectionId"], None)
    return ""
