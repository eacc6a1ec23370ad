// Has a consultant's own pages of the week there without connection. The server says what is kept, and for how long.
"use strict";
importScripts("/fast/kept.js");
const NAME = "hjul-week", HOME = "/mig/", PATIENCE_MS = 4000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim().then(sweep)));
self.addEventListener("sync", (event) => event.waitUntil(kept.send()));
self.addEventListener("message", (event) => event.waitUntil(keepAll(event.data.keep)));
self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  const ours = origin === location.origin && (pathname.startsWith(HOME) || pathname.startsWith("/fast/"));
  if (event.request.method === "GET" && ours) event.respondWith(answer(event.request));
});

const pathOf = (request) => { const url = new URL(request.url); return url.pathname + url.search; };
const isGone = (answer) => answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403;

// From the server, where it answers soon; else what was kept, and how old that is.
async function answer(request) {
  const found = await fresh(pathOf(request));
  const asked = ask(request);
  try {
    const late = found && new Promise((_resolve, reject) => setTimeout(reject, PATIENCE_MS));
    const given = await (late ? Promise.race([asked, late]) : asked);
    if (given.status < 500 || !found) return given;
  } catch (_error) {
    asked.catch(() => {});
  }
  const shown = found || (request.mode === "navigate" && await fresh(HOME));
  if (!shown) return asked;
  return request.mode === "navigate" ? dated(shown) : shown;
}

async function ask(request, version) {
  const given = await fetch(request);
  if (isGone(given) && pathOf(request).startsWith(HOME)) await kept.empty();
  else if (given.ok) await keep(pathOf(request), given.clone(), version);
  return given;
}

// Keep what the server lets us, or what was asked for as a part of the pages and is known under a version.
async function keep(path, given, version) {
  const [seconds, known] = (given.headers.get("X-Keep") || "").split(" ");
  if (!seconds && !version) return;
  const headers = new Headers(given.headers), now = Date.now();
  headers.set("X-Kept-At", now);
  headers.set("X-Kept-As", known || version);
  headers.set("X-Kept-Until", seconds ? now + 1000 * seconds : "");
  await (await caches.open(NAME)).put(path, new Response(await given.blob(), { headers }));
}

async function fresh(path) {
  const cache = await caches.open(NAME), found = await cache.match(path, { ignoreVary: true });
  const until = found && found.headers.get("X-Kept-Until");
  if (!until || Number(until) > Date.now()) return found;
  await cache.delete(path);
}

const sweep = async () => { for (const each of await (await caches.open(NAME)).keys()) await fresh(pathOf(each)); };

// Have exactly these, each asked for anew where it is known as something else since.
async function keepAll(wanted) {
  const cache = await caches.open(NAME);
  for (const each of await cache.keys()) if (!(pathOf(each) in wanted) && pathOf(each) !== HOME) await cache.delete(each);
  for (const [path, version] of Object.entries({ [HOME]: "", ...wanted })) {
    const found = await fresh(path);
    if (found && (!version || found.headers.get("X-Kept-As") === version)) continue;
    try {
      if (isGone(await ask(new Request(path, { redirect: "manual" }), version))) return;
    } catch (_error) {
      return;
    }
  }
}

async function dated(shown) {
  const text = await shown.text(), english = /<html[^>]*\slang="en"/.test(text);
  const at = new Date(Number(shown.headers.get("X-Kept-At")));
  const told = (how) => at.toLocaleString(english ? "en-GB" : "da-DK", how);
  const day = told({ weekday: "long" }), clock = told({ hour: "numeric", minute: "2-digit" });
  const words = english ? `Without connection: this is as it was on ${day} at ${clock}.` : `Uden forbindelse: sådan så det ud ${day} kl. ${clock}.`;
  const page = text.replace(/<body[^>]*>/, (body) => `${body}<p class="kept" role="status">${words}</p>`);
  return new Response(page, { headers: shown.headers });
}
