#!/usr/bin/env bash
# One would guess: a file that may be sent as `image/png` or `image/jpeg` is described with both media types, and a client sends either.
# Instead: openapi-python-client writes a module that does not load (it uses `Unset` without importing it), even where both are
# mapped to bytes by `content_type_overrides`, and would send whichever comes last.
# Seen in openapi-python-client 0.29.1. So a body is described with one media type: a picture is `application/octet-stream`, and the
# server looks at what it is (`routes` in crates/api/src/people/avatar/mod.rs).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv py
py/bin/pip install --quiet --disable-pip-version-check openapi-python-client==0.29.1
cat >made.yaml <<'YAML'
package_name_override: made
post_hooks: []
content_type_overrides: { image/png: application/octet-stream, image/jpeg: application/octet-stream }
YAML
for types in '"image/png"' '"image/png" "image/jpeg"'; do
  content=""
  for type in $types; do content="$content${content:+, }$type: { \"schema\": { \"type\": \"string\", \"format\": \"binary\" } }"; done
  cat >api.json <<JSON
{ "openapi": "3.1.0", "info": { "title": "x", "version": "1" }, "paths": { "/picture": { "put": {
  "operationId": "set_picture", "tags": ["pictures"], "requestBody": { "required": true, "content": { $content } },
  "responses": { "204": { "description": "Done" } } } } } }
JSON
  py/bin/openapi-python-client generate --path api.json --output-path client --overwrite --config made.yaml >/dev/null 2>&1
  said=$(PYTHONPATH=client py/bin/python -c 'from made.api.pictures import set_picture' 2>&1 | tail -1 || true)
  echo "$types: ${said:-loads}"
  case "$types" in
    *jpeg*) grep -q "name 'Unset' is not defined" <<<"$said" ;;
    *) [ -z "$said" ] ;;
  esac
done
