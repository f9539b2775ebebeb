// <token-picker for="id_of_a_field"> puts {{first_name|there}} where somebody writes, in plain and in rich text.
// What is chosen in it is no part of the form: nothing of it has a name, and it keeps its own news to itself.

class TokenPicker extends HTMLElement {
  connectedCallback() {
    this.place = this.querySelector(".token");
    [this.what, this.instead] = this.place.querySelectorAll("select, input");
    this.place.hidden = false;
    for (const news of ["input", "change"]) this.addEventListener(news, (event) => event.stopPropagation());
    this.place.onkeydown = (event) => this.#press(event);
    this.querySelector("button").onclick = () => this.#insert();
  }

  #press(event) {
    if (event.key !== "Enter" || !event.target.matches("input")) return;
    event.preventDefault();
    this.#insert();
  }

  #insert() {
    const instead = this.instead.value.replace(/[{}|]/g, "").trim();
    const token = `{{${this.what.value}${instead && `|${instead}`}}}`;
    const field = document.getElementById(this.getAttribute("for"));
    this.querySelector("details").open = false;
    const rich = field.closest("rich-text")?.editor;
    if (rich) {
      rich.focus();
      rich.insertPlainText(token, false);
      return;
    }
    field.focus();
    field.setRangeText(token, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

customElements.define("token-picker", TokenPicker);
