#!/usr/bin/env bash
# One would guess: a client that a generator of TypeScript writes compiles with every strict option of the compiler.
# Instead: the client that @hey-api/openapi-ts brings along breaks with `exactOptionalPropertyTypes`, whatever is described; what
# openapi-typescript writes compiles with it.
# Seen in @hey-api/openapi-ts 0.99.0 with TypeScript 5.9.3. So tests/clients/tsconfig.sdk.json turns this one option off, and what a
# description can do, that no optional member takes `undefined`, is held with openapi-typescript (tests/clients/tsconfig.json).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts @hey-api/openapi-ts@0.99.0 openapi-typescript@7.13.0 openapi-fetch@0.17.0 typescript@5.9.3 >/dev/null
cat >api.json <<'JSON'
{ "openapi": "3.1.0", "info": { "title": "x", "version": "1" }, "paths": { "/customers": { "get": { "operationId": "list",
  "responses": { "200": { "description": "x", "content": { "application/json": { "schema": { "type": "array", "items": { "type": "string" } } } } } } } } } }
JSON
node_modules/.bin/openapi-ts -i api.json -o hey -p @hey-api/client-fetch @hey-api/typescript @hey-api/sdk >/dev/null 2>&1
node_modules/.bin/openapi-typescript api.json -o ot.ts >/dev/null 2>&1
compiled() {
  node_modules/.bin/tsc --noEmit --strict --target es2022 --module esnext --moduleResolution bundler --lib es2023,dom,dom.iterable "$@"
}
echo 'import "./ot.js"; import createClient from "openapi-fetch"; import type { paths } from "./ot.js"; createClient<paths>({}).GET("/customers");' >use.mts
echo '{ "type": "module" }' >package.json
compiled hey/sdk.gen.ts && echo 'hey-api, strict: compiles'
compiled --exactOptionalPropertyTypes ot.ts use.mts && echo 'openapi-typescript, strict and exact: compiles'
if said=$(compiled --exactOptionalPropertyTypes hey/sdk.gen.ts); then
  echo 'hey-api, strict and exact: compiles now'
  exit 1
fi
echo "hey-api, strict and exact: $(grep -c 'error TS' <<<"$said") errors, such as"
grep -m1 'exactOptionalPropertyTypes' <<<"$said"
