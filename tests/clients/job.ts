// One job of an integrator from end to end, with types that openapi-typescript has made of the description and openapi-fetch:
// a key, customers with contacts, all pages, changes under other people's, the feed, an upsert, an import, a picture, a batch, a
// deal that is won, and reports. It fails where an answer is not what its type says.
import createClient from "openapi-fetch";
import type { components, paths } from "./ot/schema.js";

type Customer = components["schemas"]["Customer"];

const baseUrl = process.env["GUANXI_URL"] ?? "";

function must<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`missing: ${what}`);
  return value;
}

function same(found: unknown, wanted: unknown, what: string): void {
  const [one, other] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (one !== other) throw new Error(`${what}: ${one}, and not ${other}`);
}

/** What an answer has, or an error that tells the refusal. */
function done<T>(answer: { data?: T; error?: unknown; response: Response }, status: number, what: string): T {
  if (answer.response.status !== status) {
    throw new Error(`${what}: ${answer.response.status} ${JSON.stringify(answer.error)}`);
  }
  return answer.data as T;
}

function refused(answer: { error?: components["schemas"]["Problem"]; response: Response }, status: number, code: components["schemas"]["ProblemCode"]): components["schemas"]["Problem"] {
  const problem = must(answer.error, `a problem, and not ${answer.response.status}`);
  same([answer.response.status, problem.code], [status, code], "the refusal");
  return problem;
}

const open = createClient<paths>({ baseUrl });
const signedIn = done(await open.POST("/api/v1/auth/login", { body: { email: "owner@example.com", password: "guanxi-demo-26" } }), 200, "sign in");
const token = must(signedIn.access_token, "an access token");
const person = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });
const key = done(await person.POST("/api/v1/api-keys", { body: { name: "Generated client", scopes: ["*:write"] } }), 201, "a key");
const api = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${key.secret}` } });

// The feed is read from here on.
const start = done(await api.GET("/api/v1/changes", { params: { query: { after: "latest" } } }), 200, "the end of the feed");
let position = must(start.page.next_cursor, "a position");

// Customers with contacts; a repeat has no second effect.
const tag = `ts-${Date.now()}`;
const customers: Customer[] = [];
for (let n = 0; n < 50; n++) {
  const create = () => api.POST("/api/v1/customers", {
    params: { header: { "Idempotency-Key": `${tag}-${n}` } },
    body: { name: `TS ${n}`, tags: [tag], annual_revenue: { amount: "1250.00", currency: "CNY" } },
  });
  const made = done(await create(), 201, "a customer");
  if (n === 0) {
    const again = await create();
    same([done(again, 201, "a repeat").id, again.response.headers.get("idempotent-replayed")], [made.id, "true"], "the repeat");
  }
  done(await api.POST("/api/v1/contacts", { body: { name: `Contact ${n}`, customer_id: made.id } }), 201, "a contact");
  customers.push(made);
}

// All pages.
const seen = new Set<string>();
for (let cursor: string | undefined; ; ) {
  const query: NonNullable<paths["/api/v1/customers"]["get"]["parameters"]["query"]> = { limit: 7, sort: "name", "filter[tags][contains]": tag, ...(cursor === undefined ? {} : { cursor }) };
  const page = done(await api.GET("/api/v1/customers", { params: { query } }), 200, "a page");
  for (const row of page.data) seen.add(row.id);
  if (!page.page.has_more) break;
  cursor = must(page.page.next_cursor, "a cursor");
}
same(seen.size, 50, "customers on all pages");

// Changes name the version they were made against.
const first = must(customers[0], "a customer");
const at = (id: string, version: string) => ({ path: { id }, header: { "If-Match": version } });
const read = await api.GET("/api/v1/customers/{id}", { params: { path: { id: first.id } } });
const etag = must(read.response.headers.get("etag"), "an ETag");
const changed = await api.PATCH("/api/v1/customers/{id}", { params: at(first.id, `W/${etag}`), body: { phone: "13812340001", description: null } });
same(done(changed, 200, "a change").version, 2, "the version");
const stale = refused(await api.PATCH("/api/v1/customers/{id}", { params: at(first.id, etag), body: { phone: null } }), 412, "stale");
same(stale.current_version, 2, "the present version");
// @ts-expect-error: the types ask for the version as well.
refused(await api.PATCH("/api/v1/customers/{id}", { params: { path: { id: first.id } }, body: { phone: null } }), 428, "precondition_required");
const current = await api.GET("/api/v1/customers/{id}", { params: { path: { id: first.id }, header: { "If-None-Match": '"2"' } } });
same(current.response.status, 304, "an unchanged record");
const wrong = refused(await api.POST("/api/v1/customers", { body: { name: "" } }), 422, "invalid");
same(wrong.errors?.[0]?.pointer, "/name", "the place");

// By a key of one's own.
const byKey = { query: { key: "external_id" as const, value: `${tag}/1 中` } };
const created = done(await api.PUT("/api/v1/customers/by", { params: { ...byKey, header: { "If-None-Match": "*" } }, body: { name: "Upsert" } }), 201, "an upsert");
refused(await api.PUT("/api/v1/customers/by", { params: { ...byKey, header: { "If-None-Match": "*" } }, body: { name: "Other" } }), 412, "record_exists");
const kept = done(await api.PUT("/api/v1/customers/by", { params: byKey, body: { phone: "13812340002" } }), 200, "an upsert");
same([kept.id, kept.name], [created.id, "Upsert"], "the record of the key");
same(done(await api.GET("/api/v1/customers/by", { params: byKey }), 200, "by the key").id, created.id, "the record of the key");

// Several at once, of which one fails.
const batch = done(await api.POST("/api/v1/customers/batch", {
  body: { atomic: false, operations: [
    { method: "create", body: { name: "Batch", tags: [tag] } },
    { method: "update", id: first.id, version: 1, body: { phone: null } },
    { method: "delete", id: kept.id, version: kept.version },
  ] },
}), 207, "a batch");
same(batch.results.map((result) => result.status), [201, 412, 204], "the results");

// An import, waited for.
const file = new Blob([`name,tags\n${tag} A,${tag}\n${tag} B,${tag}\n,${tag}\n`], { type: "text/csv" });
const accepted = done(await api.POST("/api/v1/imports", {
  body: { file: "customers.csv", kind: "customers" },
  bodySerializer: (body) => {
    const form = new FormData();
    form.set("file", file, body.file);
    form.set("kind", body.kind);
    return form;
  },
}), 202, "an import");
let job = accepted;
for (let tries = 0; job.finished_at === null; tries++) {
  if (tries > 200) throw new Error(`the import stays ${job.status}`);
  await new Promise((resolve) => setTimeout(resolve, 50));
  job = done(await api.GET("/api/v1/imports/{id}", { params: { path: { id: accepted.id } } }), 200, "the import");
}
same([must(job.report, "a report").created, job.report?.failed], [2, 1], "what was imported");

// A picture.
const png = Uint8Array.from(atob("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="), (c) => c.charCodeAt(0));
const me = done(await person.PUT("/api/v1/auth/me/avatar", {
  headers: { "Content-Type": "image/png" }, body: "", bodySerializer: () => png,
}), 200, "a picture");
const picture = await api.GET("/api/v1/users/{id}/avatar", { params: { path: { id: me.id } }, parseAs: "arrayBuffer" });
if (done(picture, 200, "the picture").byteLength === 0) throw new Error("an empty picture");

// A deal, won.
const deal = done(await api.POST("/api/v1/opportunities", { body: { name: tag, customer_id: first.id, amount: { amount: "99.50", currency: "CNY" } } }), 201, "a deal");
const stages = done(await api.GET("/api/v1/stages", { params: { query: { "filter[pipeline_id]": must(deal.pipeline_id, "a pipeline"), sort: "position" } } }), 200, "stages");
const next = must(stages.data.find((stage) => stage.id !== deal.stage_id), "another stage");
const moved = done(await api.POST("/api/v1/opportunities/{id}/move", { params: at(deal.id, '"1"'), body: { stage_id: next.id } }), 200, "a move");
const won = done(await api.POST("/api/v1/opportunities/{id}/win", { params: at(deal.id, `"${moved.version}"`) }), 200, "a win");
same([won.status, won.amount?.amount], ["won", "99.50"], "the deal");

// Reports.
done(await api.GET("/api/v1/reports/pipeline-summary"), 200, "the pipeline");
done(await api.GET("/api/v1/reports/win-rate"), 200, "the win rate");
done(await api.GET("/api/v1/reports/sales-by-owner"), 200, "sales");

// The feed has told all of it, in order.
const told: components["schemas"]["Change"][] = [];
for (;;) {
  const page = done(await api.GET("/api/v1/changes", { params: { query: { after: position, kind: ["customer", "opportunity"], limit: 40 } } }), 200, "the feed");
  told.push(...page.data);
  position = must(page.page.next_cursor, "a position");
  if (!page.page.has_more) break;
}
same(told.filter((change) => change.record_id === deal.id).map((change) => change.version), [1, 2, 3], "what happened to the deal");
refused(await api.GET("/api/v1/changes", { params: { query: { after: "999999999" } } }), 410, "position_unknown");

// Patience.
for (let n = 0; ; n++) {
  const answer = await open.GET("/api/v1/customers", { headers: { Authorization: "Bearer gx_live_nobody" } });
  if (answer.response.status === 429) {
    const seconds = Number(must(answer.response.headers.get("retry-after"), "Retry-After"));
    if (!(seconds > 0)) throw new Error("nothing to wait for");
    break;
  }
  if (n > 2000) throw new Error("never too many");
}
console.log("ok: typescript");
