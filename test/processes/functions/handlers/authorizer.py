"""A Lambda authorizer that speaks the runtime API without a runtime client."""

import json
import os
import sys
import time
import traceback
import urllib.error
import urllib.request

API = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime"


def handler(event):
    action = event["queryStringParameters"].get("token")
    if action == "raise":
        raise ValueError("no such token")
    if action == "exit":
        sys.exit(3)
    if action == "wait":
        print(f"waits in {os.getpid()}", flush=True)
        time.sleep(3600)
    if action == "big":
        return "x" * 7_000_000
    print(f"token {action}", flush=True)
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": "Allow" if action == "good" else "Deny",
        "Resource": event["methodArn"],
    }
    return {
        "principalId": os.environ["AWS_LAMBDA_FUNCTION_NAME"],
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"pid": os.getpid(), "stage": os.environ.get("STAGE", "")},
    }


def post(path, body, error_type=None):
    headers = {"Lambda-Runtime-Function-Error-Type": error_type} if error_type else {}
    request = urllib.request.Request(f"{API}{path}", json.dumps(body).encode(), headers)
    try:
        urllib.request.urlopen(request).read()
    except urllib.error.HTTPError as error:
        print(f"refused {error.code}", flush=True)


def failure(error):
    return {
        "errorType": type(error).__name__,
        "errorMessage": str(error),
        "stackTrace": traceback.format_tb(error.__traceback__),
    }


if os.environ.get("STAGE") == "broken":
    post("/init/error", {"errorType": "ImportError", "errorMessage": "no module named x"}, "Runtime.ImportError")
    sys.exit(1)
if os.environ.get("STAGE") == "crashing":
    sys.exit(7)

while True:
    with urllib.request.urlopen(f"{API}/invocation/next") as response:
        invocation = response.headers["Lambda-Runtime-Aws-Request-Id"]
        event = json.load(response)
    try:
        post(f"/invocation/{invocation}/response", handler(event))
    except Exception as error:
        post(f"/invocation/{invocation}/error", failure(error), f"Function.{type(error).__name__}")
