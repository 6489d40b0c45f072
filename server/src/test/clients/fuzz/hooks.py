"""What the fuzzer must know beside the documents: which model answers at once, and what it may not break for itself."""

import json
import os
import re

import schemathesis

MODEL = os.environ["STOA_FUZZ_MODEL"]
EMBEDDING_MODEL = "all-minilm-l6-v2"


@schemathesis.hook
def before_call(context, case, kwargs):
    body = case.body
    if not isinstance(body, dict):
        return
    operation = case.operation.definition.raw.get("operationId")
    named = body.get("model")
    if isinstance(named, str) and (named == "stoa-latest" or len(json.dumps(body, default=str)) % 10):
        # Random names would end nearly all requests in a 404 before anything happens, and a real model takes its time.
        body["model"] = EMBEDDING_MODEL if operation == "createEmbeddings" else MODEL
    scope = body.get("scope")
    if operation == "setLimits" and isinstance(scope, dict) and scope.get("type") == "organization":
        # A limit on everything would end what comes after it in a 429.
        scope["model"] = "no-such-model"
    amount = body.get("amount")
    if operation == "setSpendLimit" and isinstance(amount, str) and re.fullmatch(r"[0-9]{1,11}", amount):
        body["amount"] = "99999999999"


@schemathesis.hook
def filter_failure(context, failure, case, response):
    request = response.request
    surface = case.operation.schema.raw_schema["info"]["title"]
    # Without its header a request on a path of both protocols is answered in the other's words.
    if "Anthropic" in surface and "anthropic-version" not in request.headers:
        return False
    # A parameter that is there and empty counts as absent.
    if "chat" in surface and failure.operation and re.search(r"=(&|$)", request.url) and "accepted" in failure.title:
        return False
    return True
