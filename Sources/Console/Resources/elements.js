// Text becomes elements, and an address becomes a script, here and nowhere else: the server's policy refuses every other way.

const policy = globalThis.trustedTypes?.createPolicy("hatohol", {
  createHTML: (text) => text,
  createScriptURL: (address) => {
    const url = new URL(address, location);
    if (url.origin !== location.origin || !url.pathname.startsWith("/assets/")) throw new TypeError(`no script of ours: ${address}`);
    return url.href;
  },
});
const html = (text) => policy?.createHTML(text) ?? text;

// What a row of events is made of. A page is safe because the server escapes what it fills in; should that fail once, a row still brings
// no other elements, and no attributes that lead, load or send something elsewhere.
const elements = new Set(["tr", "td", "input", "span", "svg", "use", "time", "a", "small"]);
const attributes = new Set(["class", "tabindex", "data-at", "data-id", "value", "aria-label", "aria-hidden", "role", "title", "datetime"]);
const exact = {
  a: { href: /^\/events\/\d+$/ },
  use: { href: /^#icon-[a-z]+$/ },
  input: { type: /^checkbox$/, name: /^events$/ },
};
const isPlain = (element) => elements.has(element.localName)
  && Object.entries(exact[element.localName] ?? {}).every(([name, pattern]) => pattern.test(element.getAttribute(name)));

// Leaves of a tree what a row may have; anything else becomes the text that it is.
const plain = (root) => {
  for (const element of [...root.querySelectorAll("*")].reverse()) {
    if (!isPlain(element)) { element.replaceWith(element.textContent); continue; }
    for (const { name } of [...element.attributes]) {
      if (!attributes.has(name) && !(name in (exact[element.localName] ?? {}))) element.removeAttribute(name);
    }
  }
  return root;
};

// Rows of events, as the stream brings them.
export const rowsOf = (list) => {
  const template = document.createElement("template");
  template.innerHTML = html(list.join(""));
  return plain(template.content);
};

// A page of this server, to take parts from; null when the answer is none. Its scripts never run.
export const pageOf = async (answer) => {
  if (!answer?.ok || !answer.headers.get("content-type")?.startsWith("text/html")) return null;
  const page = new DOMParser().parseFromString(html(await answer.text()), "text/html");
  const rows = page.querySelector("#rows");
  if (rows) plain(rows);
  return page;
};

// A worker that all pages share.
export const sharedWorker = (address) => new SharedWorker(policy?.createScriptURL(address) ?? address, { type: "module" });
