// <canvas-view> zooms the canvas it is for; the browser lays out the rest.

const STEPS = [0.25, 0.33, 0.5, 0.67, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2];

class CanvasView extends HTMLElement {
  connectedCallback() {
    this.canvas = document.getElementById(this.getAttribute("for"));
    this.zoomed = this.canvas.querySelector(".zoomed");
    this.scale = 1;
    this.hidden = false;
    this.addEventListener("click", ({ target }) => this.#zoom(target.closest("button")?.dataset.zoom));
    this.onkey = (event) => this.#key(event);
    document.addEventListener("keydown", this.onkey);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.onkey);
  }

  #key(event) {
    const isTyping = event.target.matches?.("input, textarea, select, [contenteditable]");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const how = { "+": "in", "=": "in", "-": "out", "−": "out", 0: "whole", f: "fit" }[event.key];
    if (!how) return;
    event.preventDefault();
    this.#zoom(how);
  }

  #zoom(how) {
    switch (how) {
      case "in":
        return this.#set(STEPS.find((step) => step > this.scale + 0.001) ?? STEPS.at(-1));
      case "out":
        return this.#set(STEPS.findLast((step) => step < this.scale - 0.001) ?? STEPS[0]);
      case "whole":
        return this.#set(1);
      case "fit":
        return this.#fit();
    }
  }

  #fit() {
    this.#set(1);
    const { scrollWidth, scrollHeight, clientWidth, clientHeight } = this.canvas;
    this.#set(Math.max(STEPS[0], Math.min(1, clientWidth / scrollWidth, clientHeight / scrollHeight)));
    this.canvas.scrollTo(0, 0);
  }

  #set(scale) {
    this.scale = scale;
    this.zoomed.style.zoom = scale;
    this.querySelector("output").textContent = `${Math.round(scale * 100)}%`;
  }
}

customElements.define("canvas-view", CanvasView);
