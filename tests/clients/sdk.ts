// The kinds and fields of a firm's own, with the client that @hey-api/openapi-ts has made of the description for who is signed in.
import { createClient, createConfig } from "./hey/client/index.js";
import { createCustomer, createEquipment, getEquipmentByKey, listCustomers, listEquipmentItems, updateEquipment } from "./hey/sdk.gen.js";
import type { CustomerCreate, EquipmentCreate } from "./hey/types.gen.js";

const client = createClient(createConfig({ baseUrl: process.env["GUANXI_URL"] ?? "", auth: () => process.env["GUANXI_KEY"] ?? "" }));

function done<T>(answer: { data?: T; error?: unknown }, what: string): NonNullable<T> {
  if (answer.data === undefined || answer.data === null) throw new Error(`${what}: ${JSON.stringify(answer.error)}`);
  return answer.data;
}

const vat = `DE${Date.now()}`;
const firm: CustomerCreate = { name: "With fields", custom_fields: { vat_no: vat, credit: { amount: "500.00", currency: "CNY" } } };
const customer = done(await createCustomer({ client, body: firm }), "a customer");
if (customer.custom_fields.vat_no !== vat || customer.custom_fields.credit?.amount !== "500.00") throw new Error("other values");
const found = done(await listCustomers({ client, query: { "filter[custom_fields.vat_no]": vat } }), "by a field of the firm's own");
if (found.data.length !== 1 || found.data[0]?.id !== customer.id) throw new Error("another customer");

const machine: EquipmentCreate = { name: "Press", customer_id: customer.id, external_id: vat, custom_fields: { serial: "S-1" } };
const made = done(await createEquipment({ client, body: machine, headers: { "Idempotency-Key": vat } }), "equipment");
const changed = await updateEquipment({ client, path: { id: made.id }, headers: { "If-Match": `"${made.version}"` }, body: { custom_fields: { serial: "S-2" } } });
if (done(changed, "a change").custom_fields.serial !== "S-2") throw new Error("unchanged");
const kept = done(await getEquipmentByKey({ client, query: { key: "external_id", value: vat } }), "by a key");
const all = done(await listEquipmentItems({ client, query: { "filter[customer_id]": customer.id } }), "its equipment");
if (kept.id !== made.id || all.data.length !== 1) throw new Error("not what was made");
console.log("ok: hey-api");
