// <chat-transcript conversation="17" length="45" me="agent"> shows a conversation: the messages the server rendered,
// and each that follows, filled into the empty one in its <template>. It shows position N+1 only, ignores what it
// has, and asks at once for what is missing. Its own messages stand there from the moment they are written.
//
// It hears live:queued, live:sent, live:refused, live:message, live:hello, live:beat, live:typing and live:opening,
// and says transcript:open {conversation, after}, transcript:behind {conversation, after} and, for each message it
// came to show, transcript:shown {conversation, position, author, body}. What the people are called is in the
// attributes visitor-name, agent-name and bot-name, what the bot speaks in bot-language. With bot-delay, in milliseconds, the
// bot seems to type before each message by which it answers the reader; then it says transcript:settled {conversation}.

const TYPING_MS = 4000;
// Rich text (`html`) is what the bot and the system alone may say, cleaned by the server; we copy only this of it.
const TAGS = new Set(["P", "BR", "B", "STRONG", "I", "EM", "U", "S", "UL", "OL", "LI", "A"]);
const ELSEWHERE = /^(https?|mailto|tel):/i;
const LINK = /\bhttps?:\/\/[^\s<>"“”]+/giu;

class ChatTranscript extends HTMLElement {
  #early = new Map();
  #follows = true;
  #height = 0;
  #leaving = null;
  #typing = null;
  #typingTimer = 0;
  #isTaking = false;
  #takeTimer = 0;

  connectedCallback() {
    this.#leaving = new AbortController();
    this.list = this.querySelector(":scope > ol");
    for (const item of this.querySelectorAll(".message")) this.#dress(item);
    this.#stayAtEnd();
    if (!this.conversation) return;
    const on = (name, act) =>
      document.addEventListener(
        name,
        ({ detail }) => {
          if (!("conversation" in detail) || detail.conversation === this.conversation) act(detail);
        },
        { signal: this.#leaving.signal },
      );
    on("live:opening", ({ after }) => (after[this.conversation] = this.length));
    on("live:hello", ({ conversations }) => this.#catchUp(conversations));
    on("live:beat", ({ conversations }) => this.#catchUp(conversations));
    on("live:message", (message) => this.receive(message));
    on("live:queued", (message) => this.#queue(message));
    on("live:sent", (message) => this.#confirm(message));
    on("live:refused", (message) => this.#reject(message));
    on("live:typing", ({ author }) => author !== this.me && this.#showTyping());
    this.#say("open", { after: this.length });
  }

  disconnectedCallback() {
    this.#leaving.abort();
    clearTimeout(this.#typingTimer);
    clearTimeout(this.#takeTimer);
  }

  get conversation() {
    return Number(this.getAttribute("conversation")) || null;
  }

  get me() {
    return this.getAttribute("me");
  }

  get length() {
    return Number(this.getAttribute("length")) || 0;
  }

  set length(length) {
    this.setAttribute("length", length);
  }

  receive(message) {
    if (message.position <= this.length) return this.#find(message.id, ".is-pending")?.remove();
    this.#early.set(message.position, message);
    if (!this.#early.has(this.length + 1)) this.#say("behind", { after: this.length });
    this.#showNext();
  }

  // Takes over what a newer rendering of the same conversation has more.
  merge(newer) {
    for (const name of ["visitor-name", "agent-name", "bot-name", "bot-language"]) {
      if (newer.hasAttribute(name)) this.setAttribute(name, newer.getAttribute(name));
    }
    for (const item of newer.querySelectorAll("ol > li")) this.receive(read(item));
  }

  // Whether something that has come is not shown yet.
  get isHolding() {
    return this.#takeTimer !== 0;
  }

  // While an answer of the bot is awaited, it takes its time.
  take(isAwaited) {
    const delay = Number(this.getAttribute("bot-delay"));
    this.#isTaking = delay > 0 && (isAwaited || this.isHolding);
  }

  // As if what the bot has answered last had not been shown yet.
  takeBack() {
    const items = [...this.list.children];
    const answers = items.slice(items.findLastIndex(({ dataset }) => dataset.author === this.me) + 1);
    this.take(true);
    if (!this.#isTaking || !answers.length || answers.some(({ dataset }) => dataset.author !== "bot")) return;
    this.length = answers[0].dataset.position - 1;
    for (const item of answers) item.remove();
    for (const item of answers) this.receive(read(item));
  }

  // What is shown

  #showNext() {
    // A person never waits for the bot: once anybody else has spoken, all of it is shown at once.
    const isBehind = ({ author, position }) => author !== "bot" && position > this.length + 1;
    if ([...this.#early.values()].some(isBehind)) this.#isTaking = false;
    while (this.#early.has(this.length + 1)) {
      const next = this.#early.get(this.length + 1);
      if (this.#isTaking && next.author === "bot") return this.#seemToType();
      this.#show(next);
    }
    if (this.isHolding) this.#settle();
  }

  #seemToType() {
    if (this.isHolding) return;
    this.#showTyping({ isBot: true });
    const show = () => {
      this.#takeTimer = 0;
      this.#show(this.#early.get(this.length + 1));
      this.#showNext();
      if (!this.isHolding) this.#settle();
    };
    this.#takeTimer = setTimeout(show, Number(this.getAttribute("bot-delay")));
  }

  #settle() {
    clearTimeout(this.#takeTimer);
    this.#takeTimer = 0;
    this.#isTaking = false;
    this.#say("settled", {});
  }

  #show(message) {
    this.#early.delete(message.position);
    this.length = message.position;
    const item = this.#find(message.id) ?? this.#make(message);
    item.classList.remove("is-pending", "is-refused");
    item.querySelector(".message-state").hidden = true;
    item.dataset.position = message.position;
    this.#tellTime(item.querySelector("time"), message.at);
    // What is still on its way stands below what has arrived.
    this.list.insertBefore(item, this.list.querySelector(".is-pending, .is-refused"));
    if (message.author !== this.me) this.#hideTyping();
    this.#keepPlace(message.author === this.me);
    this.#say("shown", message);
  }

  #queue(message) {
    if (this.#find(message.id)) return;
    const item = this.#make({ ...message, author: this.me });
    item.classList.add("is-pending");
    item.querySelector("time").textContent = "";
    this.#tell(item, "Sending…");
    this.list.append(item);
    this.#keepPlace(true);
  }

  #confirm(message) {
    const item = this.#find(message.id, ".is-pending");
    if (item) item.querySelector(".message-state").hidden = true;
    const body = message.body ?? item?.querySelector(".message-body").textContent;
    if (body !== undefined) this.receive({ ...message, body, author: this.me });
  }

  #reject(message) {
    if (!this.#find(message.id) && message.body) this.#queue(message);
    const item = this.#find(message.id, ".is-pending");
    if (!item) return;
    item.classList.replace("is-pending", "is-refused");
    this.#tell(item, `Not sent: ${message.text}`);
    this.#keepPlace(true);
  }

  #find(id, kind = "") {
    return id ? this.list.querySelector(`li${kind}[data-id="${CSS.escape(id)}"]`) : null;
  }

  #make({ id, author, body, html, at }) {
    const item = this.querySelector("template").content.firstElementChild.cloneNode(true);
    item.dataset.id = id;
    item.dataset.author = author;
    const words = item.querySelector(".message-body");
    words.textContent = html ? "" : body;
    if (html) {
      words.classList.add("is-rich");
      copy(new DOMParser().parseFromString(html, "text/html").body, words);
    }
    item.querySelector("time").setAttribute("datetime", at ?? "");
    this.#dress(item);
    return item;
  }

  // What a server-rendered message and a cloned one both need.
  #dress(item) {
    const { author } = item.dataset;
    item.classList.toggle("is-mine", author === this.me);
    const language = this.getAttribute("bot-language");
    if (author === "bot" && language) item.querySelector(".message-body").lang = language;
    item.querySelector(".message-by").textContent = this.getAttribute(`${author}-name`) ?? "";
    this.#tellTime(item.querySelector("time"), item.querySelector("time").getAttribute("datetime"));
    link(item.querySelector(".message-body"));
  }

  #tell(item, text) {
    const state = item.querySelector(".message-state");
    state.textContent = text;
    state.hidden = false;
  }

  #tellTime(time, at) {
    const moment = new Date(at ?? "");
    if (Number.isNaN(moment.getTime())) return;
    const isToday = moment.toDateString() === new Date().toDateString();
    const day = isToday ? {} : { day: "numeric", month: "short" };
    time.setAttribute("datetime", at);
    time.textContent = moment.toLocaleString([], { ...day, hour: "numeric", minute: "2-digit" });
    time.title = moment.toLocaleString();
  }

  #showTyping({ isBot = false } = {}) {
    this.#typing ??= this.querySelector(".typing");
    if (!this.#typing) return;
    this.#typing.hidden = false;
    this.#typing.classList.toggle("is-bot", isBot);
    this.#keepPlace(false);
    clearTimeout(this.#typingTimer);
    if (!isBot) this.#typingTimer = setTimeout(() => this.#hideTyping(), TYPING_MS);
  }

  #hideTyping() {
    if (this.#typing) this.#typing.hidden = true;
  }

  // Where it stands

  #catchUp(conversations) {
    if ((conversations?.[this.conversation] ?? 0) > this.length) this.#say("behind", { after: this.length });
  }

  // The reader who has scrolled up stays there.
  #stayAtEnd() {
    const { signal } = this.#leaving;
    // What moves because the place for it grew or shrank was not scrolled by the reader.
    const look = () => {
      if (this.clientHeight !== this.#height) return;
      this.#follows = this.scrollHeight - this.scrollTop - this.clientHeight < 40;
    };
    this.addEventListener("scroll", look, { signal, passive: true });
    const observer = new ResizeObserver(() => {
      this.#height = this.clientHeight;
      this.#keepPlace(false);
    });
    observer.observe(this);
    signal.addEventListener("abort", () => observer.disconnect());
    this.#keepPlace(true);
  }

  #keepPlace(always) {
    if (always || this.#follows) this.scrollTop = this.scrollHeight;
  }

  #say(name, detail) {
    detail = { ...detail, conversation: this.conversation };
    this.dispatchEvent(new CustomEvent(`transcript:${name}`, { bubbles: true, detail }));
  }
}

// A message as it came, from what the server rendered of it.
function read(item) {
  const words = item.querySelector(".message-body");
  return {
    position: Number(item.dataset.position),
    id: item.dataset.id,
    author: item.dataset.author,
    body: words.textContent,
    html: words.matches(".is-rich") ? words.innerHTML : "",
    at: item.querySelector("time").getAttribute("datetime"),
  };
}

// Made of text and of the allowed tags, without anything they carry but a link's address.
function copy(from, to) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) to.append(node.data);
    if (!TAGS.has(node.nodeName)) continue;
    const isLink = node.nodeName === "A";
    const address = node.getAttribute("href") ?? "";
    // A link to anything else leaves its words.
    if (isLink && !ELSEWHERE.test(address)) copy(node, to);
    else copy(node, to.appendChild(isLink ? anchorTo(address) : document.createElement(node.nodeName)));
  }
}

// Addresses become links, made of text only: nothing that a person wrote is ever read as markup.
function link(body) {
  if (body.firstElementChild) return;
  const text = body.textContent;
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(LINK)) {
    const address = trim(match[0]);
    const anchor = anchorTo(address);
    if (!anchor.host) continue;
    anchor.textContent = address;
    parts.push(text.slice(end, match.index), anchor);
    end = match.index + address.length;
  }
  if (parts.length) body.replaceChildren(...parts, text.slice(end));
}

function anchorTo(address) {
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.rel = "noopener noreferrer nofollow";
  anchor.target = "_blank";
  return anchor;
}

// The full stop belongs to the sentence, and so does a bracket that was opened before the address.
function trim(address) {
  address = address.replace(/[.,;:!?'’»…]+$/u, "");
  while (address.endsWith(")") && !address.includes("(")) address = address.slice(0, -1);
  return address;
}

customElements.define("chat-transcript", ChatTranscript);
