#!/usr/bin/env bash
# One would guess: OpenAPI 3.1 lets a requirement of any security scheme name what is required ("for other security scheme types, the
# array MAY contain a list of role names which are required for the execution"), so a linter takes the scopes of API keys there.
# Instead: Spectral's rule `oas3-operation-security-defined` takes them for scopes of OAuth that are defined nowhere, and warns of each
# operation. Redocly takes them.
# Seen in @stoplight/spectral-cli 6.16.3 and @redocly/cli 2.77.0. So the rule is off in tests/clients/spectral.yaml, and every operation
# goes on telling what an API key needs (`scopes` in crates/api/src/records/describe.rs).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts @stoplight/spectral-cli@6.16.3 @redocly/cli@2.77.0 >/dev/null
echo 'extends: ["spectral:oas"]' >spectral.yaml
for scopes in '' '"customers:read"'; do
  cat >api.json <<JSON
{ "openapi": "3.1.0", "info": { "title": "x", "version": "1", "description": "x", "license": { "name": "x", "identifier": "MIT" },
  "contact": { "name": "x" } }, "servers": [{ "url": "/" }], "tags": [{ "name": "customers", "description": "x" }],
  "paths": { "/customers": { "get": { "operationId": "list", "summary": "x", "description": "x", "tags": ["customers"],
  "security": [{ "bearer": [$scopes] }], "responses": { "200": { "description": "x" }, "404": { "description": "x" } } } } },
  "components": { "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } } } }
JSON
  said=$(node_modules/.bin/spectral lint api.json --ruleset spectral.yaml || true)
  echo "[$scopes] Spectral: $(grep -o 'oas3-operation-security-defined.*' <<<"$said" || echo nothing)"
  node_modules/.bin/redocly lint api.json >redocly.log 2>&1 && echo "[$scopes] Redocly: nothing"
  case "$scopes" in
    '') ! grep -q security-defined <<<"$said" ;;
    *) grep -q security-defined <<<"$said" ;;
  esac
done
