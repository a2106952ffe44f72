// One contender of `make bench NAME=push` from npm, a process of its own; bench/push_client.py is
// the same in Python.
//
//   node bench/push_peer.mjs NAME WORK URL      in the folder that npm filled for the client
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [name, path, url] = process.argv.slice(2);
const required = createRequire(`${process.cwd()}/package.json`);
const work = JSON.parse(readFileSync(path, "utf8"));
const [PUSH, URGENT] = ["ProductSetFiles", "InventorySetQuantities"];
const LIMIT_MS = 100_000;
const domain = "bench.myshopify.com";
const accessToken = "shpat_bench";
const apiVersion = "2026-10";

// Each gives a function of a document's text and its variables that answers with `data`.
const CONTENDERS = {
  // Itself it waits as long as the missing points take, then tries again.
  "shopify-api-node"() {
    const Shopify = required("shopify-api-node");
    const shopify = new Shopify({ shopName: domain, accessToken, apiVersion, maxRetries: 1000 });
    shopify.baseUrl = { protocol: "http:", hostname: "127.0.0.1", port: Number(new URL(url).port) };
    return (text, variables) => shopify.graphql(text, variables);
  },
  // It retries what the network or an overloaded server refused, never what is throttled.
  "@shopify/admin-api-client"() {
    const { createAdminApiClient } = required("@shopify/admin-api-client");
    const customFetchApi = (address, init) =>
      fetch(String(address).replace(`https://${domain}`, url), init);
    const options = { storeDomain: domain, accessToken, apiVersion, retries: 3, isTesting: true };
    const client = createAdminApiClient({ ...options, customFetchApi });
    return async (text, variables) => {
      const { data, errors } = await client.request(text, { variables });
      if (errors) throw new Error(JSON.stringify(errors));
      return data;
    };
  },
};

const told = { seconds: 0, failed: 0, urgent_s: [], cpu_s: 0, peak_mb: 0, faults: [] };
const send = CONTENDERS[name]();

async function sent(document, variables) {
  let fault;
  try {
    const [payload] = Object.values(await send(work.texts[document], variables));
    if (payload.userErrors.length === 0) return true;
    fault = JSON.stringify(payload);
  } catch (error) {
    fault = String(error);
  }
  told.failed += 1;
  if (told.faults.length < 3) told.faults.push(fault.slice(0, 300));
  return false;
}

async function push(products) {
  for (const variables of products) await sent(PUSH, variables);
}

// They come by the clock, however slowly others are answered.
function hurry(calls, began_ms) {
  let number = 0;
  let timer;
  const next = () => {
    if (number < work.urgent.length) calls.push(urge(work.urgent[number++]));
    const wait_ms = began_ms + number * work.urgent_every_s * 1000 - performance.now();
    timer = setTimeout(next, wait_ms);
  };
  next();
  return () => clearTimeout(timer);
}

async function urge(variables) {
  const began_ms = performance.now();
  if (await sent(URGENT, variables)) told.urgent_s.push((performance.now() - began_ms) / 1000);
}

const guard = setTimeout(() => process.exit(1), LIMIT_MS);
const began_ms = performance.now();
const before = process.cpuUsage();
const calls = [];
const stop = hurry(calls, began_ms);
const products = work.products.values(); // the workers share it
await Promise.all(Array.from({ length: work.in_flight }, () => push(products)));
told.seconds = (performance.now() - began_ms) / 1000;
stop();
await Promise.all(calls);
const spent = process.cpuUsage(before);
told.cpu_s = (spent.user + spent.system) / 1e6;
told.peak_mb = Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024;
clearTimeout(guard);
console.log(JSON.stringify(told));
process.exit(0);
