// <line-state> says when the line has been down for longer than a blink, and that nothing typed is lost.

const A_BLINK_MS = 2000;

customElements.define(
  "line-state",
  class extends HTMLElement {
    #timer = 0;

    connectedCallback() {
      document.addEventListener("live:state", ({ detail }) => this.#show(detail.state));
      document.addEventListener("live:bye", ({ detail }) => this.#say(detail.text));
    }

    #show(state) {
      clearTimeout(this.#timer);
      if (state === "online") this.#say("");
      const words = "No connection. What you send waits here, and goes out when the line is back.";
      if (state === "offline") this.#timer = setTimeout(() => this.#say(words), A_BLINK_MS);
    }

    #say(words) {
      clearTimeout(this.#timer);
      this.textContent = words ?? "";
    }
  },
);
