// What the dashboard has beside its pages: counts that follow what waits, and keys for who wants them.
// Every page works without it. It is told numbers alone, moves no row, and no key of it decides anything.
"use strict";

const kept = (name) => {
  try {
    return localStorage.getItem(name) !== "off";
  } catch {
    return true;
  }
};
const keep = (name, on) => {
  try {
    localStorage.setItem(name, on ? "on" : "off");
  } catch {
    // Without a store it holds for this page.
  }
};

// Counts: one connection of a page that is seen. The session's end closes it for good.
const chips = [...document.querySelectorAll("[data-count]")];
const status = document.getElementById("live-status");
const fresh = document.getElementById("live-new");
let events;
let over = false;
let said = 0;

function show(event) {
  const counts = JSON.parse(event.data);
  for (const chip of chips) {
    const count = counts[chip.dataset.count];
    chip.hidden = count === 0;
    chip.firstChild.data = count.toLocaleString("en");
    const more = count - Number(chip.dataset.now);
    if (chip.closest(".side a[aria-current]")) {
      fresh.hidden = more <= 0;
      fresh.firstElementChild.textContent = `${more} new.`;
    }
  }
  if (Date.now() - said < 30_000) return;
  if (said > 0) status.textContent = `${counts.requests} requests wait, ${counts.quarantine} registrations`;
  said = Date.now();
}

function follow() {
  const wanted = kept("narthex-live") && !document.hidden && !over;
  if (wanted && !events) {
    events = new EventSource(status.dataset.live);
    events.addEventListener("counts", show);
    events.addEventListener("over", () => {
      over = true;
      follow();
    });
  } else if (!wanted && events) {
    events.close();
    events = undefined;
  }
}

// Keys: never in a field, never with another key held, and all of them off at one switch (WCAG 2.1.4).
const dialog = document.getElementById("keys");
const FIELDS = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
const rows = () => [...document.querySelectorAll("main tbody tr")].filter((row) => row.querySelector("th a"));
const GO = { r: "/requests", q: "/quarantine" };
let went = 0;

function move(by) {
  const all = rows();
  const at = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)];
  next?.querySelector("th a").focus();
}

const KEYS = {
  "/": () => document.getElementById("search")?.focus(),
  "?": () => dialog.showModal(),
  j: () => move(1),
  k: () => move(-1),
  x: () => document.activeElement.closest("main tbody tr")?.querySelector("input[type=checkbox]")?.click(),
  e: () => document.querySelector("[data-key=e]")?.click(),
};

function pressed(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (!kept("narthex-keys") || dialog.open || event.target.closest?.(FIELDS)) return;
  const second = Date.now() - went < 1_500;
  went = event.key === "g" ? Date.now() : 0;
  const act = second && GO[event.key] ? () => location.assign(GO[event.key]) : KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

if (status && dialog && fresh) {
  document.addEventListener("keydown", pressed);
  const opener = document.getElementById("keys-open");
  opener.hidden = false;
  opener.addEventListener("click", () => dialog.showModal());
  for (const [id, name] of [["keys-on", "narthex-keys"], ["live-on", "narthex-live"]]) {
    const box = document.getElementById(id);
    box.checked = kept(name);
    box.addEventListener("change", () => {
      keep(name, box.checked);
      follow();
    });
  }
  document.addEventListener("visibilitychange", follow);
  window.addEventListener("pagehide", () => events?.close());
  follow();
}
