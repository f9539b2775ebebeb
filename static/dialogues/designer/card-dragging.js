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
        swapThreshold: 0.6,
        emptyInsertThreshold: 30,
        onStart: () => this.classList.add("is-dragging"),
        onEnd: (event) => this.#drop(event),
      }),
    );
    const kinds = document.querySelector("#designer-palette .kinds");
    const palette = Sortable.create(kinds, {
      ...COMMON,
      group: { name: GROUP, pull: "clone", put: false },
      draggable: ".kind",
      sort: false,
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

  #drop({ item, from, to, oldIndex, newIndex, clone, pullMode }) {
    this.classList.remove("is-dragging");
    if (from === to && (oldIndex === newIndex || pullMode === "clone" || !to.dataset)) return;
    if (!("opener" in to.dataset)) return;
    const index = [...to.querySelectorAll(":scope > .step, :scope > .kind")].indexOf(item);
    const place = `${to.dataset.opener}:${index}`;
    const { card, kind } = item.dataset;
    this.back = () => (kind ? (clone.replaceWith(item)) : from.insertBefore(item, from.children[oldIndex] ?? null));
    const step = kind ? { do: `new:${kind}:${place}` } : { do: `move:${card}`, to: place };
    this.dispatchEvent(new CustomEvent("designer:step", { bubbles: true, detail: step }));
  }
}

customElements.define("card-dragging", CardDragging);
