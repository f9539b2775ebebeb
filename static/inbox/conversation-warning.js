// <conversation-warning conversation="17"> goes as soon as either side writes in that conversation.
customElements.define(
  "conversation-warning",
  class extends HTMLElement {
    #hear = ({ detail }) => {
      const isTyped = ["visitor", "agent"].includes(detail.author);
      if (isTyped && detail.conversation === Number(this.getAttribute("conversation"))) this.remove();
    };

    connectedCallback() {
      document.addEventListener("live:message", this.#hear);
    }

    disconnectedCallback() {
      document.removeEventListener("live:message", this.#hear);
    }
  },
);
