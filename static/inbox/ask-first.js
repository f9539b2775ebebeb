// <ask-first> holds a form and a dialog: the form is sent only by the button that says yes in the dialog.
customElements.define(
  "ask-first",
  class extends HTMLElement {
    #asker = null;

    connectedCallback() {
      const dialog = this.querySelector("dialog");
      this.querySelector("form").addEventListener("submit", (event) => {
        if (event.submitter?.hasAttribute("data-yes")) return;
        event.preventDefault();
        this.#asker = event.submitter;
        // What lies behind the dialog cannot be pressed: it is not offered a second time under the same name.
        this.#asker?.setAttribute("aria-hidden", "true");
        dialog.showModal();
      });
      this.querySelector("[data-no]").addEventListener("click", () => dialog.close());
      dialog.addEventListener("close", () => this.#asker?.removeAttribute("aria-hidden"));
    }
  },
);
