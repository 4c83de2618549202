"""What schemathesis does not know by itself: which records there are, what `fields` leaves out, how a picture is sent; and what
it need not try again and again."""

import itertools
import re
from urllib.parse import parse_qs, urlsplit

import schemathesis

UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# The ids that each list has told (`/api/v1/customers`, `/api/v1/customers/deleted`), and all of them.
listed = {}
told = set()
turn = itertools.count()


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """A filter that many lists share is tried with one of them: the same few lines answer it everywhere. The API suite tries every field of every list."""
    tried = set()
    for item in raw_schema["paths"].values():
        for operation in item.values():
            shared = [parameter.get("$ref", "") for parameter in operation.get("parameters", [])]
            again = {ref for ref in shared if "/parameters/filter." in ref and ref in tried}
            tried.update(shared)
            operation["parameters"] = [parameter for parameter in operation.get("parameters", []) if parameter.get("$ref") not in again]


@schemathesis.hook
def after_call(context, case, response):
    """Keeps in mind which records there are."""
    if response.status_code not in (200, 201) or "{" in case.path:
        return
    try:
        body = response.json()
    except ValueError:
        return
    if not isinstance(body, dict):
        return
    rows = body.get("data") if case.method == "GET" else [body]
    ids = [row["id"] for row in rows or [] if isinstance(row, dict) and isinstance(row.get("id"), str)]
    told.update(ids)
    if ids:
        listed[case.path] = ids + listed.get(case.path, [])[:20]


@schemathesis.hook
def before_call(context, case, kwargs):
    """Takes a record that is there for a made-up id: else every other request would end at 404."""
    kind, placed, rest = case.path.partition("/{id}")
    ids = listed.get(kind + "/deleted" if rest == "/restore" else kind)
    made_up = (case.path_parameters or {}).get("id")
    if not placed or not ids or made_up in told or not UUID.fullmatch(str(made_up)):
        return
    case.path_parameters["id"] = ids[next(turn) % len(ids)]
    # A version that could be one shall be the record's, too.
    if re.fullmatch(r'"\d{1,18}"', str((case.headers or {}).get("If-Match"))):
        case.headers["If-Match"] = "*"


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Who asks with `fields` gets these, id and version of a record: what is required of a whole one is not of this."""
    missing = re.fullmatch(r'"(\w+)" is a required property', getattr(failure, "validation_message", ""))
    asked = parse_qs(urlsplit(response.request.url).query, keep_blank_values=True).get("fields")
    if asked is None and isinstance(case.body, dict):
        asked = case.body.get("fields")
    if missing is None or asked is None:
        return True
    return missing[1] in {"id", "version", *",".join(asked).split(",")}


@schemathesis.serializer("application/octet-stream")
def picture(context, value):
    """Whatever bytes were made up: none of them is a picture, and the server shall say so."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")
