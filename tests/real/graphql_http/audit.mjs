// Runs every audit of graphql-http against a server and prints what came of each as JSON.
// usage: node audit.mjs URL AUTHORIZATION [get]: with `get`, queries that can go by GET do.
import { serverAudits } from 'graphql-http';

const [url, authorization, method] = process.argv.slice(2);
const isMap = (value) => value === null || (typeof value === 'object' && !Array.isArray(value));
const rules = {
  query: (value) => typeof value === 'string',
  operationName: (value) => value === null || typeof value === 'string',
  variables: isMap,
  extensions: isMap,
};

function asGet(body) {
  let asked;
  try {
    asked = JSON.parse(body);
  } catch {
    return null;
  }
  if (!Object.entries(asked).every(([name, value]) => rules[name]?.(value))) return null;
  const address = new URL(url);
  for (const [name, value] of Object.entries(asked)) {
    if (value !== null) {
      address.searchParams.set(name, typeof value === 'string' ? value : JSON.stringify(value));
    }
  }
  return address.toString();
}

function send(address, options = {}) {
  const headers = { ...options.headers, authorization };
  const isTyped = Boolean(options.headers?.['content-type']);
  const byGet = method === 'get' && isTyped && options.body ? asGet(options.body) : null;
  if (byGet) {
    delete headers['content-type'];
    return fetch(byGet, { headers });
  }
  return fetch(address, { ...options, headers });
}

const found = [];
for (const audit of serverAudits({ url, fetchFn: send })) {
  const result = await audit.fn();
  found.push({ id: audit.id, name: audit.name, status: result.status, reason: result.reason });
}
console.log(JSON.stringify(found));
