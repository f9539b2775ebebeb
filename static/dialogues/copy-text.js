// <copy-text><textarea readonly>…</textarea><button hidden>Copy</button><span role="status"></span></copy-text> shows its
// button, which copies the words of its field; where the browser forbids that, they are chosen, to be copied by hand.

class CopyText extends HTMLElement {
  connectedCallback() {
    this.field = this.querySelector("textarea");
    this.button = this.querySelector("button");
    this.status = this.querySelector("[role=status]");
    this.button.hidden = false;
    this.button.onclick = () => this.#copy();
    this.field.onfocus = () => this.field.select();
  }

  async #copy() {
    try {
      await navigator.clipboard.writeText(this.field.value);
      this.status.textContent = "Copied";
    } catch {
      this.field.select();
      this.status.textContent = "Chosen: press Ctrl+C to copy it";
    }
  }
}

customElements.define("copy-text", CopyText);
