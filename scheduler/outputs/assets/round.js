/* On the day itself: a bar at the foot with what is next by the clock, and what is past is dimmed. Nothing is lost
   without it. Times carry their distance from UTC, so the clock of any time zone will do. */
(function () {
  "use strict";
  var TICK_MS = 20000;
  var copenhagen = new Intl.DateTimeFormat("sv-SE", {
    timeZone: "Europe/Copenhagen", year: "numeric", month: "2-digit", day: "2-digit"
  });

  function show(day, now) {
    var today = day.dataset.date === copenhagen.format(now), next = null;
    day.querySelectorAll("[data-from]").forEach(function (row) {
      var begun = Date.parse(row.dataset.from) <= now;
      row.classList.toggle("past", today && begun && Date.parse(row.dataset.to) <= now);
      if (today && !begun && !next && row.dataset.next) { next = row; }
    });
    var bar = day.querySelector(".bar"), link = bar.querySelector("a");
    bar.hidden = !next;
    document.documentElement.classList.toggle("with-bar", !!document.querySelector(".bar:not([hidden])"));
    if (!next) { return; }
    var way = next.querySelector(".place a"), words = next.dataset.next;
    if (next.dataset.go && Date.parse(next.dataset.leave) > now) { words += " · " + next.dataset.go; }
    bar.querySelector("span").textContent = words;
    link.hidden = !way;
    if (way) { link.href = way.href; }
  }

  function update() {
    document.querySelectorAll(".day").forEach(function (day) { show(day, Date.now()); });
  }

  /* A week opens at its day. */
  var today = copenhagen.format(Date.now());
  document.querySelectorAll("section.day").forEach(function (day) {
    var tab = day.previousElementSibling.control;
    if (day.dataset.date === today && tab) { tab.checked = true; }
  });
  update();
  setInterval(update, TICK_MS);
  document.addEventListener("visibilitychange", update);
}());
