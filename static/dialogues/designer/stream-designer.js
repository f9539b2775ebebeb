// <stream-designer> sends each step by itself, one after the other, and lets the answer's parts take their places on
// the page. Without it the same form is sent as a whole.

const SAVE_AFTER = 1500;
const LOOK_AROUND_EVERY = 10000;
const NOT_A_FIELD = "[name=to], [name^=with-]";

class StreamDesigner extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.queue = Promise.resolve();
    this.waiting = 0;
    this.leaving = new AbortController();
    const on = (target, name, act) => target.addEventListener(name, act, { signal: this.leaving.signal });
    on(this.form, "submit", (event) => this.#submit(event));
    on(this.form, "input", (event) => this.#type(event));
    on(this.form, "change", (event) => this.#type(event, true));
    on(document, "designer:step", ({ detail }) => this.#step(detail));
    on(document, "designer:dropped", () => this.isBehind && this.#step({ do: "save" }));
    on(document, "keydown", (event) => this.#key(event));
    on(window, "beforeunload", (event) => this.hasAttribute("data-unsaved") && event.preventDefault());
    on(document.body, "htmx:beforeSwap", ({ detail }) => this.#takeRefusals(detail));
    on(document.body, "htmx:oobBeforeSwap", (event) => this.#keep(event));
    this.looking = setInterval(() => this.#lookAround(), LOOK_AROUND_EVERY);
    this.ticking = setInterval(() => tick(), 1000);
    this.#lookAround();
    tick();
    document.documentElement.classList.add("has-designer");
  }

  disconnectedCallback() {
    this.leaving.abort();
    clearInterval(this.looking);
    clearInterval(this.ticking);
  }

  // Steps

  #submit(event) {
    event.preventDefault();
    this.#step({ do: event.submitter?.value ?? "save" });
  }

  #step(values) {
    clearTimeout(this.saving);
    this.saving = null;
    this.waiting += 1;
    this.#showWhetherSaved();
    this.queue = this.queue.then(() => this.#send(values)).finally(() => {
      this.waiting -= 1;
      this.#showWhetherSaved();
    });
  }

  #showWhetherSaved() {
    this.toggleAttribute("data-unsaved", Boolean(this.waiting || this.saving));
  }

  async #send(values) {
    const focused = document.activeElement?.id;
    this.isSave = values.do === "save";
    this.isLook = values.do === "here";
    this.typedSince = this.failed = false;
    if (!this.isLook) this.isBehind = false;
    await window.htmx.ajax("POST", this.form.action, { source: this.form, swap: "none", values }).catch(() => {});
    if (this.failed) return this.#fail();
    if (this.isLook) return;
    if (this.isSave) this.#agreeOnWhatIsSaved();
    this.isTyped = this.typedSince;
    this.#look(values.do, focused);
    tick();
  }

  #takeRefusals(detail) {
    if (detail.xhr.status === 409) Object.assign(detail, { shouldSwap: true, isError: false });
    this.failed = detail.isError;
  }

  #fail() {
    document.dispatchEvent(new CustomEvent("designer:failed"));
    document.getElementById("designer-words").textContent = "Nothing was saved. Try again.";
    const note = document.createElement("p");
    note.className = "refused";
    note.textContent = "Nothing was saved: the line is down, or this page is too old. Try again, or load it anew.";
    document.getElementById("designer-notices").replaceChildren(note);
  }

  // Where a reload finds the same, and where the eyes go next.
  #look(step, focused) {
    const chosen = this.form.elements.chosen.value;
    const [what, ...rest] = chosen.split(":");
    history.replaceState(null, "", chosen ? `?chosen=${encodeURIComponent(chosen)}` : location.pathname);
    mark(chosen);
    const card = what === "card" && document.getElementById(`choose-${rest.join(":")}`);
    if (card && step !== "save") card.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (document.activeElement === document.body) {
      const heir = (focused && document.getElementById(focused)) || card || document.querySelector(".tree [aria-current]") || document.querySelector(".tree .at");
      heir?.focus({ preventScroll: true });
    }
    const isToWrite = step.startsWith("new:") || step.startsWith("ask:");
    const field = "input:not([type=hidden]), textarea, select, [contenteditable]";
    if (isToWrite) this.querySelector(".side .fields")?.querySelector(field)?.focus();
    if (step.startsWith("place:")) this.querySelector(".side .kinds button")?.focus();
  }

  // What is typed

  #type({ target }, isDone) {
    if (!target.closest(".side") || target.matches(NOT_A_FIELD)) return;
    this.isTyped = this.typedSince = true;
    clearTimeout(this.saving);
    this.saving = setTimeout(() => this.#step({ do: "save" }), isDone ? 0 : SAVE_AFTER);
    this.#showWhetherSaved();
  }

  #keep(event) {
    const { id } = event.detail.target;
    if (id === "designer-side" && this.isSave) this.#keepWhatIsTyped(event);
    // Who began to type while others' news were on their way says with the next step what they have seen.
    if (["designer-side", "designer-marks"].includes(id) && this.isLook && this.typedSince) {
      event.detail.shouldSwap = false;
    }
    // What is in somebody's hand is not taken away; the drop brings the rest.
    if (["designer-tree", "designer-palette"].includes(id) && document.querySelector(".tree.is-dragging")) {
      event.detail.shouldSwap = false;
      this.isBehind = true;
    }
  }

  // Who types on while their last words are being saved keeps the field they are in.
  #keepWhatIsTyped(event) {
    const isWriting = this.querySelector(".side")?.contains(document.activeElement) &&
      document.activeElement.matches("input:not([type=radio], [type=checkbox], [type=file]), textarea, [contenteditable]");
    this.isKept = this.typedSince || isWriting;
    if (this.isKept) event.detail.shouldSwap = false;
  }

  #agreeOnWhatIsSaved() {
    if (!this.isKept || document.querySelector("#designer-notices .refused")) return;
    for (const before of this.querySelectorAll(".side [name^=initial-]")) {
      const field = this.form.elements[before.name.slice("initial-".length)];
      if (field && "value" in field && !this.typedSince) before.value = field.value;
    }
  }

  // Others

  #lookAround() {
    if (document.hidden) return;
    const values = this.isTyped ? { do: "here", typed: "1" } : { do: "here" };
    this.queue = this.queue.then(() => this.#send(values));
  }

  // Keys

  #key(event) {
    if (!(event.ctrlKey || event.metaKey) || isField(event.target)) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    this.#step({ do: key === "y" || event.shiftKey ? "redo" : "undo" });
  }
}

// What is chosen shows on the canvas, also where that was not drawn anew.
function mark(chosen) {
  for (const stop of document.querySelectorAll(".tree .at")) {
    const isChosen = Boolean(chosen) && stop.value === chosen;
    if (isChosen) stop.setAttribute("aria-current", "true");
    else stop.removeAttribute("aria-current");
    stop.closest(".card, .response")?.classList.toggle("is-chosen", isChosen);
  }
}

function isField(element) {
  return element.matches?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
}

function tick() {
  const time = document.querySelector("#designer-saved time");
  if (!time) return;
  time.since ??= Date.now() - time.dataset.secondsAgo * 1000;
  const seconds = Math.max(0, Math.round((Date.now() - time.since) / 1000));
  const [number, unit] = seconds < 60 ? [seconds, "s"] : seconds < 3600 ? [seconds / 60, "min"] : [seconds / 3600, "h"];
  const words = `Saved ${Math.floor(number)} ${unit} ago`;
  if (time.textContent !== words) time.textContent = words;
}

customElements.define("stream-designer", StreamDesigner);
