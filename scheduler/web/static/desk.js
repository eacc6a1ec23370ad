// The board taken hold of: a visit is chosen, its places are shaded with what each means, and one of them is looked at
// before it is saved. Everything is asked of the server, which alone knows the rules.
const desk = document.querySelector("[data-desk]");
const say = desk.dataset;
const hand = desk.querySelector("[data-hand]");
const line = desk.querySelector("[data-line]");
const dialog = desk.querySelector("[data-dialog]");
const content = desk.querySelector("[data-content]");
const cells = [...desk.querySelectorAll(".cell[data-day]")];
const FAR = 30; // minutes that a hand may be from a place

let held = null; // {block, which, ready, places}
let drag = null; // {block, x, y, grip, on, near}
let ghost = null;

const made = (tag, cls, text = "") => {
  const element = document.createElement(tag);
  element.className = cls;
  element.textContent = text;
  return element;
};
const at = (element, values) => {
  for (const [name, value] of Object.entries(values)) element.style.setProperty(`--${name}`, value);
};
const cellOf = (day, who) => cells.find((cell) => cell.dataset.day === day && cell.dataset.who === who);
const isList = () => getComputedStyle(cells[0].querySelector(".track")).getPropertyValue("height") === "auto"
  || getComputedStyle(desk.querySelector(".row")).display === "block";

// --- Taking hold, and letting go ---

function take(block) {
  letGo();
  held = { block, which: block.dataset.visit, places: [] };
  block.classList.add("held");
  desk.classList.add("holding");
  hand.hidden = false;
  line.textContent = say.waiting;
  const mine = held;
  held.ready = fetch(say.places.replace("WHICH", encodeURIComponent(held.which)), { headers: { Accept: "application/json" } })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer)))
    .then((found) => {
      if (held === mine) shade(found);
    })
    .catch(() => {
      if (held === mine) line.textContent = say.failed;
    });
  return held.ready;
}

function letGo() {
  if (!held) return;
  const { block } = held;
  held = null;
  block.classList.remove("held");
  desk.classList.remove("holding");
  hand.hidden = true;
  for (const each of desk.querySelectorAll(".run, .why, .ghost")) each.remove();
  for (const each of desk.querySelectorAll(".shut")) each.classList.remove("shut");
  ghost = null;
  block.focus({ preventScroll: true });
}

// --- What is shaded ---

function shade(found) {
  held.name = found.name;
  held.told = `${found.name} (${found.here}). ${say.held}`;
  line.textContent = held.told;
  const more = made("a", "button", say.more);
  more.href = `${say.about}?visit=${encodeURIComponent(held.which)}`;
  more.dataset.panel = "";
  hand.querySelector("a")?.remove();
  hand.insertBefore(more, hand.querySelector("[data-let-go]"));
  let run = null;
  let before = null;
  const key = (place) => `${place.who}/${place.day}/${String(place.minute).padStart(4, "0")}`;
  found.places.sort((one, other) => (key(one) < key(other) ? -1 : 1));
  found.places.forEach((place, number) => {
    const next = found.places[number + 1];
    const step = next && next.day === place.day && next.who === place.who ? Math.min(next.minute - place.minute, FAR) : 5;
    const text = place.here ? `${say.here}` : place.price;
    const follows = before && before.day === place.day && before.who === place.who && before.minute + before.step >= place.minute;
    if (!run || !follows || run.text !== text) {
      const cell = cellOf(place.day, place.who);
      if (!cell) return;
      const box = made("div", `run${place.moves ? " moves" : ""}${place.here ? " here" : ""}`);
      box.append(made("p", "price", text));
      cell.querySelector(".track").append(box);
      run = { box, text, from: place.minute, cell };
      at(box, { at: place.minute - Number(cell.dataset.first) });
    }
    at(run.box, { for: place.minute + step - run.from });
    const button = made("button", "place", place.clock);
    button.type = "button";
    button.tabIndex = -1;
    button.setAttribute("aria-label", `${place.said}: ${text}`);
    at(button, { in: place.minute - run.from, for: step });
    run.box.append(button);
    before = { ...place, step };
    held.places.push({ ...place, text, button, cell: run.cell });
  });
  for (const { day, who, why } of found.refused) {
    const cell = cellOf(day, who);
    if (!cell) continue;
    cell.classList.add("shut");
    cell.querySelector(".track").append(made("p", "why", why));
  }
  const first = held.places.find((place) => place.here) ?? held.places[0];
  if (first) first.button.tabIndex = 0;
  if (first && !drag) first.button.focus({ preventScroll: isList() });
}

function show(place) {
  line.textContent = `${place.said}: ${place.text}`;
  ghost ??= made("div", "ghost");
  ghost.replaceChildren(made("span", "", place.clock));
  at(ghost, { at: place.minute - Number(place.cell.dataset.first), for: place.minutes });
  place.cell.querySelector(".track").append(ghost);
}

const placeOf = (button) => held?.places.find((place) => place.button === button);

// --- Choosing one: all that would change, before it is saved ---

async function choose(place) {
  const form = new FormData(desk.querySelector("[data-form]"));
  form.set("place", place.value);
  form.set("seen", say.seen);
  line.textContent = `${place.said}: ${place.text} …`;
  const url = say.move.replace("WHICH", encodeURIComponent(held.which));
  await open(url, { method: "POST", body: new URLSearchParams(form) });
}

async function open(url, asked = {}) {
  try {
    const answer = await fetch(url, { ...asked, headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const panel = page.querySelector("[data-panel]") ?? page.querySelector("main");
    content.replaceChildren(...(panel ? [...panel.childNodes].map((node) => document.importNode(node, true)) : []));
    if (!answer.ok) {
      const again = desk.querySelector("[data-told] a").cloneNode(true);
      content.append(again);
    }
    if (!dialog.open) dialog.showModal();
    content.querySelector("button, a")?.focus();
  } catch {
    line.textContent = say.failed;
    hand.hidden = false;
  }
}

// --- By click and by key ---

desk.addEventListener("click", (event) => {
  const close = event.target.closest("[data-close]");
  if (close && dialog.contains(close)) {
    event.preventDefault();
    dialog.close();
    return;
  }
  if (event.target.closest("[data-let-go]")) {
    letGo();
    return;
  }
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  const panel = event.target.closest("a[data-panel]");
  if (panel) {
    event.preventDefault();
    open(panel.href);
    return;
  }
  const place = placeOf(event.target.closest(".place"));
  if (place) {
    choose(place);
    return;
  }
  const block = event.target.closest(".block[data-visit]");
  if (!block) return;
  event.preventDefault();
  if (held?.block === block) {
    if (!block.dataset.dragged) letGo();
  } else take(block);
  delete block.dataset.dragged;
});

desk.addEventListener("focusin", (event) => {
  const place = placeOf(event.target);
  if (!place) return;
  for (const other of held.places) other.button.tabIndex = other === place ? 0 : -1;
  show(place);
});
desk.addEventListener("pointerover", (event) => {
  const place = drag ? null : placeOf(event.target.closest?.(".place"));
  if (place) show(place);
});

function beside(place, key) {
  const there = held.places.filter((each) => each.cell === place.cell);
  const number = there.indexOf(place);
  if (key === "ArrowDown" || key === "ArrowUp") {
    const next = there[number + (key === "ArrowDown" ? 1 : -1)];
    if (next) return next;
  }
  const across = key === "ArrowLeft" || key === "ArrowRight";
  const forth = key === "ArrowRight" || key === "ArrowDown" ? 1 : -1;
  const line_ = cells.filter((cell) => (across ? cell.dataset.who === place.who : cell.dataset.day === place.day));
  for (let i = line_.indexOf(place.cell) + forth; line_[i]; i += forth) {
    const those = held.places.filter((each) => each.cell === line_[i]);
    if (!those.length) continue;
    if (!across) return forth > 0 ? those[0] : those[those.length - 1];
    return nearest(those, place.minute);
  }
  return null;
}

const nearest = (those, minute) =>
  those.reduce((one, other) => (Math.abs(other.minute - minute) < Math.abs(one.minute - minute) ? other : one));

desk.addEventListener("keydown", (event) => {
  if (!held || dialog.open) return;
  if (event.key === "Escape") {
    event.preventDefault();
    letGo();
    return;
  }
  const place = placeOf(event.target);
  if (!place || !event.key.startsWith("Arrow")) return;
  event.preventDefault();
  beside(place, event.key)?.button.focus();
});

dialog.addEventListener("close", () => {
  if (!held) return;
  line.textContent = held.told ?? "";
  held.places.find((place) => place.button.tabIndex === 0)?.button.focus();
});

// --- By dragging ---

desk.addEventListener("dragstart", (event) => {
  if (event.target.closest?.(".block")) event.preventDefault();
});
desk.addEventListener("pointerdown", (event) => {
  const block = event.target.closest?.(".block[data-visit]");
  if (!block || event.button !== 0 || isList()) return;
  // A finger that is put on a block may want to scroll; what is held already goes with it.
  if (event.pointerType === "touch" && held?.block !== block) return;
  drag = { block, x: event.clientX, y: event.clientY, grip: event.clientY - block.getBoundingClientRect().top, id: event.pointerId };
});
window.addEventListener("pointermove", (event) => {
  if (!drag || event.pointerId !== drag.id) return;
  if (!drag.on) {
    if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < 6) return;
    drag.on = true;
    drag.block.dataset.dragged = "1";
    desk.classList.add("dragging");
    if (held?.block !== drag.block) take(drag.block);
  }
  event.preventDefault();
  drag.px = event.clientX;
  drag.py = event.clientY;
  point();
});

// Find the place under the hand; where there is none, say why.
function point() {
  for (const each of desk.querySelectorAll(".near")) each.classList.remove("near");
  drag.near = null;
  const cell = document.elementsFromPoint(drag.px, drag.py).map((each) => each.closest(".cell[data-day]")).find(Boolean);
  if (!cell || !held?.places.length) return;
  const track = cell.querySelector(".track");
  const box = track.getBoundingClientRect();
  const minutes = Number(getComputedStyle(cell).getPropertyValue("--minutes"));
  const minute = Number(cell.dataset.first) + ((drag.py - drag.grip - box.top) * minutes) / box.height;
  const those = held.places.filter((each) => each.cell === cell);
  const near = those.length ? nearest(those, minute) : null;
  if (near && Math.abs(near.minute - minute) <= FAR) {
    drag.near = near;
    near.button.classList.add("near");
    show(near);
  } else {
    ghost?.remove();
    line.textContent = cell.querySelector(".why")?.textContent ?? say.away;
  }
}

async function drop() {
  const mine = drag;
  drag = null;
  desk.classList.remove("dragging");
  if (!mine.on) return;
  setTimeout(() => delete mine.block.dataset.dragged);
  if (mine.near) choose(mine.near);
  else if (held && !held.places.length) {
    await held.ready; // let go before the places were there: where the hand was then
    if (!held) return;
    drag = mine;
    point();
    const { near } = drag;
    drag = null;
    if (near) choose(near);
  }
}
window.addEventListener("pointerup", (event) => {
  if (drag && event.pointerId === drag.id) drop();
});
window.addEventListener("pointercancel", (event) => {
  if (!drag || event.pointerId !== drag.id) return;
  drag = null;
  desk.classList.remove("dragging");
});

// --- What others do ---

const told = desk.querySelector("[data-told]");
const events = new EventSource(say.news);
events.onmessage = (event) => {
  told.hidden = false;
  for (const text of JSON.parse(event.data)) told.querySelector("ul").append(made("li", "", text));
};
window.addEventListener("pagehide", () => events.close());
window.addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
