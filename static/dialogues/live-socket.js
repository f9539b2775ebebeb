// <live-socket address="/ws/agent/" revision="9f2c…" outbox="alice"> is a page's one line to the message plane;
// docs/protocol.md says what travels on it. It needs no other element and knows none.
//
// It says, as bubbling events with the frame as `detail`:
//   live:state    {state}  "connecting" until the first hello, then "online" or "offline"
//   live:hello    live:beat    live:typing    live:bye    as received
//   live:queued   {conversation, id, body}  a message of this person's waits in the outbox
//   live:sent     {conversation, id, body, position, at}  it is on disk
//   live:refused  {conversation, id, body, reason, text}  it never will be
//   live:message  {conversation, position, id, author, body, at}  from news and from pages alike, in any order
//   live:pane     {pane, revision}  fetch this pane; "all" when the page's revision is another than the server's:
//                 set `revision` once all are fetched, or every beat says so again
//   live:opening  {after: {}}  whoever shows a conversation writes the highest position it shows in here
//
// It does what it hears on the document: transcript:open {conversation, after}, transcript:behind {conversation,
// after}, box:send {conversation, body}, box:typing {conversation}. The same as methods: send, typing, read.
//
// The attribute `outbox` names a shelf in localStorage. Other shelves are given as `store`, with all(), put(message)
// and remove(id). With the attribute `manual` it waits for connect(); a visitor's `token` is set before.

const VERSION = 1;
const LONGEST_MESSAGE = 4000;
const OPEN_WITHIN_MS = 10_000;
const LONGEST_WAIT_MS = 30_000;
const RELOAD_EVERY_MS = 60_000;
const FOR_GOOD = ["bad_token", "signed_out", "no_permission"];
const LATER = ["too_many", "busy"];

class LiveSocket extends HTMLElement {
  token = "";
  store = null;
  state = "";

  #socket = null;
  #isStarted = false;
  #failures = 0;
  #beatMs = 15_000;
  #heard = { at: 0, ticks: 0 };
  #timer = 0;
  #outbox = [];
  // One message of a conversation is under way at a time, so that they arrive in the order they were written.
  #underWay = new Map();
  #typedAt = new Map();
  #leaving = null;

  connectedCallback() {
    this.#leaving = new AbortController();
    const options = { signal: this.#leaving.signal };
    const wake = () => document.visibilityState === "visible" && this.#wake();
    for (const name of ["online", "focus", "pageshow"]) addEventListener(name, wake, options);
    for (const name of ["visibilitychange", "resume"]) document.addEventListener(name, wake, options);
    // A browser that knows the line is gone need not wait for two silent beats.
    addEventListener("offline", () => this.#isStarted && this.#lose(), options);
    const on = (name, act) => document.addEventListener(name, (event) => act(event.detail), options);
    on("transcript:open", ({ conversation, after }) => this.#welcome(conversation, after));
    on("transcript:behind", ({ conversation, after }) => this.read(conversation, after));
    on("box:send", ({ conversation, body }) => this.send(conversation, body));
    on("box:typing", ({ conversation }) => this.typing(conversation));
    this.store ??= shelf(this.getAttribute("outbox"));
    if (!this.hasAttribute("manual")) this.connect();
  }

  disconnectedCallback() {
    this.#leaving.abort();
    this.disconnect();
  }

  get revision() {
    return this.getAttribute("revision") ?? "";
  }

  set revision(revision) {
    this.setAttribute("revision", revision ?? "");
  }

  async connect() {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#enter("connecting");
    const kept = (await this.store.all()).filter(isMessage).sort((one, other) => one.made - other.made);
    const known = new Set(this.#outbox.map((message) => message.id));
    this.#outbox.unshift(...kept.filter((message) => !known.has(message.id)));
    for (const message of kept) this.#emit("queued", message);
    if (this.#isStarted) this.#open();
  }

  disconnect() {
    this.#isStarted = false;
    this.#drop();
  }

  send(conversation, body) {
    // Half a character, as a careless cut leaves it, cannot travel.
    body = body.replace(/\p{Surrogate}/gu, "\ufffd");
    const message = { conversation: Number(conversation), id: uuid(), body, made: this.#moment() };
    if (length(body) > LONGEST_MESSAGE) {
      const text = `A message has at most ${LONGEST_MESSAGE.toLocaleString("en")} characters.`;
      this.#emit("refused", { ...message, reason: "invalid", text });
      return message.id;
    }
    this.#outbox.push(message);
    this.store.put(message);
    this.#emit("queued", message);
    this.#pump();
    return message.id;
  }

  typing(conversation) {
    const now = performance.now();
    if (now - (this.#typedAt.get(conversation) ?? -Infinity) < 1000) return;
    this.#typedAt.set(conversation, now);
    this.#write({ type: "typing", conversation: Number(conversation) });
  }

  read(conversation, after) {
    this.#write({ type: "read", conversation: Number(conversation), after });
  }

  // The line

  #open() {
    this.#drop();
    const address = new URL(this.getAttribute("address"), location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address);
    socket.onopen = () => this.#sayHello();
    socket.onmessage = (event) => this.#hear(event.data);
    socket.onclose = () => this.#lose();
    this.#socket = socket;
    this.#timer = setTimeout(() => this.#lose(), OPEN_WITHIN_MS);
  }

  #sayHello() {
    const detail = { after: {} };
    this.#emit("opening", detail);
    const hello = { type: "hello", version: VERSION, after: detail.after };
    this.#socket.send(JSON.stringify(this.token ? { ...hello, token: this.token } : hello));
  }

  #drop() {
    clearTimeout(this.#timer);
    this.#underWay.clear();
    if (!this.#socket) return;
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }

  #lose() {
    this.#drop();
    if (!this.#isStarted) return;
    this.#enter("offline");
    const longest = Math.min(LONGEST_WAIT_MS, 500 * 2 ** this.#failures);
    this.#failures += 1;
    this.#timer = setTimeout(() => this.#open(), Math.random() * longest);
  }

  #wake() {
    if (!this.#isStarted || this.state === "connecting") return;
    // A machine that slept has stopped one of these clocks; somebody may have set the other.
    const silence = Math.max(Date.now() - this.#heard.at, performance.now() - this.#heard.ticks);
    if (this.state === "offline" || silence > this.#beatMs) this.#open();
  }

  #write(frame) {
    if (this.state === "online") this.#socket?.send(JSON.stringify(frame));
  }

  // What it hears

  #hear(data) {
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      return;
    }
    this.#heard = { at: Date.now(), ticks: performance.now() };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lose(), 2 * this.#beatMs);
    this.#take(frame);
  }

  #take(frame) {
    switch (frame.type) {
      case "hello":
        this.#failures = 0;
        this.#beatMs = 1000 * frame.beat_seconds;
        this.#enter("online");
        this.#emit("hello", frame);
        this.#compare(frame.revision);
        return this.#pump();
      case "beat":
        this.#emit("beat", frame);
        this.#compare(frame.revision);
        return this.#repeat();
      case "pane":
        return this.#emit("pane", frame);
      case "message":
        return this.#receive(frame);
      case "page":
        for (const message of frame.messages) this.#receive({ ...message, conversation: frame.conversation });
        if (frame.more) this.read(frame.conversation, frame.messages.at(-1).position);
        return;
      case "sent":
        this.#emit("sent", { ...this.#takeOut(frame.id), ...frame });
        return this.#pump();
      case "refused":
        return this.#refuse(frame);
      case "typing":
        return this.#emit("typing", frame);
      case "bye":
        if (FOR_GOOD.includes(frame.reason)) this.disconnect();
        if (!this.#isStarted) this.#enter("offline");
        return this.#emit("bye", frame);
      case "reload":
        return this.#reload();
    }
  }

  #receive(message) {
    if (this.#takeOut(message.id)) this.#pump();
    this.#emit("message", message);
  }

  #compare(revision) {
    if ((revision ?? "") !== this.revision) this.#emit("pane", { pane: "all", revision });
  }

  #refuse(frame) {
    if (LATER.includes(frame.reason) && frame.id) {
      this.#underWay.set(frame.conversation, { id: frame.id, at: Infinity });
      setTimeout(() => {
        if (this.#underWay.get(frame.conversation)?.id === frame.id) this.#underWay.delete(frame.conversation);
        this.#pump();
      }, frame.retry_after_ms ?? 1000);
      return;
    }
    this.#emit("refused", { ...this.#takeOut(frame.id), ...frame });
    this.#pump();
  }

  // The server speaks a newer version than this page. Should the new page be no better, that is no hurry.
  #reload() {
    const [{ type } = {}] = performance.getEntriesByType("navigation");
    const wait = type === "reload" ? RELOAD_EVERY_MS - performance.now() : 0;
    setTimeout(() => location.reload(), Math.max(0, wait));
    this.disconnect();
  }

  // The outbox

  #welcome(conversation, after) {
    for (const message of this.#outbox) {
      if (message.conversation === Number(conversation)) this.#emit("queued", message);
    }
    this.read(conversation, after);
  }

  #pump() {
    if (this.state !== "online") return;
    for (const { conversation, id, body } of this.#outbox) {
      if (this.#underWay.has(conversation)) continue;
      this.#underWay.set(conversation, { id, at: performance.now() });
      this.#write({ type: "message", conversation, id, body });
    }
  }

  #repeat() {
    for (const [conversation, { at }] of this.#underWay) {
      if (performance.now() - at > this.#beatMs) this.#underWay.delete(conversation);
    }
    this.#pump();
  }

  #takeOut(id) {
    const message = this.#outbox.find((kept) => kept.id === id);
    if (!message) return;
    this.#outbox = this.#outbox.filter((kept) => kept !== message);
    if (this.#underWay.get(message.conversation)?.id === id) this.#underWay.delete(message.conversation);
    this.store.remove(id);
    return message;
  }

  #moment() {
    return Math.max(Date.now(), (this.#outbox.at(-1)?.made ?? 0) + 1);
  }

  #enter(state) {
    if (this.state === state) return;
    this.state = state;
    this.#emit("state", { state });
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(`live:${name}`, { bubbles: true, detail }));
  }
}

// A message has a key of its own, so that two tabs never write over each other's.
function shelf(name) {
  const prefix = `parley.outbox.${name}.`;
  const memory = new Map();
  if (!name) return { all: () => [], put() {}, remove() {} };
  return {
    all() {
      const keys = attempt(() => Object.keys(localStorage).filter((key) => key.startsWith(prefix))) ?? [];
      return [...keys.map((key) => attempt(() => JSON.parse(localStorage.getItem(key)))), ...memory.values()];
    },
    put(message) {
      const isKept = attempt(() => localStorage.setItem(prefix + message.id, JSON.stringify(message)) ?? true);
      if (!isKept) memory.set(message.id, message);
    },
    remove(id) {
      memory.delete(id);
      attempt(() => localStorage.removeItem(prefix + id));
    },
  };
}

// Storage may be denied, full, or hold what somebody else put there.
function attempt(act) {
  try {
    return act();
  } catch {
    return undefined;
  }
}

function isMessage(kept) {
  return (
    Number.isInteger(kept?.conversation) &&
    /^[0-9a-f-]{36}$/.test(kept.id) &&
    typeof kept.body === "string" &&
    length(kept.body) <= LONGEST_MESSAGE
  );
}

// In code points, as the server counts.
function length(text) {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}

// crypto.randomUUID is missing where a page is served without TLS.
function uuid() {
  return "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
    (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16),
  );
}

customElements.define("live-socket", LiveSocket);
