// Keeps the page of the day, and what it is drawn with, for when there is no connection. Nothing else.
// The cache has the version of this file in its name; signing out empties it (Clear-Site-Data, and the page itself).

const CACHE = "today-VERSION_OF_THIS_FILE";
const PAGE = "/staff/today";
const PATIENCE = 8000;
const NOTHING_KEPT = "没有网络，今天的活还没有存在这部手机上。请到有信号的地方再打开。\n\n"
  + "No connection, and today's work is not kept on this phone yet. Open it again where there is a signal.";

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith("today-") && name !== CACHE).map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

async function forget() {
  await caches.delete(CACHE);
}

// The server first; the kept page when it cannot be reached. Sent elsewhere means signed out: nothing stays.
async function page(request) {
  let answer;
  try {
    answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE) });
  } catch (error) {
    const kept = await caches.match(PAGE);
    return kept ?? new Response(NOTHING_KEPT, { status: 503, headers: { "content-type": "text/plain; charset=utf-8" } });
  }
  // A phone without room for the page still shows it.
  if (answer.ok && !answer.redirected) await keep(answer.clone()).catch(() => {});
  else if (answer.redirected || answer.type === "opaqueredirect") await forget();
  return answer;
}

async function keep(answer) {
  await (await caches.open(CACHE)).put(PAGE, answer);
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
  if (request.mode === "navigate" && pathname === PAGE) event.respondWith(page(request));
  else if (pathname.startsWith("/static/")) event.respondWith(asset(request));
});

self.addEventListener("message", (event) => {
  if (event.data === "forget") event.waitUntil(forget());
  // The page that stands when the worker begins was not asked for through it.
  if (event.data === "keep") event.waitUntil(page(new Request(PAGE)).catch(() => {}));
});
