/*
 * The offline shell: the page and what it is made of, so that it starts without a network. It answers for nothing else:
 * what people say goes to the server and is never kept here. The newest page wins where there is a network.
 */
const CACHE = "stoa-shell-1";
const PAGE = "/";
/** Files under /assets hold a hash of their content; the oldest go when there are more. */
const ASSETS_MAX = 120;

self.addEventListener("install", (event) => event.waitUntil(fill().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(tidy().then(() => self.clients.claim())));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/assets/")) event.respondWith(asset(request));
  else if (request.mode === "navigate" && request.destination === "document" && isPage(url))
    event.respondWith(page(request));
  else if (/^\/(theme\.js|favicon\.svg|icon-\d+\.png|manifest\.webmanifest)$/.test(url.pathname))
    event.respondWith(small(request));
});

const isPage = (url) => url.pathname === "/" || url.pathname === "/signin" || url.pathname.startsWith("/c/");

/** Fetches the page and what it names. */
async function fill() {
  const cache = await caches.open(CACHE);
  const answer = await fetch(PAGE, { cache: "no-cache" });
  if (!answer.ok) throw new Error(`the page answered ${answer.status}`);
  const html = await answer.clone().text();
  const named = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((match) => match[1]);
  await cache.addAll([...new Set(named)]);
  await cache.put(PAGE, answer);
}

async function tidy() {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
}

async function asset(request) {
  const cache = await caches.open(CACHE);
  const known = await cache.match(request);
  if (known !== undefined) return known;
  const answer = await fetch(request);
  if (answer.ok) {
    await cache.put(request, answer.clone());
    const assets = (await cache.keys()).filter((one) => new URL(one.url).pathname.startsWith("/assets/"));
    for (const old of assets.slice(0, Math.max(0, assets.length - ASSETS_MAX))) await cache.delete(old);
  }
  return answer;
}

async function page(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok) await (await caches.open(CACHE)).put(PAGE, answer.clone());
    return answer;
  } catch (cause) {
    return (await caches.match(PAGE)) ?? Promise.reject(cause);
  }
}

async function small(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok) await (await caches.open(CACHE)).put(request, answer.clone());
    return answer;
  } catch (cause) {
    return (await caches.match(request)) ?? Promise.reject(cause);
  }
}
