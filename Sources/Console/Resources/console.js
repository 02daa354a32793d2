// What the pages do by themselves. Every page also works without, except for what is live.
import { pageOf } from "./elements.js";

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// Times in the reader's zone, UTC on hover.
export const language = document.documentElement.lang;
const sameDay = new Intl.DateTimeFormat(language, { timeStyle: "medium" });
const otherDay = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" });
const hour = new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" });
export const localize = (root) => {
  for (const element of $$("time[datetime]", root)) {
    const date = new Date(element.dateTime.replace(/(\.\d{3})\d*Z$/, "$1Z"));
    if (isNaN(date)) continue;
    element.title = element.dateTime.replace("T", " ").replace(/\.?0*Z$/, " UTC");
    const isToday = date.toDateString() === new Date().toDateString() && !("full" in element.dataset);
    element.textContent = ("short" in element.dataset ? hour : isToday ? sameDay : otherDay).format(date);
  }
};
localize(document);

// Says since when a page that renews itself does not, until it does again.
const banner = $("#stale");
export const complain = (since, isEnded) => {
  const date = new Date(since);
  const isToday = date.toDateString() === new Date().toDateString();
  $("p", banner).textContent = banner.dataset[isEnded ? "ended" : "lost"].replace("{time}", (isToday ? hour : otherDay).format(date));
  const link = $("a", banner);
  link.hidden = !isEnded;
  link.href = "/sign-in?next=" + encodeURIComponent(location.pathname + location.search);
  banner.hidden = false;
};
export const takeBack = () => { banner.hidden = true; };

const rows = $("#rows");

// Selection, and what is done with it.
const bulk = $("#bulk");
const count = () => {
  if (!bulk) return;
  const picked = $$("input[name=events]:checked", rows).length;
  $("#picked").textContent = picked;
  bulk.hidden = picked === 0;
};
rows?.addEventListener("change", count);
$("#all")?.addEventListener("change", ({ target }) => {
  for (const box of $$("input[name=events]", rows)) box.checked = target.checked;
  count();
});

// Columns the reader does not want, remembered in this browser.
const columns = $("#columns");
if (columns) {
  const events = $("table.events");
  let hidden = [];
  try { hidden = JSON.parse(localStorage.getItem("hidden-columns")) ?? []; } catch { /* nothing is remembered here */ }
  for (const box of $$("input", columns)) {
    box.checked = !hidden.includes(box.value);
    events.classList.toggle("no-" + box.value, !box.checked);
  }
  columns.hidden = false;
  columns.addEventListener("change", ({ target }) => {
    events.classList.toggle("no-" + target.value, !target.checked);
    const left = $$("input:not(:checked)", columns).map((box) => box.value);
    try { localStorage.setItem("hidden-columns", JSON.stringify(left)); } catch { /* then only until the page is left */ }
  });
}

// Dialogs: the form of a page of its own, shown over the page one came from.
const sheet = $("#sheet");
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-sheet]");
  if (link && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    const answer = await fetch(link.href);
    const page = answer.redirected ? null : await pageOf(answer);
    if (!page) { location.href = link.href; return; }
    sheet.replaceChildren($("#main > .panel", page) ?? "");
    localize(sheet);
    sheet.showModal();
    $("input:not([type=hidden]), select", sheet)?.focus();
  }
  if (event.target.closest("[data-close]") && sheet.open) { event.preventDefault(); sheet.close(); }
  const copy = event.target.closest("[data-copy]");
  if (copy) { await navigator.clipboard?.writeText($("#" + copy.dataset.copy).textContent); copy.textContent = "✓"; }
});
document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
});

// Whoever handles all that match sends the query instead of the events.
$("#whole")?.addEventListener("change", ({ target }) => {
  for (const box of $$("input[name=events]", rows)) box.disabled = target.checked;
});

// A part of a graph's time, chosen with the pointer, becomes the whole.
const graph = $("[data-zoom]");
if (graph) {
  const chosen = $(".window", graph);
  const place = (event) => {
    const box = graph.getBoundingClientRect();
    return Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
  };
  let start = null;
  const range = (event) => [Math.min(start, place(event)), Math.max(start, place(event))];
  graph.addEventListener("pointerdown", (event) => { start = place(event); graph.setPointerCapture(event.pointerId); });
  graph.addEventListener("pointermove", (event) => {
    if (start === null) return;
    const [left, right] = range(event);
    chosen.removeAttribute("hidden");
    chosen.setAttribute("x", left * 1000);
    chosen.setAttribute("width", (right - left) * 1000);
  });
  graph.addEventListener("pointercancel", () => { start = null; chosen.setAttribute("hidden", ""); });
  graph.addEventListener("pointerup", (event) => {
    if (start === null) return;
    const [left, right] = range(event);
    start = null;
    const [from, to] = [graph.dataset.from, graph.dataset.to].map((text) => Date.parse(text.replace(/(\.\d{3})\d*Z$/, "$1Z")));
    const moment = (part) => encodeURIComponent(new Date(from + (to - from) * part).toISOString());
    if (right - left < 0.01) { chosen.setAttribute("hidden", ""); return; }
    location.href = `${graph.dataset.zoom}&since=${moment(left)}&until=${moment(right)}`;
  });
}

// The connection test shows each stage as it came out.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-test]");
  if (!button) return;
  const form = button.closest("form");
  const list = $(".stages", form);
  const say = (...lines) => { list.hidden = false; list.replaceChildren(...lines.map((parts) => {
    const item = document.createElement("li");
    item.append(...parts.map((text, index) => { const piece = document.createElement(index === 0 ? "b" : "span"); piece.textContent = text; return piece; }));
    return item;
  })); };
  button.disabled = true;
  say(["…", list.dataset.running, ""]);
  try {
    const body = new URLSearchParams(new FormData(form));
    body.set("id", button.dataset.id);
    body.set("csrf", button.dataset.token);
    const answer = await fetch(button.dataset.test, { method: "POST", body });
    const { stages, detail } = await answer.json();
    say(...(stages ?? [{ name: "", succeeded: false, detail }]).map((stage) => [stage.succeeded ? list.dataset.good : list.dataset.bad, stage.name, stage.detail]));
  } catch (error) {
    say([list.dataset.bad, "", String(error)]);
  }
  button.disabled = false;
});

// The state of the arms renews itself.
const table = $("[data-refresh]");
let renewed = Date.now();
if (table) setInterval(async () => {
  if (document.hidden || sheet.open || table.contains(document.activeElement)) return;
  const answer = await fetch(table.dataset.refresh, { redirect: "manual" }).catch(() => null);
  const page = await pageOf(answer);
  if (!page) {
    const isEnded = answer?.type === "opaqueredirect";
    if (isEnded || Date.now() - renewed > 30_000) complain(renewed, isEnded);
    return;
  }
  table.replaceChildren(...$("[data-refresh]", page).childNodes);
  localize(table);
  renewed = Date.now();
  takeBack();
}, 3000);

// The keyboard.
const current = () => document.activeElement?.closest?.("#rows > tr");
const move = (step) => {
  const list = $$("#rows > tr");
  const index = list.indexOf(current());
  list[Math.min(Math.max(index + step, 0), list.length - 1)]?.focus();
};
const shortcuts = {
  j: () => move(1),
  k: () => move(-1),
  x: () => { const box = current() && $("input[name=events]", current()); if (box) { box.checked = !box.checked; count(); } },
  a: () => {
    const box = current() && $("input[name=events]", current());
    if (box && !$("input:checked", rows)) { box.checked = true; count(); }
    $("#handling select[name=status]")?.focus();
  },
  "/": () => { const field = $("#q") ?? $("#text"); field?.focus(); field?.select(); },
  "?": () => $("#help").showModal(),
  Enter: () => { const link = current() && $(".wide a", current()); if (link) link.click(); },
};
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.activeElement?.matches("input, textarea, select")) document.activeElement.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
  if (event.target.matches("input:not([type=checkbox]), textarea, select")) return;
  if (event.key === "Enter" && !event.target.matches("tr")) return;
  const action = shortcuts[event.key];
  if (action) { event.preventDefault(); action(); }
});
