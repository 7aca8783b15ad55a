// The page opens without a net and says so; answers about people are never kept.
const CACHE = "kartka-till-3";
const SHELL = ["/till/static/till.css", "/till/static/till.js", "/till/static/basket.js",
  "/till/static/calls.js", "/till/static/verdict.js",
  "/till/static/queue.js", "/till/static/receipt.js", "/till/static/camera.js", "/till/static/wedge.js",
  "/till/static/sound.js", "/assets/icon.svg", "/assets/kartka.css",
  "/assets/npm/barcode-detector/dist/iife/ponyfill.js", "/assets/npm/zxing-wasm/dist/reader/zxing_reader.wasm",
  "/assets/npm/inter-ui/web/Inter-Regular.woff2", "/assets/npm/inter-ui/web/Inter-SemiBold.woff2",
  "/assets/npm/inter-ui/web/Inter-Bold.woff2"];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(SHELL)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys()
    .then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
    .then(() => self.clients.claim()));
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = new URL(request.url).pathname;
  if (request.method !== "GET" || path.startsWith("/till/api/") || path.startsWith("/health/")) return;
  event.respondWith(fetch(request).then((answer) => {
    if (answer.ok && !answer.redirected && (path === "/till" || SHELL.includes(path))) {
      const copy = answer.clone();
      caches.open(CACHE).then((cache) => cache.put(path, copy));
    }
    return answer;
  }).catch(async () => (await caches.match(path)) || Response.error()));
});
