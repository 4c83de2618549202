#!/usr/bin/env bash
# One would guess: `allOf: [{$ref: Patch}, {required: [name]}]` is Patch with a name that has to be there, as JSON Schema says.
# Instead: openapi-typescript writes `Patch & unknown`, and a client may leave the name out. Only a `required` beside the
# `allOf` itself is taken (which utoipa's `AllOf` cannot write).
# Seen in openapi-typescript 7.13.0. So what creates a record is described with all its fields, though what patches it names
# the same ones (`add_bodies` in crates/api/src/records/schema.rs).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent openapi-typescript@7.13.0 typescript@5.9.3 >/dev/null
cat >api.json <<'JSON'
{ "openapi": "3.1.0", "info": { "title": "x", "version": "1" }, "paths": {}, "components": { "schemas": {
  "Patch": { "type": "object", "properties": { "name": { "type": "string" } } },
  "Inside": { "allOf": [{ "$ref": "#/components/schemas/Patch" }, { "required": ["name"] }] },
  "Beside": { "allOf": [{ "$ref": "#/components/schemas/Patch" }], "required": ["name"] } } } }
JSON
npx openapi-typescript api.json -o api.ts >/dev/null 2>&1
grep -E "Inside:|Beside:" api.ts
grep -qF 'Inside: components["schemas"]["Patch"] & unknown;' api.ts
grep -qE 'Beside: WithRequired<components\["schemas"\]\["Patch"\], "name">' api.ts
