// Makes clients of the description that a running server gives, compiles them strictly, and has them do a job each. It runs in a
// folder of its own, with what package.json and python.txt name installed there (`cargo xtask test clients`).
import { execFile } from "node:child_process";
import { appendFile, copyFile, readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";

const url = process.env.GUANXI_URL;
const python = process.env.GUANXI_PYTHON;
const run = promisify(execFile);

async function program(command, args, env = {}) {
  const options = { env: { ...process.env, NO_COLOR: "1", ...env }, maxBuffer: 64 << 20 };
  try {
    return await run(command, args, options);
  } catch (error) {
    const said = `${error.stdout ?? ""}${error.stderr ?? ""}`.slice(0, 8000);
    throw new Error(`${command} ${args.join(" ")}: ${said || error.message}`);
  }
}
const npm = (name, ...args) => program(`node_modules/.bin/${name}`, args);

async function asked(path, { token, body, status = 200 } = {}) {
  const headers = { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
  const answer = await fetch(url + path, { method: body ? "POST" : "GET", headers, ...(body && { body: JSON.stringify(body) }) });
  const text = await answer.text();
  if (answer.status !== status) throw new Error(`${path}: ${answer.status} ${text}`);
  return text;
}

/** A firm with fields and a kind of its own, and a key. */
async function prepared() {
  const post = async (path, body, token, status) => JSON.parse(await asked(path, { token, body, status }));
  const { access_token: token } = await post("/api/v1/auth/login", { email: "owner@example.com", password: "guanxi-demo-26" });
  const field = (kind, key, type) => post("/api/v1/fields", { kind, key, type, label: { en: key } }, token, 201);
  await field("customer", "vat_no", "text");
  await field("customer", "credit", "money");
  await post("/api/v1/kinds", { key: "equipment", plural: "equipment_items", label: { en: "Equipment", "zh-CN": "设备" }, parent: "customer" }, token, 201);
  await field("equipment", "serial", "text");
  const key = await post("/api/v1/api-keys", { name: "Clients", scopes: ["*:write"] }, token, 201);
  await writeFile("open.json", await asked("/api/v1/openapi.json"));
  await writeFile("own.json", await asked("/api/v1/openapi.json", { token: key.secret }));
  return key.secret;
}

const checks = {
  "openapi-typescript compiles strictly and does the job": async () => {
    await npm("openapi-typescript", "open.json", "-o", "ot/schema.d.ts");
    await npm("tsc", "-p", "tsconfig.json");
    await program("node", ["out/job.js"]);
  },
  "hey-api, of a firm's own kinds and fields, compiles strictly and works": async (key) => {
    await npm("openapi-ts", "-i", "own.json", "-o", "hey", "-p", "@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk");
    await npm("tsc", "-p", "tsconfig.sdk.json");
    await program("node", ["out/sdk.js"], { GUANXI_KEY: key });
  },
  "openapi-python-client passes mypy and does the job": async () => {
    const made = await program(`${python}/openapi-python-client`, ["generate", "--path", "open.json", "--output-path", "py", "--overwrite", "--config", "python.yaml"]);
    const said = made.stdout + made.stderr;
    if (/WARNING|ERROR/.test(said)) throw new Error(said);
    await program(`${python}/mypy`, ["--strict", "job.py"], { MYPYPATH: "py" });
    await program(`${python}/python`, ["job.py"], { PYTHONPATH: "py" });
  },
  "openapi-generator's client of Rust compiles": async () => {
    const properties = "packageName=guanxi-client,packageVersion=0.1.0";
    const parts = "apis,models,supportingFiles,apiTests=false,modelTests=false,apiDocs=false,modelDocs=false";
    // What has not changed keeps its time, and need not be compiled again.
    await program(`${python}/openapi-generator-cli`, ["generate", "-i", "open.json", "-g", "rust", "-o", "rust", "--additional-properties", properties, "--global-property", parts, "--minimal-update"]);
    const manifest = "rust/Cargo.toml";
    // It stands among our own files, and is no part of them.
    if (!(await readFile(manifest, "utf8")).includes("[workspace]")) await appendFile(manifest, "\n[workspace]\n");
    await copyFile("rust.lock", "rust/Cargo.lock");
    await program("cargo", ["check", "--quiet", "--locked", "--no-default-features", "--manifest-path", manifest, "--target-dir", "rust-target"]);
  },
  "Redocly finds nothing": async () => {
    for (const description of ["open.json", "own.json"]) {
      const { stdout } = await npm("redocly", "lint", description, "--config", "redocly.yaml", "--format", "json");
      const { totals, problems } = JSON.parse(stdout);
      if (totals.errors + totals.warnings > 0) throw new Error(JSON.stringify(problems.slice(0, 20), null, 1));
    }
  },
  "Spectral finds nothing": async () => {
    await npm("spectral", "lint", "open.json", "own.json", "--ruleset", "spectral.yaml", "--fail-severity", "warn");
  },
};

const key = await prepared();
let failed = 0;
// Those of TypeScript share a folder for what they compile, and all share two processors.
const [ot, hey, py, ...linters] = Object.entries(checks);
const each = async (some) => {
  for (const [name, check] of some) {
    const start = Date.now();
    try {
      await check(key);
      console.log(`ok   ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
    } catch (error) {
      failed += 1;
      console.log(`FAIL ${name}\n${error.message}`);
    }
  }
};
await Promise.all([each([ot, hey]), each([py, ...linters])]);
console.log(`${Object.keys(checks).length - failed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
