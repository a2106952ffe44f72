// @shopify/admin-api-client (npm), Shopify's JavaScript client: requests, errors, retries.
import { did, domain, insist, pushAndRead, required, SPEND, token, url, version } from "./errand.mjs";

const { createAdminApiClient } = required("@shopify/admin-api-client");
const logged = [];

const toSandbox = (address, init) => fetch(String(address).replace(`https://${domain}`, url), init);

const client = (accessToken) =>
  createAdminApiClient({
    storeDomain: domain,
    apiVersion: version,
    accessToken,
    retries: 3,
    customFetchApi: toSandbox,
    isTesting: true,
    logger: (content) => logged.push(content.type),
  });

const sleep = (wait_ms) => new Promise((resolve) => setTimeout(resolve, wait_ms));
const isThrottled = ({ errors }) =>
  (errors?.graphQLErrors ?? []).some((one) => one.extensions?.code === "THROTTLED");

async function ask(query, variables) {
  for (let turn = 0; turn < 20; turn++) {
    const answer = await client(token).request(query, { variables });
    if (!isThrottled(answer)) {
      insist(!answer.errors, answer.errors);
      return answer.data;
    }
    const { requestedQueryCost, throttleStatus } = answer.extensions.cost;
    const missing = requestedQueryCost - throttleStatus.currentlyAvailable;
    await sleep((1000 * Math.max(0, missing)) / throttleStatus.restoreRate + 50);
  }
  throw new Error("throttled twenty times");
}

await pushAndRead(ask);

const spent = [];
for (let turn = 0; turn < 3; turn++) spent.push(await client(token).request(SPEND));
insist(isThrottled(spent.at(-1)), spent.at(-1));
const began = Date.now();
await ask(SPEND);
did(`was throttled, waited ${((Date.now() - began) / 1000).toFixed(1)} s as told`);

const wrong = await client("shpat_wrong").request("{ shop { name } }");
insist(wrong.errors.networkStatusCode === 401, wrong.errors);
did("was turned away with a wrong token");

const odd = await client(token).request("{ shop { nme } }");
insist(odd.errors.graphQLErrors[0].extensions.code === "undefinedField", odd.errors);
did("saw errors of a query");
