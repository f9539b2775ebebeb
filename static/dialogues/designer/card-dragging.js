// <card-dragging> lets cards be dragged to any place, and new ones in from the palette. It says what was dropped where;
// whether that may be is the server's to say, and the page that comes back has the card where it belongs.

const GROUP = "cards";
const COMMON = {
  animation: 120,
  // Also on touch screens, and from a button, which some browsers do not drag by themselves.
  forceFallback: true,
  fallbackOnBody: true,
  fallbackTolerance: 5,
  delay: 150,
  delayOnTouchOnly: true,
  ghostClass: "is-ghost",
  dragClass: "is-dragged",
  scrollSensitivity: 60,
};

class CardDragging extends HTMLElement {
  connectedCallback() {
    const { Sortable } = window;
    if (!Sortable || !document.querySelector("form.designer")) return;
    const lists = [...this.querySelectorAll("ol.cards")].map((list) =>
      Sortable.create(list, {
        ...COMMON,
        group: GROUP,
        draggable: ".step",
        swapThreshold: 0.9,
        emptyInsertThreshold: 30,
        onStart: () => this.classList.add("is-dragging"),
        onMove: passesBranchesBy,
        onEnd: (event) => this.#drop(event),
      }),
    );
    const kinds = document.querySelector("#designer-palette .kinds");
    const palette = Sortable.create(kinds, {
      ...COMMON,
      group: { name: GROUP, pull: "clone", put: false },
      draggable: ".kind",
      sort: false,
      onMove: passesBranchesBy,
      onStart: () => this.classList.add("is-dragging"),
      onEnd: (event) => this.#drop(event),
    });
    this.sortables = [...lists, palette];
    this.putBack = () => this.back?.();
    document.addEventListener("designer:failed", this.putBack);
  }

  disconnectedCallback() {
    this.sortables?.forEach((sortable) => sortable.el && sortable.destroy());
    document.removeEventListener("designer:failed", this.putBack);
  }

  #drop({ item, from, to, oldIndex, newIndex, clone }) {
    this.classList.remove("is-dragging");
    if (!("opener" in to.dataset) || (from === to && oldIndex === newIndex)) return this.#say("designer:dropped");
    const index = [...to.querySelectorAll(":scope > .step, :scope > .kind")].indexOf(item);
    const place = `${to.dataset.opener}:${index}`;
    const { card, kind } = item.dataset;
    this.back = () => (kind ? clone.replaceWith(item) : from.insertBefore(item, from.children[oldIndex] ?? null));
    const step = kind ? { do: `new:${kind}:${place}` } : { do: `move:${card}`, to: place };
    this.#say("designer:step", step);
  }

  #say(what, detail) {
    this.dispatchEvent(new CustomEvent(what, { bubbles: true, detail }));
  }
}

// A card that opens branches is as large as all that is below it: what is dragged across does not mean a place before
// or behind it, unless it is over the upper half of the card itself.
function passesBranchesBy({ related }, { clientX, clientY }) {
  const card = related.matches(".step:has(> .branches)") && related.querySelector(":scope > .card");
  if (!card) return true;
  const { left, right, top, bottom } = card.getBoundingClientRect();
  const isOver = clientX > left && clientX < right && clientY > top - 15 && clientY < (top + bottom) / 2;
  return isOver ? -1 : false;
}

customElements.define("card-dragging", CardDragging);
