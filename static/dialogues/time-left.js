// <time-left seconds="84">1:24</time-left> counts down to 0:00 and says time-left:over. It is told how many
// seconds are left, not when it ends: the visitor's clock may be wrong. It announces nothing by itself.

class TimeLeft extends HTMLElement {
  #endsAt = 0;
  #timer = 0;

  connectedCallback() {
    this.#endsAt = performance.now() + 1000 * Number(this.getAttribute("seconds"));
    this.#tick();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  #tick() {
    const left = Math.max(0, Math.ceil((this.#endsAt - performance.now()) / 1000));
    this.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (left) this.#timer = setTimeout(() => this.#tick(), 250);
    else this.dispatchEvent(new CustomEvent("time-left:over", { bubbles: true }));
  }
}

customElements.define("time-left", TimeLeft);
