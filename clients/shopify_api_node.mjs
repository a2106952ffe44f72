// shopify-api-node (npm), the most used one outside Shopify: its retries when throttled.
import { did, domain, insist, port, pushAndRead, required, SPEND, token, version } from "./errand.mjs";

const Shopify = required("shopify-api-node");

function client(accessToken, more) {
  const made = new Shopify({ shopName: domain, accessToken, apiVersion: version, ...more });
  made.baseUrl = { protocol: "http:", hostname: "127.0.0.1", port };
  return made;
}

const shopify = client(token, { maxRetries: 20 });
let lowest = Infinity;
shopify.on("callGraphqlLimits", ({ remaining }) => (lowest = Math.min(lowest, remaining)));

await pushAndRead((query, variables) => shopify.graphql(query, variables));

// Itself it waits as long as the missing points take, then tries again.
const began = Date.now();
for (let turn = 0; turn < 3; turn++) await shopify.graphql(SPEND).catch(insistNothing);
insist(lowest < 1000 && Date.now() - began > 2000, { lowest, took: Date.now() - began });
did(`was throttled, waited ${((Date.now() - began) / 1000).toFixed(1)} s by its own rule`);

function insistNothing(error) {
  insist(error.extensions?.code !== "THROTTLED", error.message);
}

const wrong = await client("shpat_wrong").graphql("{ shop { name } }").catch((error) => error);
insist(wrong.response?.statusCode === 401, String(wrong));
did("was turned away with a wrong token");

const odd = await shopify.graphql("{ shop { nme } }").catch((error) => error);
insist(odd.extensions?.code === "undefinedField", odd.extensions);
did("saw errors of a query");
