// <look-preview address="/admin/…/preview/"><div data-preview>…</div></look-preview> in a form shows how the chat would
// look with what is entered: the picture and the words come from the server, as they did with the page. Of the sound that
// is chosen it says sound:try {sound}.

const A_PAUSE_MS = 150;
const SHOWN = ["colour", "font", "position", "bot_name"];

class LookPreview extends HTMLElement {
  #leaving = null;
  #timer = 0;
  #asked = 0;

  connectedCallback() {
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    this.form = this.closest("form");
    const look = ({ target }) => SHOWN.includes(target.name) && this.#refreshSoon();
    this.form?.addEventListener("input", look, { signal });
    this.form?.addEventListener("change", look, { signal });
    this.#offerPicker(signal);
    this.#offerToListen(signal);
  }

  disconnectedCallback() {
    this.#leaving.abort();
    clearTimeout(this.#timer);
  }

  // The browser's own way to choose a colour, beside the field in which it can be written.
  #offerPicker(signal) {
    const field = this.form?.elements.colour;
    if (!field) return;
    const picker = document.createElement("input");
    picker.type = "color";
    picker.setAttribute("aria-label", "Choose the colour");
    const isWhole = () => /^#[0-9a-f]{6}$/i.test(field.value);
    const follow = () => isWhole() && (picker.value = field.value.toLowerCase());
    follow();
    field.addEventListener("input", follow, { signal });
    picker.addEventListener("input", () => {
      field.value = picker.value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    field.after(picker);
  }

  #offerToListen(signal) {
    const field = this.form?.elements.sound;
    if (!field) return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = "Listen";
    const follow = () => (button.hidden = !field.value);
    follow();
    field.addEventListener("change", follow, { signal });
    button.onclick = () => {
      this.dispatchEvent(new CustomEvent("sound:try", { bubbles: true, detail: { sound: field.value } }));
    };
    field.after(button);
  }

  #refreshSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#refresh(), A_PAUSE_MS);
  }

  async #refresh() {
    const asked = (this.#asked += 1);
    const entered = new URLSearchParams(SHOWN.map((name) => [name, this.form.elements[name]?.value ?? ""]));
    const response = await fetch(`${this.getAttribute("address")}?${entered}`).catch(() => null);
    const text = response?.ok ? await response.text() : "";
    const next = new DOMParser().parseFromString(text, "text/html").querySelector("[data-preview]");
    // What was asked for later, and came earlier, stays.
    if (!next || asked !== this.#asked) return;
    const shown = this.querySelector("[data-preview]");
    // While a colour is being written there is none: the last one stays in the picture.
    const picture = next.querySelector("svg") ? [] : shown.querySelectorAll("svg");
    shown.replaceChildren(...picture, ...document.adoptNode(next).childNodes);
  }
}

customElements.define("look-preview", LookPreview);
