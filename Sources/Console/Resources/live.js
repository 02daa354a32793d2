// The list of events while it is open: what arrives is put where a reload would show it, and nothing is left out without a word.
import { $, $$, complain, language, localize, takeBack } from "./console.js";
import { pageOf, rowsOf, sharedWorker } from "./elements.js";
import { Stream } from "./stream.js";

const live = $("#live");
const rows = $("#rows");
const fresh = $("#fresh");
const text = live.dataset;
const most = 300;

// Places in the list: by time in nanoseconds, then by number. Gaps stand where the newest of their events would.
const compare = (one, other) => {
  const [a, b] = [BigInt(one.at), BigInt(other.at)];
  return a === b ? Number(other.id) - Number(one.id) : a < b ? 1 : -1;
};
const placeOf = (row) => row.dataset;
// As the server writes it: what follows is behind the event at this place.
const listBehind = ({ at, id }) => `${text.list}&cursor=${btoa(`${at}.${id}`).replaceAll("=", "")}`;

// A row for events that are not shown: how many, and a link that shows them here.
const gapRow = ({ count, severity, at, id, endAt, endId, href }) => {
  const row = document.createElement("tr");
  Object.assign(row.dataset, { at, id, endAt, endId, count: count ?? "", severity: severity ?? "" });
  row.className = "gap";
  row.tabIndex = -1;
  const cell = row.insertCell();
  cell.className = "wide";
  cell.colSpan = 7;
  const link = document.createElement("a");
  link.href = href ?? listBehind({ at, id: Number(id) + 1 });
  const words = count ? text.gap : text.gapUnknown;
  link.textContent = words.replace("{count}", Number(count).toLocaleString(language)).replace("{severity}", severity);
  cell.append(link);
  return row;
};

// Puts rows where they belong; both lists have the newest first.
const merge = (list) => {
  let next = rows.firstElementChild;
  for (const row of list) {
    while (next && compare(placeOf(next), placeOf(row)) < 0) next = next.nextElementSibling;
    rows.insertBefore(row, next);
  }
  $("#empty")?.remove();
};
const isShown = (row) => $(`tr:not(.gap)[data-id="${row.dataset.id}"]`, rows) !== null;

// What is behind the last row is on the next page, wherever the last row is by now.
const trim = () => {
  if (rows.children.length <= most) return;
  while (rows.children.length > most) rows.lastElementChild.remove();
  let older = $("a[rel=next]");
  if (!older) {
    older = document.createElement("a");
    Object.assign(older, { rel: "next", className: "button", textContent: text.older });
    $(".paging").append(older);
  }
  older.href = listBehind(placeOf(rows.lastElementChild));
};

const insert = ({ rows: list, gaps }) => {
  const fragment = rowsOf(list);
  localize(fragment);
  const arrived = [...$$("tr", fragment).filter((row) => !isShown(row)), ...gaps.map(gapRow)];
  if (arrived.length === 0) return;
  const last = rows.lastElementChild;
  const isBehind = (row) => last && $("a[rel=next]") && compare(placeOf(row), placeOf(last)) > 0;
  // Between the end of the list and an event that came late there are others, which nobody has asked for yet.
  const behind = arrived.filter(isBehind).sort((one, other) => compare(placeOf(one), placeOf(other)))[0];
  if (behind) {
    const { at, id } = placeOf(last);
    arrived.push(gapRow({ at, id: Number(id) - 0.5, endAt: behind.dataset.at, endId: behind.dataset.id, href: listBehind({ at, id }) }));
  }
  merge(arrived.sort((one, other) => compare(placeOf(one), placeOf(other))));
  trim();
  announce(arrived.filter((row) => $(".tag.warn", row) && !(row.getBoundingClientRect().top <= innerHeight && row.isConnected)));
};

// Who looks at the top of the list does not see what came late and stands further down, or on the next page.
const late = $("#late");
let stragglers = [];
const announce = (unseen) => {
  if (unseen.length === 0) return;
  stragglers.push(...unseen);
  stragglers.length = Math.min(stragglers.length, most);
  late.textContent = "↓ " + text.late.replace("{count}", stragglers.length.toLocaleString(language));
  late.hidden = false;
};
late.addEventListener("click", () => {
  const [first] = stragglers;
  stragglers = [];
  late.hidden = true;
  if (!first.isConnected) { location.href = listBehind({ at: first.dataset.at, id: Number(first.dataset.id) + 1 }); return; }
  first.scrollIntoView({ block: "center" });
  first.focus();
});

// Shows the events of a gap, a page at a time.
const fill = async (gap) => {
  const page = await read($("a", gap).href);
  if (!page) return;
  const end = { at: gap.dataset.endAt, id: gap.dataset.endId };
  const found = $$("#rows > tr", page);
  const inside = found.filter((row) => compare(placeOf(row), end) <= 0);
  const isWhole = inside.length < found.length || inside.at(-1)?.dataset.id === end.id;
  const next = isWhole ? null : $("a[rel=next]", page);
  const added = inside.filter((row) => !isShown(row));
  if (next) {
    const { at, id } = inside.length ? placeOf(inside.at(-1)) : gap.dataset;
    const count = gap.dataset.count && Math.max(1, gap.dataset.count - added.length);
    const rest = { ...gap.dataset, at, id: inside.length ? Number(id) - 0.5 : id, count, href: next.getAttribute("href") };
    gap.replaceWith(gapRow(rest));
  } else {
    gap.remove();
  }
  merge(added);
  (added[0] ?? $("tr", rows))?.focus();
};
rows.addEventListener("click", (event) => {
  const gap = event.target.closest(".gap");
  if (!gap || !event.target.closest("a") || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  fill(gap);
});

// A page of the list, ready to take rows from; null when the server does not answer with one.
const read = async (address) => {
  const page = await pageOf(await fetch(address, { redirect: "manual" }).catch(() => null));
  if (page) localize(page);
  return page;
};

// Up to the event `seen` everything is in the list or in a gap of it; up to `known` the page has been told that there is something.
let seen = Number(text.after);
let known = seen;
let count = 0;
let isUnsure = false;
let isLoading = false;
const isWaiting = () => count > 0 || isUnsure;
const isReading = () => scrollY > 160 || rows.contains(document.activeElement) || $("input:checked", rows) !== null;
const showWaiting = () => {
  fresh.textContent = `↑ ${count.toLocaleString(language)}${isUnsure ? "+" : ""} ${text.more}`;
  fresh.hidden = !isWaiting();
};
const settle = (last) => {
  seen = last;
  known = Math.max(known, last);
  count = 0;
  isUnsure = false;
};

// The list as it is now, in the place of the one before; the session may be another one than when the page was made.
const renew = async () => {
  const page = await read(text.list);
  if (!page) return false;
  rows.replaceChildren(...$("#rows", page).childNodes);
  $(".paging").replaceChildren(...$(".paging", page).childNodes);
  seen = known = Number($("#live", page).dataset.after);
  takeToken(page);
  return true;
};
// Each form has a token of its own, which is for its action only.
const takeToken = (page) => {
  const tokens = new Map($$("form[method=post]", page).map((form) => [form.getAttribute("action"), $("input[name=csrf]", form)?.value]));
  for (const form of $$("form[method=post]")) {
    const token = tokens.get(form.getAttribute("action"));
    if (token) $("input[name=csrf]", form).value = token;
  }
  document.body.dataset.csrf = page.body.dataset.csrf;
};

// Asks for all that is not shown yet: what was counted while somebody read, and what was lost on the way.
const load = async () => {
  if (isLoading) return;
  isLoading = true;
  const answer = await fetch(`/events/missed?${new URLSearchParams({ q: text.query, after: seen })}`, { redirect: "manual" })
    .catch(() => null);
  const missed = answer?.ok ? await answer.json().catch(() => null) : null;
  if (missed && !missed.isTooMuch) {
    insert(missed);
    settle(missed.last);
  }
  const isDone = missed && (!missed.isTooMuch || await renew());
  isLoading = false;
  if (isDone && missed.isTooMuch) settle(seen);
  showWaiting();
  if (!isDone) setTimeout(() => { if (isWaiting() && !isReading()) load(); }, 5000);
  else if (known > seen && !isReading()) load();
};

// Each message begins where the one before ended; if one does not, something was lost, and is asked for.
const hear = (message) => {
  if (message.isTooMuch || message.after > known) isUnsure = true;
  else if (message.last <= known) return;
  const isNext = message.after === seen || message.gaps.length === 0;
  if (!isWaiting() && !isLoading && (message.count === 0 || (isNext && !isReading()))) {
    insert(message);
    settle(message.last);
    return;
  }
  count += message.count;
  known = Math.max(known, message.last);
  if (isReading()) showWaiting();
  else load();
};
fresh.addEventListener("click", () => { scrollTo({ top: 0 }); document.activeElement?.blur(); load(); });
addEventListener("scroll", () => { if (isWaiting() && !isReading()) load(); }, { passive: true });

// Whether the page is live, in words; after half a minute without a connection it says so where nobody can miss it.
let state = "";
let alarm = 0;
const show = (now) => {
  if (now.state === state) return;
  clearTimeout(alarm);
  if (state === "ended" && now.state === "live") read(text.list).then((page) => { if (page) takeToken(page); });
  state = now.state;
  live.classList.toggle("off", state !== "live");
  $("span", live).textContent = { live: text.on, lost: text.off, ended: text.ended }[state];
  if (state === "live") { live.dataset.ready = ""; takeBack(); }
  else if (state === "ended") complain(now.since, true);
  else alarm = setTimeout(() => complain(now.since, false), Math.max(2000, now.since + 30_000 - Date.now()));
};

// The way to the stream: through the worker that all pages share, or one of our own while the page can be seen.
const tell = (message) => {
  unanswered = 0;
  if (message.state === "full") useOwn();
  else if (message.state) show(message);
  else hear(message);
};
let unanswered = 0;
let join;
let leave;
let isOwn = false;
const useOwn = () => {
  if (isOwn) return;
  isOwn = true;
  const stream = new Stream();
  join = (isUrgent) => { if (!document.hidden) stream.join(tell, { query: text.query, after: seen, isUrgent }); };
  leave = () => stream.leave(tell);
  document.addEventListener("visibilitychange", () => { if (document.hidden) leave(); });
  join(true);
};
const useShared = () => {
  const worker = sharedWorker(new URL("stream.js", import.meta.url));
  worker.addEventListener("error", useOwn);
  worker.port.addEventListener("message", ({ data }) => tell(data));
  worker.port.start();
  join = (isUrgent) => { if (unanswered++ < 4) worker.port.postMessage({ query: text.query, after: seen, isUrgent }); else useOwn(); };
  leave = () => worker.port.postMessage(null);
  join(true);
};
try { useShared(); } catch { useOwn(); }
setInterval(() => join(false), 20_000);
document.addEventListener("visibilitychange", () => { if (!document.hidden) join(true); });
addEventListener("pageshow", ({ persisted }) => { if (persisted) join(true); });
addEventListener("pagehide", () => leave());
