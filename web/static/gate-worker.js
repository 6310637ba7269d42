// Keeps the pages of gates, of talks at booths and of roll calls and what they load: they open without network.
const KEEP = "gangqiao-gate-5";
const PATIENCE = 4000;
const TALKS = /^\/employer\/booths\/[0-9]+\/talks$/;
const ROLL = /^\/roll(\/[0-9]+\/call)?$/;  // never the roll itself, whose names are kept sealed by the page

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("gangqiao-gate-") && name !== KEEP) await caches.delete(name);
  await clients.claim();
})()));

async function fresh(request, cache) {
  const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
  if (answer.ok && !answer.redirected) await cache.put(request, answer.clone());
  return answer;
}

async function answer(request) {
  const cache = await caches.open(KEEP), isFile = new URL(request.url).pathname.startsWith("/static/");
  const kept = await cache.match(request, { ignoreVary: true });
  if (isFile && kept && new URL(request.url).search) return kept;
  try {
    return await fresh(request, cache);
  } catch (trouble) {
    if (kept) return kept;
    throw trouble;
  }
}

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url), path = address.pathname;
  if (event.request.method !== "GET" || address.origin !== location.origin) return;
  const isKept = path === "/gate" || path.startsWith("/gate/") || path.startsWith("/static/") || TALKS.test(path) || ROLL.test(path);
  if (isKept) event.respondWith(answer(event.request));
});
