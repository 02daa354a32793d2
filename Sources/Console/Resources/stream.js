// One connection to the server for all pages of a browser that show what arrives: browsers allow six connections to a server, so that
// a stream for each page would keep the seventh page from loading. It runs in a shared worker; where there is none, each page
// has a stream of its own while it can be seen.

// The server says something every 15 seconds. A connection that is silent for longer is dead, whatever TCP says of it.
const silence = 32_000;
// A page says now and then that it is there. One that is not heard for so long is closed, or asleep and joins again when it wakes.
const memory = 300_000;
// Addresses longer than 8 KiB are refused by some proxies.
const room = 7_000;
const mostQueries = 50;
const pause = (attempt) => Math.min(1000 * 2 ** attempt, 15_000) * (0.5 + Math.random());

class Ended extends Error {}

export class Stream {
  #pages = new Map();
  #state = { state: "lost", since: Date.now() };
  #heard = Date.now();
  #attempt = 0;
  #connection = null;
  #timer = 0;

  constructor() {
    setInterval(() => this.#look(), 5000);
    addEventListener("online", () => this.#connectIn(0));
  }

  // Takes a page in, or hears that it is still there. `tell` is called with what arrives after the event `after`, and with the state.
  join(tell, { query, after, isUrgent }) {
    const known = this.#pages.get(tell);
    if (known) known.heard = Date.now();
    else if (this.#isFull(query)) { tell({ state: "full" }); return; }
    else this.#pages.set(tell, { query, after, heard: Date.now() });
    tell(this.#state);
    if (!known || (isUrgent && this.#state.state !== "live")) this.#connectIn(20);
  }

  leave(tell) {
    this.#pages.delete(tell);
    if (this.#pages.size === 0) { clearTimeout(this.#timer); this.#connection?.abort(); this.#connection = null; }
  }

  #isFull(query) {
    const queries = this.#queries();
    if (queries.size === 0 || queries.has(query)) return false;
    return queries.size >= mostQueries || this.#address(queries.set(query, Number.MAX_SAFE_INTEGER)).length > room;
  }

  // The queries of all pages, each with the event from which on some page knows nothing.
  #queries() {
    const queries = new Map();
    for (const { query, after } of this.#pages.values()) queries.set(query, Math.min(after, queries.get(query) ?? after));
    return queries;
  }

  #address(queries) {
    const parameters = new URLSearchParams();
    for (const [query, after] of queries) { parameters.append("q", query); parameters.append("after", after); }
    return "/events/stream?" + parameters;
  }

  #connectIn(time) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#connect(), time);
  }

  async #connect() {
    this.#connection?.abort();
    const queries = this.#queries();
    if (queries.size === 0) return;
    const connection = this.#connection = new AbortController();
    const isCurrent = () => this.#connection === connection;
    const start = this.#heard = Date.now();
    let state = "lost";
    try {
      const answer = await fetch(this.#address(queries), { redirect: "manual", cache: "no-store", signal: connection.signal });
      if (answer.type === "opaqueredirect" || answer.status === 401) throw new Ended();
      if (!answer.headers.get("content-type")?.startsWith("text/event-stream")) throw new Error(`status ${answer.status}`);
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done || !isCurrent()) break;
        this.#heard = Date.now();
        this.#change("live");
        const messages = (text + value).split("\n\n");
        text = messages.pop();
        for (const message of messages) this.#read(message, [...queries.keys()]);
      }
    } catch (error) {
      if (error instanceof Ended) state = "ended";
    }
    if (!isCurrent()) return;
    connection.abort();
    this.#change(state);
    if (Date.now() - start > 10_000) this.#attempt = 0;
    this.#connectIn(pause(this.#attempt++));
  }

  #read(message, queries) {
    const [event, number, data] = message.split("\n");
    if (event === "event: signed-out") throw new Ended();
    if (event !== "event: events") return;
    const query = queries[Number(number.slice("data: ".length))];
    const arrivals = JSON.parse(data.slice("data: ".length));
    for (const [tell, page] of this.#pages) {
      if (page.query !== query) continue;
      page.after = arrivals.last;
      tell(arrivals);
    }
  }

  #change(state) {
    if (state === "live") this.#state.since = this.#heard;
    if (state === this.#state.state) return;
    this.#state = { state, since: this.#state.since };
    for (const tell of this.#pages.keys()) tell(this.#state);
  }

  #look() {
    for (const [tell, page] of this.#pages) if (Date.now() - page.heard > memory) this.leave(tell);
    if (this.#connection && !this.#connection.signal.aborted && Date.now() - this.#heard > silence) {
      this.#change("lost");
      this.#connectIn(0);
    }
  }
}

// As a shared worker.
if ("onconnect" in self) {
  const stream = new Stream();
  self.addEventListener("connect", ({ ports: [port] }) => {
    const tell = (message) => port.postMessage(message);
    port.addEventListener("message", ({ data }) => { if (data) stream.join(tell, data); else stream.leave(tell); });
    port.start();
  });
}
