"""Keeps Schemathesis from ending the token that it asks with, and from sending one Idempotency-Key with several bodies."""

import os
import uuid

import schemathesis

OWN = os.environ["OWN_TOKEN"]
NOBODYS = "tok_" + "0" * 32


@schemathesis.hook
def before_call(context, case, kwargs):
    for name in case.headers or {}:
        if name.lower() == "idempotency-key" and 0 < len(case.headers[name]) <= 255:
            case.headers[name] = str(uuid.uuid4())
    if (case.path_parameters or {}).get("token") == OWN:
        case.path_parameters["token"] = NOBODYS
    if isinstance(case.body, dict):
        if isinstance(case.body.get("ids"), list):
            case.body["ids"] = [NOBODYS if each == OWN else each for each in case.body["ids"]]
        rotates = case.operation.definition.raw.get("operationId") == "own_token_rotate"
        if rotates and case.body.get("overlap") in ("now", "first_use"):
            case.body["overlap"] = "7d"
