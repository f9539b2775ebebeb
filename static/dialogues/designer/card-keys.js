// <card-keys> goes from card to card with the arrow keys, so that Tab passes the whole tree in one stop; and takes the
// steps that have a key.

const STOPS = ".at:not([hidden] *)";

class CardKeys extends HTMLElement {
  connectedCallback() {
    this.stops = [...this.querySelectorAll(".at")];
    const current = this.stops.find((stop) => stop.hasAttribute("aria-current")) ?? this.stops[0];
    for (const stop of this.stops) stop.tabIndex = stop === current ? 0 : -1;
    this.addEventListener("focusin", ({ target }) => this.#stopAt(target));
    this.addEventListener("keydown", (event) => this.#key(event));
  }

  #stopAt(target) {
    if (!target.matches(STOPS)) return;
    for (const stop of this.stops) stop.tabIndex = stop === target ? 0 : -1;
  }

  #key(event) {
    if (!event.target.matches(STOPS) || event.ctrlKey || event.metaKey) return;
    const card = event.target.closest(".step");
    const isCard = event.target.parentElement.matches(".card");
    const act = event.altKey
      ? isCard && { ArrowUp: () => step(this, `up:${card.dataset.card}`), ArrowDown: () => step(this, `down:${card.dataset.card}`) }[event.key]
      : {
          ArrowDown: () => this.#go(event.target, 1),
          ArrowUp: () => this.#go(event.target, -1),
          ArrowRight: () => beside(event.target, 1),
          ArrowLeft: () => beside(event.target, -1),
          Home: () => this.stops[0].focus(),
          End: () => this.#shown.at(-1).focus(),
          Delete: () => isCard && step(this, `delete:${card.dataset.card}`),
        }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  get #shown() {
    return this.stops.filter((stop) => stop.checkVisibility());
  }

  #go(from, by) {
    const shown = this.#shown;
    shown[shown.indexOf(from) + by]?.focus();
  }
}

// The same place in the next branch, or that branch's own beginning.
function beside(from, by) {
  const branch = from.closest(".branch");
  if (!branch) return;
  const next = by > 0 ? branch.nextElementSibling : branch.previousElementSibling;
  if (!next) return beside(branch.parentElement, by);
  const own = [...branch.querySelectorAll(".at")].indexOf(from);
  const theirs = [...next.querySelectorAll(".at")].filter((stop) => stop.checkVisibility());
  theirs[Math.min(own, theirs.length - 1)]?.focus();
}

function step(element, name) {
  const isEditable = document.querySelector("form.designer");
  if (isEditable) element.dispatchEvent(new CustomEvent("designer:step", { bubbles: true, detail: { do: name } }));
}

customElements.define("card-keys", CardKeys);
