// <card-finder> finds cards by their kind and by what they say; Enter goes to the next one.

class CardFinder extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input");
    this.hidden = false;
    this.input.addEventListener("input", () => this.#find());
    this.input.addEventListener("keydown", (event) => this.#press(event));
    this.onkey = (event) => this.#key(event);
    document.addEventListener("keydown", this.onkey);
    // A step brings a new tree.
    this.onsettle = () => this.input.value && this.#find({ stays: true });
    document.body.addEventListener("htmx:afterSettle", this.onsettle);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.onkey);
    document.body.removeEventListener("htmx:afterSettle", this.onsettle);
  }

  #key(event) {
    const isTyping = event.target.matches?.("input, textarea, select, [contenteditable]");
    const isFind = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "f";
    if (!isFind && (isTyping || event.key !== "/")) return;
    event.preventDefault();
    this.input.focus();
    this.input.select();
  }

  #press(event) {
    if (event.key === "Enter") {
      event.preventDefault();
      this.#go(event.shiftKey ? -1 : 1);
    }
    if (event.key === "Escape") {
      event.preventDefault();
      this.input.value = "";
      const last = this.found?.[this.at];
      this.#find();
      last?.querySelector(".at").focus();
    }
  }

  #find({ stays } = {}) {
    const words = this.input.value.trim().toLocaleLowerCase();
    const cards = [...document.querySelectorAll(".tree .card")];
    this.found = words ? cards.filter((card) => card.querySelector(".at").textContent.toLocaleLowerCase().includes(words)) : [];
    const found = new Set(this.found);
    for (const card of cards) {
      card.classList.toggle("is-found", found.has(card));
      card.classList.remove("is-found-now");
    }
    document.querySelector(".tree").classList.toggle("is-searched", Boolean(words));
    mark(this.found, words);
    if (stays) {
      this.found[this.at]?.classList.add("is-found-now");
      return this.#count();
    }
    this.at = -1;
    if (words && this.found.length) this.#go(1);
    else this.#count();
  }

  #go(by) {
    if (!this.found?.length) return;
    this.at = (this.at + by + this.found.length) % this.found.length;
    const card = this.found[this.at];
    card.dispatchEvent(new CustomEvent("designer:unfold", { bubbles: true }));
    for (const each of this.found) each.classList.toggle("is-found-now", each === card);
    card.scrollIntoView({ block: "center", inline: "center" });
    this.#count();
  }

  #count() {
    const number = this.found.length;
    const words = !this.input.value.trim() ? "" : number ? `${this.at + 1} of ${number}` : "None";
    this.querySelector("output").textContent = words;
  }
}

// Where the browser can, the words themselves are marked, without a change to the page.
function mark(cards, words) {
  if (!window.Highlight) return;
  const ranges = cards.flatMap((card) => [...card.querySelectorAll(".kind, .says")].flatMap((part) => rangesIn(part, words)));
  CSS.highlights.set("found", new Highlight(...ranges));
}

function rangesIn(part, words) {
  const ranges = [];
  const texts = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const at = texts.currentNode.data.toLocaleLowerCase().indexOf(words);
    if (at < 0) continue;
    const range = new Range();
    range.setStart(texts.currentNode, at);
    range.setEnd(texts.currentNode, Math.min(at + words.length, texts.currentNode.length));
    ranges.push(range);
  }
  return ranges;
}

customElements.define("card-finder", CardFinder);
