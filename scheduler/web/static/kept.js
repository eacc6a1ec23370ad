// What a consultant's phone keeps: taps until the server has answered, and who they are of. Pages and the worker share it.
"use strict";
self.kept = (() => {
  const DATABASE = "hjul", MOST = 100;
  const news = new BroadcastChannel("hjul");

  function open() {
    return new Promise((resolve, reject) => {
      const asked = indexedDB.open(DATABASE, 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore("taps", { keyPath: "key" });
        asked.result.createObjectStore("me");
      };
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  }

  // Have a transaction, and what `use` asked for last in it, once it is on the disk.
  async function within(mode, use) {
    const database = await open();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction(["taps", "me"], mode, { durability: "strict" });
        const asked = use(transaction.objectStore("taps"), transaction.objectStore("me"));
        transaction.oncomplete = () => resolve(asked && asked.result);
        transaction.onerror = transaction.onabort = () => reject(transaction.error);
      });
    } finally {
      database.close();
    }
  }

  const me = () => within("readonly", (_taps, who) => who.get("me"));
  const taps = async () => (await within("readonly", (all) => all.getAll())).sort((a, b) => a.at - b.at);
  const put = (tap) => within("readwrite", (all) => all.put(tap));
  const drop = (key) => within("readwrite", (all) => all.delete(key));
  const tell = () => news.postMessage("changed");

  // Know who the phone is of; what somebody else had kept is gone.
  async function begin(now) {
    const before = await me();
    if (before && before.owner !== now.owner) await empty();
    await within("readwrite", (_taps, who) => who.put({ ...before, ...now }, "me"));
  }

  async function empty() {
    await within("readwrite", (all, who) => { all.clear(); return who.clear(); });
    for (const name of await caches.keys()) await caches.delete(name);
    tell();
  }

  // Send what waits, in its order, once; whatever else sends waits. What gets no answer stays, and is sent again.
  async function send() {
    const go = async () => {
      for (;;) {
        const who = await me();
        const waiting = (await taps()).filter((tap) => who && tap.owner === who.owner && tap.state === "waiting").slice(0, MOST);
        if (!waiting.length || !(await sent(who, waiting))) return;
      }
    };
    await (navigator.locks ? navigator.locks.request("hjul-send", go) : go());
  }

  async function sent(who, waiting) {
    const now = Date.now();
    const body = { taps: waiting.map(({ key, kind, week, about, value, at }) => (
      { key, kind, week, about, value, ago_ms: Math.max(0, now - at) })) };
    let answer, told;
    try {
      answer = await fetch(who.send, {
        method: "POST", redirect: "manual", body: JSON.stringify(body),
        headers: { "Content-Type": "application/json", "X-CSRFToken": who.token },
      });
      told = answer.ok ? (await answer.json()).taps : [];
    } catch (_error) {
      return false;  // no connection, or it was lost before the answer: the same keys go again
    }
    if (answer.status === 401) {  // the phone was removed, or signed out elsewhere
      await empty();
      return false;
    }
    if (answer.status === 422) told = waiting.map(({ key }) => ({ key, state: "refused", reason: "" }));
    for (const { key, state, reason } of told) {
      const tap = waiting.find((each) => each.key === key);
      if (!tap) continue;
      if (state === "refused") await put({ ...tap, state, reason });
      else await put({ ...tap, state: "sent", sent: Date.now() });
    }
    if (told.length) tell();
    return told.length > 0;
  }

  return { begin, me, taps, put, drop, send, empty, tell, news };
})();
