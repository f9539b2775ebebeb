// <conversation-list agent="3"> keeps the list up with what is said: the newest words, the newest conversation first,
// and how many messages nobody in this browser has seen. The list itself is a pane and comes from the server.

const REMEMBERED = 200;

class ConversationList extends HTMLElement {
  #leaving = null;

  connectedCallback() {
    this.#leaving = new AbortController();
    const options = { signal: this.#leaving.signal };
    const on = (name, act) => document.addEventListener(name, (event) => act(event.detail), options);
    on("live:message", (message) => this.#hear(message));
    on("live:hello", ({ conversations }) => this.#compare(conversations));
    on("live:beat", ({ conversations }) => this.#compare(conversations));
    on("transcript:open", ({ conversation, after }) => this.#see(conversation, after));
    on("transcript:shown", ({ conversation, position }) => this.#see(conversation, position));
    addEventListener("storage", ({ key }) => key === this.#key && this.#count(), options);
    this.querySelector("[role=tablist]").addEventListener("keydown", (event) => this.#move(event));
    this.#count();
  }

  disconnectedCallback() {
    this.#leaving.abort();
  }

  #hear({ conversation, position, author, body }) {
    const item = this.#item(conversation);
    if (!item || position <= Number(item.dataset.length)) return;
    item.dataset.length = position;
    const isOwn = author === "agent";
    item.querySelector("[data-words]").textContent = `${isOwn ? "You: " : ""}${body.slice(0, 120)}`;
    item.querySelector("[data-at]").textContent = "now";
    if (isOwn || author === "visitor") {
      item.querySelector("[data-ends]")?.remove();
      if (!this.hasAttribute("by-age")) this.#raise(item);
    }
    // Who answers has read, in whichever tab.
    if (isOwn) this.#see(conversation, position);
    this.#count();
  }

  #raise(item) {
    const list = item.parentElement;
    if (list.firstElementChild === item) return;
    // Moving it would take the focus away from who is on it.
    const focused = item.contains(document.activeElement) ? document.activeElement : null;
    list.prepend(item);
    focused?.focus({ preventScroll: true });
  }

  #compare(conversations) {
    for (const [conversation, length] of Object.entries(conversations)) {
      const item = this.#item(conversation);
      if (item && length > Number(item.dataset.length)) item.dataset.length = length;
    }
    this.#count();
  }

  // What has been seen

  #see(conversation, position) {
    const seen = this.#seen;
    if (seen[conversation] >= position) return;
    seen[conversation] = position;
    const kept = Object.entries(seen).slice(-REMEMBERED);
    localStorage.setItem(this.#key, JSON.stringify(Object.fromEntries(kept)));
    this.#count();
  }

  #count() {
    const seen = this.#seen;
    for (const item of this.querySelectorAll("[data-length]")) {
      const { conversation, length } = item.dataset;
      // What this browser has never heard of was read in another one.
      if (!(conversation in seen)) return this.#see(conversation, Number(length));
      const unread = Number(length) - seen[conversation];
      const badge = item.querySelector("[data-unread]");
      badge.hidden = unread <= 0;
      badge.querySelector("b").textContent = unread;
    }
  }

  get #seen() {
    try {
      return JSON.parse(localStorage.getItem(this.#key)) ?? {};
    } catch {
      return {};
    }
  }

  get #key() {
    return `parley.seen.${this.getAttribute("agent")}`;
  }

  #item(conversation) {
    return this.querySelector(`[data-length][data-conversation="${conversation}"]`);
  }

  #move({ key }) {
    if (key !== "ArrowLeft" && key !== "ArrowRight") return;
    this.querySelector("[role=tab]:not(:focus)").focus();
  }
}

customElements.define("conversation-list", ConversationList);
