// <chat-widget> is the visitor's frame. The loader on the host page keeps token and outbox, and hands them over
// through a port; what is shown comes from the server, as partials, and each part is replaced only when it changed:
// what somebody is typing, where they read and where the focus is stay as they are.

const ANSWER = "/widget/answer/";
const OFFLINE = "You are offline. What you write is sent when the line is back.";
const FAILED = "That did not go through. Please try again.";
const A_BLINK_MS = 1500;
const TRY_AGAIN_MS = 3000;
const FIRST = [
  "textarea",
  "[data-part=ask] input:not([type=hidden])",
  "[data-part=ask] select",
  "[data-part=ask] button",
  "[data-part=composer] button",
  "[data-do=minimise]",
];

class ChatWidget extends HTMLElement {
  #port = null;
  #token = "";
  #facts = {};
  #isOpen = false;
  #isReady = false;
  #isBusy = false;
  #unread = 0;
  #seen = "";
  #draft = "";
  #served = {};
  #turns = Promise.resolve();
  #offlineTimer = 0;
  #again = 0;
  #settleToken = null;
  #isAnswering = false;
  #later = null;
  #comesBack = false;

  connectedCallback() {
    this.socket = this.querySelector("live-socket");
    this.line = this.querySelector(".line");
    this.confirm = this.querySelector(".confirm");
    this.onclick = (event) => this.#act(event.target.closest("[data-do]")?.dataset.do);
    this.onsubmit = (event) => this.#submit(event);
    this.onkeydown = (event) => this.#press(event);
    const on = (name, act) => this.addEventListener(name, ({ detail }) => act(detail));
    on("live:pane", ({ revision }) => this.#refresh(revision));
    on("live:state", ({ state }) => this.#tellLine(state));
    on("live:bye", ({ reason }) => reason === "bad_token" && this.#begin());
    on("live:queued", () => this.#calm());
    on("transcript:shown", (message) => this.#notice(message));
    on("transcript:settled", () => this.#askNow());
    on("sound:muted", ({ isMuted }) => this.#tell({ muted: isMuted ? "1" : "" }));
    on("time-left:over", () => this.#refreshSoon());
    on("pdf:seen", (seen) => this.#tellSeen(seen));
    this.#meetHost();
  }

  // The host page. Whoever hands over the first port is the only one that is ever listened to.

  #meetHost() {
    if (parent === window) return this.#stand();
    const meet = (event) => {
      if (event.source !== parent || event.data?.parley !== "start" || !event.ports[0]) return;
      removeEventListener("message", meet);
      this.#port = event.ports[0];
      this.#port.onmessage = ({ data }) => this.#hear(data);
      this.#start(event.data);
    };
    addEventListener("message", meet);
    // Nothing is told yet that a stranger may not hear.
    parent.postMessage({ parley: "hello" }, "*");
  }

  #stand() {
    document.body.classList.add("is-alone");
    this.#start({ token: "", outbox: [], page: "", referrer: "", seen: "" });
    this.#isOpen = true;
  }

  #start({ token, outbox, page, referrer, seen, isReturning, isFresh, font, muted }) {
    this.#token = token ?? "";
    // Not in the address, which would be in logs.
    this.#facts = { "Parley-Page": page, "Parley-Referrer": referrer, "Parley-Returning": isReturning ? 1 : 0 };
    this.#seen = seen ?? "";
    this.querySelector("message-sound")?.toggleAttribute("muted", Boolean(muted));
    if (document.body.dataset.font === "page") document.body.style.fontFamily = font ?? "";
    this.socket.store = {
      all: () => outbox,
      put: (message) => this.#tell({ put: message }),
      remove: (id) => {
        outbox = outbox.filter((message) => message.id !== id);
        this.#tell({ remove: id });
      },
    };
    if (isFresh) this.#served.chat = { fresh: "" };
    this.#refresh();
  }

  #hear({ isOpen, token }) {
    if (token !== undefined) this.#settleToken?.(token);
    if (isOpen === undefined) return;
    this.#isOpen = isOpen;
    if (!isOpen) return;
    this.#markSeen();
    this.#focusFirst();
  }

  #tell(news) {
    this.#port?.postMessage(news);
  }

  // Two tabs may each have been given a token: the host page keeps the first, and both use that.
  async #keep(token) {
    if (!this.#port) return token;
    const settled = new Promise((resolve) => (this.#settleToken = resolve));
    this.#tell({ token });
    return settled;
  }

  // What is shown

  get #chat() {
    return this.#served.chat;
  }

  // Asks for what is shown, unless that has come meanwhile with the answer to something else.
  #refresh(revision) {
    return this.#inTurn(() => (revision && revision === this.#chat?.revision ? null : this.#fetch()));
  }

  #refreshSoon() {
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.#refresh(), TRY_AGAIN_MS * (0.5 + Math.random()));
  }

  // One after the other, so that an older answer never comes to stand over a newer one.
  #inTurn(act) {
    this.#turns = this.#turns.then(act).catch(() => this.#refreshSoon());
    return this.#turns;
  }

  async #fetch(path, form) {
    path ??= this.#chat && "fresh" in this.#chat ? "/widget/chat/?fresh" : "/widget/chat/";
    try {
      const headers = { ...this.#facts, ...(this.#token && { Authorization: `Visitor ${this.#token}` }) };
      const method = form ? "POST" : "GET";
      const response = await fetch(path, { method, headers, body: form, credentials: "omit", cache: "no-store" });
      if (response.status === 401 && this.#token) {
        this.line.textContent = await response.text();
        return this.#begin();
      }
      const issued = response.headers.get("Visitor-Token");
      if (issued) {
        this.#token = await this.#keep(issued);
        if (this.#token !== issued) return this.#fetch("/widget/chat/");
      }
      const text = await response.text();
      const next = new DOMParser().parseFromString(text, "text/html").querySelector(".chat");
      if (!next) throw new Error(`No chat in the answer: ${response.status}`);
      this.#show(next);
    } catch {
      if (form) this.#complain(FAILED);
      else this.#refreshSoon();
    }
  }

  // The token is not known here: forget it, and begin as a new visitor.
  #begin() {
    this.#tell({ forget: this.#token });
    this.#token = "";
    this.socket.disconnect();
    return this.#fetch("/widget/chat/");
  }

  #show(next) {
    clearTimeout(this.#again);
    const { conversation, phase } = next.dataset;
    for (const part of next.querySelectorAll("[data-part]")) {
      if (part.dataset.part === "transcript") this.#showTranscript(part);
      else if (part.dataset.part === "ask" && this.#hasToWait(part)) this.#askLater(part);
      else this.#showPart(part);
    }
    this.#served.chat = next.dataset;
    if (!conversation || phase === "ended") this.confirm.hidden = true;
    this.socket.revision = next.dataset.revision;
    if (conversation) this.#connect();
    const isUnderWay = Boolean(conversation) && phase !== "ended";
    this.#tell(this.#isReady ? { isUnderWay } : { isUnderWay, isReady: true });
    if (!this.#isReady) this.#countUnread();
    this.#isReady = true;
  }

  #showTranscript(part) {
    const [shown, newer] = [this, part].map((place) => place.querySelector("chat-transcript"));
    if (shown?.conversation && newer.getAttribute("conversation") === String(shown.conversation)) {
      return shown.merge(newer);
    }
    this.#place(part.dataset.part).replaceWith(document.adoptNode(part));
    if (this.#isAnswering) newer.takeBack();
    if (this.#isOpen) this.#markSeen();
  }

  // What is asked stands below what the bot says first, and some bots take their time.
  #hasToWait(part) {
    this.#later = null;
    return part.querySelector("form") && this.#transcript.isHolding;
  }

  #askLater(part) {
    const place = this.#place("ask");
    this.#later = part;
    this.#comesBack ||= place.contains(document.activeElement);
    if (this.#comesBack) this.focus();
    place.replaceChildren();
    this.#served.ask = null;
  }

  #askNow() {
    if (this.#later) this.#showPart(this.#later);
    if (this.#later && this.#comesBack && document.activeElement === this) this.#focusFirst();
    this.#later = null;
    this.#comesBack = false;
  }

  get #transcript() {
    return this.querySelector("chat-transcript");
  }

  #showPart(part) {
    const name = part.dataset.part;
    const place = this.#place(name);
    if (this.#served[name] === part.outerHTML) return;
    this.#served[name] = part.outerHTML;
    const focus = place.contains(document.activeElement) ? document.activeElement.dataset.do ?? "" : null;
    const typed = place.querySelector("textarea")?.value;
    if (typed) this.#draft = typed;
    place.replaceWith(document.adoptNode(part));
    const box = part.querySelector("textarea");
    if (box) [box.value, this.#draft] = [this.#draft, ""];
    if (focus === null) return;
    const same = focus && part.querySelector(`[data-do="${focus}"]`);
    if (same) same.focus();
    // Who was writing when the chat ended must not press a button with the next Enter.
    else if (typed !== undefined && !box) this.querySelector("chat-transcript").focus();
    else setTimeout(() => this.#focusFirst());
  }

  #place(name) {
    return this.querySelector(`[data-part="${name}"]`);
  }

  #connect() {
    this.socket.token = this.#token;
    this.socket.connect();
  }

  // What the visitor does

  #press(event) {
    if (event.key !== "Escape" || event.isComposing) return;
    this.#act(this.confirm.hidden ? "minimise" : "keep");
  }

  #act(what) {
    switch (what) {
      case "minimise":
        this.#isOpen = false;
        return this.#tell({ isMinimised: true });
      case "ask-end":
        this.confirm.hidden = false;
        return this.confirm.querySelector("button").focus();
      case "keep":
        this.confirm.hidden = true;
        return this.#focusFirst();
      case "end":
        this.confirm.hidden = true;
        this.#focusFirst();
        return this.#post("/widget/end/");
      case "cancel":
      case "new":
        return this.#post(`/widget/${what}/`);
    }
  }

  #submit(event) {
    if (event.defaultPrevented || event.target.closest("message-box")) return;
    event.preventDefault();
    const form = new FormData(event.target, event.submitter);
    this.#tell({ isAnswered: true });
    this.#post(ANSWER, form);
  }

  async #post(path, form = new FormData()) {
    if (this.#isBusy) return;
    this.#isBusy = true;
    if (!form.has("card")) form.append("conversation", this.#chat.conversation);
    this.#complain("");
    this.#served.ask = null;
    this.#place("ask").setAttribute("aria-busy", "true");
    this.#isAnswering = form.has("card");
    this.#transcript.take(this.#isAnswering);
    await this.#inTurn(() => this.#fetch(path, form));
    this.#transcript.take(false);
    this.#isAnswering = this.#isBusy = false;
    this.#place("ask").removeAttribute("aria-busy");
  }

  // Before the first answer there is no conversation that could keep it; and a document opens whatever becomes of this.
  #tellSeen(seen) {
    if (!this.#chat?.conversation) return;
    const body = new URLSearchParams({ ...seen, conversation: this.#chat.conversation });
    const headers = { Authorization: `Visitor ${this.#token}` };
    fetch("/widget/documents/", { method: "POST", headers, body, credentials: "omit", keepalive: true }).catch(() => {});
  }

  // What it tells the visitor

  #complain(text) {
    const place = this.querySelector(".trouble");
    if (place) place.textContent = text;
    else this.line.textContent = text;
  }

  #tellLine(state) {
    clearTimeout(this.#offlineTimer);
    if (state === "online") this.line.textContent = "";
    if (state === "offline") this.#offlineTimer = setTimeout(() => (this.line.textContent = OFFLINE), A_BLINK_MS);
  }

  #calm() {
    if (!this.querySelector(".warning")) return;
    this.#place("notice").replaceChildren();
    this.#served.notice = null;
  }

  #notice({ author }) {
    if (author === "visitor" || author === "agent") this.#calm();
    if (this.#isOpen) return this.#markSeen();
    if (author === "agent" || author === "bot") this.#tell({ unread: (this.#unread += 1) });
  }

  #markSeen() {
    const transcript = this.querySelector("chat-transcript[conversation]");
    this.#unread = 0;
    if (transcript?.conversation) this.#seen = `${transcript.conversation}:${transcript.length}`;
    this.#tell({ unread: 0, seen: this.#seen });
  }

  #countUnread() {
    if (this.#isOpen) return;
    const transcript = this.querySelector("chat-transcript");
    const [conversation, position] = this.#seen.split(":").map(Number);
    if (transcript.conversation !== conversation) return;
    const isNew = ({ dataset }) => dataset.position > position && ["agent", "bot"].includes(dataset.author);
    this.#unread = [...transcript.querySelectorAll("li")].filter(isNew).length;
    this.#tell({ unread: this.#unread });
  }

  #focusFirst() {
    for (const selector of FIRST) {
      const found = this.querySelector(selector);
      if (found) return found.focus();
    }
    this.focus();
  }
}

customElements.define("chat-widget", ChatWidget);
