// The errand that each JavaScript client runs: what it pushes, what it must find again.
import { createRequire } from "node:module";

export const url = process.env.SANDBOX_URL ?? "http://127.0.0.1:8600";
export const token = process.env.SANDBOX_TOKEN ?? "shpat_sandbox";
export const version = process.env.SANDBOX_VERSION ?? "2026-10";
export const port = Number(new URL(url).port);
export const domain = "syncd-demo.myshopify.com";
// The runner starts each program in the folder that npm filled for its client.
export const required = createRequire(`${process.cwd()}/package.json`);

export const PRODUCTS = 60;
const PAGE = 25;

export const PUSH = `
mutation Push($input: ProductSetInput!) {
  productSet(input: $input, synchronous: true) {
    product { id title variants(first: 5) { nodes { id sku price } } }
    userErrors { code field message }
  }
}`;

export const PAGES = `
query Pages($first: Int!, $after: String) {
  products(first: $first, after: $after) {
    nodes { id title variants(first: 5) { nodes { sku price } } }
    pageInfo { hasNextPage endCursor }
  }
}`;

// Dear, and never refunded: two of these in a row empty the bucket of a shop on the standard plan.
const update = (n) =>
  `a${n}: productUpdate(product: {id: "gid://shopify/Product/1"}) { userErrors { field } }`;
export const SPEND = `mutation { ${Array.from({ length: 95 }, (_, n) => update(n)).join(" ")} }`;

export const title = (number) => `Ullgenser ${String(number).padStart(3, "0")}`;

export const product = (number) => ({
  title: title(number),
  vendor: "Devold",
  productOptions: [{ name: "Str", values: [{ name: "S" }, { name: "M" }] }],
  variants: ["S", "M"].map((name) => ({
    optionValues: [{ optionName: "Str", name }],
    price: `${1000 + number}.00`,
    inventoryItem: { sku: `ULL-${number}-${name}`, tracked: true },
  })),
});

export const did = (what) => console.log(what);

export function insist(isSo, what) {
  if (!isSo) throw new Error(`expected otherwise: ${JSON.stringify(what)}`.slice(0, 2000));
}

/** Push, then read back by pages; `ask(query, variables)` gives the answer's data. */
export async function pushAndRead(ask) {
  for (let number = 0; number < PRODUCTS; number++) {
    const data = await ask(PUSH, { input: product(number) });
    insist(data.productSet.userErrors.length === 0, data);
  }
  did(`pushed ${PRODUCTS} products`);
  const titles = [];
  let after = null;
  let pages = 0;
  do {
    const { products } = await ask(PAGES, { first: PAGE, after });
    titles.push(...products.nodes.map((each) => each.title));
    after = products.pageInfo.hasNextPage ? products.pageInfo.endCursor : null;
    pages += 1;
  } while (after);
  insist(titles.length === PRODUCTS && titles.every((each, n) => each === title(n)), titles);
  did(`read them back by ${pages} pages`);
}
