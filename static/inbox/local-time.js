// <local-time at="2026-06-10T12:00:00+00:00">12:00</local-time> tells a moment as the reader's own clock does, as the
// times in a transcript are told: of today the time, of other days the date too; with the attribute `seconds`, to the
// second.
customElements.define(
  "local-time",
  class extends HTMLElement {
    connectedCallback() {
      const moment = new Date(this.getAttribute("at"));
      if (Number.isNaN(moment.getTime())) return;
      const isToday = moment.toDateString() === new Date().toDateString();
      const day = isToday ? {} : { day: "numeric", month: "short" };
      const second = this.hasAttribute("seconds") ? { second: "2-digit" } : {};
      this.textContent = moment.toLocaleString([], { ...day, hour: "numeric", minute: "2-digit", ...second });
    }
  },
);
