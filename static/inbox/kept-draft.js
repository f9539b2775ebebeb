// <kept-draft agent="3" conversation="17"> around a box to write in: what is typed there outlives a reload and a look
// into another conversation, and comes back only here, in this tab, for this agent.
customElements.define(
  "kept-draft",
  class extends HTMLElement {
    connectedCallback() {
      const text = this.querySelector("textarea");
      text.value ||= sessionStorage.getItem(this.#key) ?? "";
      this.addEventListener("input", () => this.#keep(text.value));
      this.addEventListener("box:send", () => this.#keep(text.value));
    }

    get #key() {
      return `parley.draft.${this.getAttribute("agent")}.${this.getAttribute("conversation")}`;
    }

    #keep(draft) {
      try {
        if (draft) sessionStorage.setItem(this.#key, draft);
        else sessionStorage.removeItem(this.#key);
      } catch {
        // The shelf is full: the text stays in the box, it is just not kept.
      }
    }
  },
);
