// What is written without a connection: kept in the browser first, then sent from there, each once by its key.
// Kept by person, under `kept:`: whoever else signs in at this phone neither sees nor sends it, and signing out takes it away.

const SOONEST = 1000; // milliseconds until a failed sending is tried again, doubled with each failure
const LATEST = 20000; // and until it is looked at again whether what waits can be sent

export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function button(words, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "text-btn";
  made.textContent = words;
  made.addEventListener("click", act);
  return made;
}

// `find` gives the element of the page, whose data-… are the words. An item has a key, the address that it is sent to and
// its name in the list; one with a number holds back what follows it of the same number while it is refused.
export class Unsent {
  constructor(find, shelf, { body, accepted = () => {}, dropped = () => {}, details = () => [], drained = () => {} }) {
    Object.assign(this, { find, shelf: `kept:${shelf}`, body, accepted, dropped, details, drained, isSending: false, pause: SOONEST });
  }

  get words() {
    return this.find().dataset;
  }

  kept() {
    return JSON.parse(localStorage.getItem(this.shelf) ?? "[]");
  }

  keep(items) {
    if (items.length) localStorage.setItem(this.shelf, JSON.stringify(items));
    else localStorage.removeItem(this.shelf);
  }

  add(item) {
    this.keep([...this.kept(), item]);
    this.show();
    this.send();
  }

  drop(key) {
    this.keep(this.kept().filter((other) => other.key !== key));
    this.dropped(key);
  }

  say(words, level = "soon") {
    const line = this.find().querySelector("[data-line]");
    line.hidden = !words;
    line.className = `flash ${level}`;
    line.textContent = words ?? "";
  }

  show() {
    const items = this.kept();
    const list = this.find().querySelector("[data-unsent]");
    list.hidden = !items.length;
    const count = list.querySelector("[data-count]");
    if (count) count.textContent = items.filter((one) => !one.refused).length;
    list.querySelector("ul").replaceChildren(...items.map((one) => this.entry(one)));
  }

  entry(one) {
    const entry = document.createElement("li");
    const head = document.createElement("b");
    head.textContent = one.name;
    const state = document.createElement("span");
    state.className = one.refused ? "tag late" : "tag soon";
    state.textContent = one.refused ? this.words.refused : this.words.waiting;
    entry.append(head, " ", state);
    for (const detail of this.details(one)) entry.append(document.createElement("br"), detail);
    if (one.refused) {
      const forget = button(this.words.forget, () => { this.drop(one.key); this.show(); this.send(); });
      entry.append(document.createElement("br"), one.refused, " ");
      if (one.about) {
        const open = document.createElement("a");
        open.href = one.about;
        open.textContent = this.words.open;
        entry.append(open, " ");
      }
      entry.append(forget);
    }
    return entry;
  }

  async post(one) {
    const { body, patience } = await this.body(one);
    body.set("csrf", this.find().querySelector("input[name=csrf]")?.value ?? document.querySelector("input[name=csrf]").value);
    return fetch(one.address, {
      method: "POST", body, redirect: "manual", headers: { accept: "application/json" }, signal: AbortSignal.timeout(patience ?? 20000),
    });
  }

  // In the order in which they were written; what follows a refused one of the same number waits for the person.
  async send() {
    if (this.isSending || !this.kept().length) return;
    this.isSending = true;
    let sent = 0;
    let wait = LATEST;
    try {
      for (;;) {
        const items = this.kept();
        const held = new Set(items.filter((one) => one.refused && one.number).map((one) => one.number));
        const one = items.find((item) => !item.refused && !held.has(item.number));
        if (!one) break;
        const answer = await this.post(one);
        if (answer.type === "opaqueredirect") { this.say(this.words.signin); return; }
        this.pause = SOONEST;
        if (answer.status >= 500 || answer.status === 429) return;
        const said = answer.headers.get("content-type")?.includes("json") ? await answer.json() : { words: [] };
        if (answer.ok) {
          sent += 1;
          this.drop(one.key);
          this.accepted(one, said);
        } else {
          const refused = said.words?.join(" ") || this.words.refused;
          this.keep(this.kept().map((other) => (other.key === one.key ? { ...other, refused } : other)));
        }
        this.show();
      }
      if (sent) this.drained(!this.kept().length);
    } catch {
      // A phone says that it is online before the connection bears anything: the next tries follow soon.
      this.say(this.words.offline);
      if (navigator.onLine) {
        wait = this.pause;
        this.pause = Math.min(this.pause * 2, LATEST);
      }
    } finally {
      this.isSending = false;
      this.show();
      clearTimeout(this.again); // one try at a time is planned, whatever else had it sent
      if (this.kept().length) this.again = setTimeout(() => this.send(), wait);
    }
  }

  // Sends whenever it may succeed, and keeps the page at each of the addresses for when there is no connection.
  begin(scopes) {
    window.addEventListener("online", () => { this.say(""); this.pause = SOONEST; this.send(); });
    window.addEventListener("offline", () => this.say(this.words.offline));
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.send(); });
    document.addEventListener("submit", (event) => {
      if (!event.target.matches("form[data-sign-out]") || !this.kept().length) return;
      if (!window.confirm(this.words.lost)) event.preventDefault();
    }, true); // before what every page does at sign-out
    if (!navigator.onLine) this.say(this.words.offline);
    this.show();
    this.send();
    for (const scope of scopes) this.stand(scope);
  }

  async stand(scope) {
    if (!("serviceWorker" in navigator)) return;
    const made = await navigator.serviceWorker.register(this.words.worker, { scope });
    const worker = made.active ?? made.waiting ?? made.installing;
    const tell = () => { if (worker.state === "activated") worker.postMessage({ keep: this.words.here }); };
    worker.addEventListener("statechange", tell);
    tell();
  }
}
