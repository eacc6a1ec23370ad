// A consultant's page: taps are kept on the phone and sent when there is a connection; what is next goes by the clock.
"use strict";
(() => {
  const place = document.querySelector("[data-owner]");
  if (!place || !self.indexedDB || !self.caches) return;
  const words = JSON.parse(place.dataset.words), ends = JSON.parse(place.dataset.ends);
  const isKept = !!document.querySelector("p.kept");
  const TICK_MS = 20000;
  const days = [...document.querySelectorAll(".day")];
  const lang = document.documentElement.lang;
  let offset = 0;  // of the server's clock from the phone's

  const now = () => Date.now() + offset;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
  const zone = { timeZone: "Europe/Copenhagen" };
  const date = (ms) => new Date(ms).toLocaleDateString("sv-SE", zone);
  const clock = (ms) => new Date(ms).toLocaleTimeString(lang === "da" ? "da-DK" : "en-GB", { ...zone, hour: "numeric", minute: "2-digit" });
  const today = () => days.find((day) => day.dataset.date === date(now()));

  // --- Taps ---------------------------------------------------------------------------------------------

  function said(form, submitter) {
    const fields = new FormData(form, submitter), value = {};
    for (const [name, given] of fields) {
      if (/^c\d+$/.test(name)) value[given] = (value[given] || 0) + 1;
      else if (name in ends || name === "out" || name === "minutes") value[name] = Number(given);
    }
    const kind = fields.get("kind");
    return { kind, week: fields.get("week"), about: kind === "delay" ? date(now()) : fields.get("about"), value };
  }

  async function tap(form, submitter) {
    const all = await kept.taps(), last = all.length ? all[all.length - 1].at : 0;
    const told = { ...said(form, submitter), key: key(), at: Math.max(Date.now(), last + 1), owner: place.dataset.owner, state: "waiting" };
    await kept.put(told);
    const open = form.closest("details.else");
    if (open) open.open = false;
    kept.tell();
    await draw();
    send();
  }

  const key = () => (crypto.randomUUID ? crypto.randomUUID()
    : [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join(""));

  async function send() {
    const registration = "serviceWorker" in navigator && await navigator.serviceWorker.getRegistration();
    if (registration && registration.sync) registration.sync.register("hjul").catch(() => {});
    await kept.send();
    await draw();
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches(".tap")) {
      event.preventDefault();
      tap(form, event.submitter);
    } else if (form.getAttribute("action") === "/ud/") {
      event.preventDefault();
      leave(form);
    }
  });

  async function leave(form) {
    await kept.send();
    if ((await kept.taps()).some((each) => each.state !== "sent") && !confirm(words.unsent)) return;
    await kept.empty();
    form.submit();
  }

  // --- What is shown ------------------------------------------------------------------------------------

  function worded(told) {
    if (told.kind === "out") return told.value.out ? fill(words.out, { clock: clock(told.at + offset) }) : "";
    return Object.keys(ends).filter((name) => told.value[name]).map((name) => `${ends[name]} ${told.value[name]}`).join(" ");
  }

  async function draw() {
    const me = await kept.me();
    const all = (await kept.taps()).filter((each) => me && each.owner === me.owner);
    const last = {};
    for (const each of all) if (each.state !== "refused" && each.week === place.dataset.week) last[`${each.kind} ${each.about}`] = each;
    for (const stop of document.querySelectorAll("[data-about]")) {
      const told = last[`${stop.dataset.kind} ${stop.dataset.about}`], line = stop.querySelector(".told");
      if (!told) continue;
      const text = worded(told), waits = told.state === "waiting";
      line.textContent = waits ? `${text || words.nothing} (${words.waiting})` : text;
      line.classList.toggle("done", !!text);
      line.classList.toggle("waits", waits);
      stop.querySelector(".undo button").hidden = !text;
    }
    const changed = document.getElementById("changed");
    if (changed && Object.keys(last).some((each) => each.startsWith("seen "))) changed.hidden = true;
    const late = last[`delay ${date(now())}`];
    if (late) showLate(late);
    showRefused(all.filter((each) => each.state === "refused"));
    tick();
  }

  function showLate(told) {
    const section = document.getElementById("late"), minutes = told.value.minutes || 0;
    if (!section) return;
    const result = section.querySelector(".result"), list = result.querySelector("ol"), row = result.querySelector("template");
    result.hidden = section.querySelector(".undo button").hidden = !minutes;
    result.querySelector(".sum").textContent = "";
    list.replaceChildren();
    let late = 60000 * minutes;
    for (const stop of today() ? today().querySelectorAll("[data-spare]") : []) {
      const start = Number(stop.dataset.start), end = Number(stop.dataset.end);
      if (start <= told.at + offset) continue;
      if (list.children.length) late = Math.max(0, late - 1000 * stop.dataset.spare);  // waiting makes up for it
      if (!late) break;
      const each = row.content.cloneNode(true), [when, closes] = each.querySelectorAll("strong"), call = each.querySelector("a");
      when.textContent = clock(start + late);
      each.querySelector(".what").textContent = stop.dataset.title;
      each.querySelector(".muted").textContent = `(${clock(start)})`;
      if (stop.dataset.closes && end + late > Number(stop.dataset.closes)) closes.textContent = fill(words.closes, { clock: clock(Number(stop.dataset.closes)) });
      if (stop.dataset.call) call.href = stop.dataset.call; else call.remove();
      list.append(each);
    }
    if (!list.children.length && minutes) result.querySelector(".sum").textContent = words.punctual;
  }

  function showRefused(refused) {
    const section = document.getElementById("refused"), list = section.querySelector("ul");
    section.hidden = !refused.length;
    list.replaceChildren(...refused.map((each) => {
      const row = section.querySelector("template").content.cloneNode(true);
      const stop = document.getElementById(`stop-${each.about}`);
      row.querySelector("p").textContent = `${stop ? stop.dataset.title : each.about}, ${worded(each)}: ${each.reason || words.unkept}`;
      row.querySelector("[data-again]").onclick = async () => { await kept.put({ ...each, state: "waiting" }); send(); };
      row.querySelector("[data-drop]").onclick = async () => { await kept.drop(each.key); kept.tell(); location.reload(); };
      return row;
    }));
  }

  function tick() {
    const moment = now(), bar = document.querySelector(".bar");
    let missing = 0, next = null;
    for (const stop of document.querySelectorAll("[data-start]")) {
      const start = Number(stop.dataset.start), over = Number(stop.dataset.end) <= moment;
      stop.classList.toggle("past", over && stop.closest(".day") === today());
      if (over && stop.dataset.kind === "outcome" && !stop.querySelector(".told").classList.contains("done")) missing += 1;
      if (!next && start > moment && stop.closest(".day") === today()) next = stop;
    }
    const line = document.getElementById("missing");
    line.hidden = !missing;
    line.textContent = missing === 1 ? words.one : fill(words.many, { n: missing });
    if (!bar) return;
    const what = bar.querySelector(".next"), way = bar.querySelector(".way");
    const there = next && next.querySelector(".way");
    what.hidden = !next;
    way.hidden = !there;
    if (there) way.href = there.href;
    if (!next) return;
    what.textContent = fill(words.next, { clock: clock(Number(next.dataset.start)), what: next.dataset.title });
    if (Number(next.dataset.leave) > moment) what.textContent += ` · ${fill(words.go, { clock: clock(Number(next.dataset.leave)) })}`;
  }

  // --- Beginning ----------------------------------------------------------------------------------------

  async function begin() {
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    if (isKept) {
      const me = await kept.me();
      offset = me ? me.offset : 0;
    } else {
      offset = Number(place.dataset.now) - Date.now();
      await kept.begin({ owner: place.dataset.owner, token, offset, send: place.dataset.send });
      // What was sent before this page was asked for stands in it.
      for (const each of await kept.taps()) if (each.state === "sent" && each.sent < performance.timeOrigin) await kept.drop(each.key);
    }
    const open = today();
    if (open) for (const day of days) day.open = day === open;
    kept.news.onmessage = draw;
    await draw();
    setInterval(tick, TICK_MS);
    setInterval(() => kept.send(), TICK_MS);
    for (const event of ["online", "focus"]) addEventListener(event, send);
    document.addEventListener("visibilitychange", () => { tick(); send(); });
    if ("serviceWorker" in navigator) {
      await navigator.serviceWorker.register(place.dataset.worker, { scope: place.dataset.scope });
      const ready = await navigator.serviceWorker.ready;
      if (!isKept && Object.keys(JSON.parse(place.dataset.keep)).length) ready.active.postMessage({ keep: JSON.parse(place.dataset.keep) });
    }
    send();
  }

  begin();
})();
