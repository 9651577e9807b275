// Keeps one page, that of its scope, and what it is drawn with, for when there is no connection. Nothing else.
// A scope that ends with "/" is of addresses without a page of their own (a scanned ticket's): the page that it was told stands in.
// The cache has the version of this file in its name; signing out empties it (Clear-Site-Data, and the page itself).

const CACHE = "kept-VERSION_OF_THIS_FILE";
const PAGE = new URL(self.registration.scope).pathname;
const IS_OF_MANY = PAGE.endsWith("/");
const PATIENCE = 8000;
const LONGEST = 2 * 24 * 3600 * 1000; // it names people: after two days it goes, as nothing written on it would be taken
const NOTHING_KEPT = "没有网络，这一页还没有存在这部手机上。请到有信号的地方再打开。\n\n"
  + "No connection, and this page is not kept on this phone yet. Open it again where there is a signal.";

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith("kept-") && name !== CACHE).map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

async function forget() {
  await caches.delete(CACHE);
}

async function standing() {
  const kept = await caches.match(PAGE);
  if (!kept || Date.now() - Date.parse(kept.headers.get("date")) < LONGEST) return kept;
  await (await caches.open(CACHE)).delete(PAGE);
  return undefined;
}

// The server first; the kept page when it cannot be reached. Sent elsewhere means signed out: nothing stays.
// What was searched for is a part of the page, and a ticket's address leads elsewhere by itself: neither is kept.
async function page(request) {
  let answer;
  try {
    answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
  } catch (error) {
    const kept = await standing();
    return kept ?? new Response(NOTHING_KEPT, { status: 503, headers: { "content-type": "text/plain; charset=utf-8" } });
  }
  if (IS_OF_MANY) return answer;
  // A phone without room for the page still shows it.
  if (answer.ok && !answer.redirected) await (new URL(request.url).search || keep(answer.clone()).catch(() => {}));
  else if (answer.redirected || answer.type === "opaqueredirect") await forget();
  return answer;
}

async function keep(answer) {
  await (await caches.open(CACHE)).put(PAGE, answer);
}

async function refresh(address) {
  const answer = await fetch(address, { signal: AbortSignal.timeout(PATIENCE) });
  if (answer.ok && !answer.redirected) await keep(answer);
}

// Style sheets and scripts have their version in their address: what is kept under it is right.
async function asset(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && (pathname === PAGE || (IS_OF_MANY && pathname.startsWith(PAGE)))) event.respondWith(page(request));
  else if (pathname.startsWith("/static/")) event.respondWith(asset(request));
});

self.addEventListener("message", (event) => {
  // The page that stands when the worker begins was not asked for through it.
  if (event.data.keep) event.waitUntil(refresh(event.data.keep).catch(() => {}));
});
