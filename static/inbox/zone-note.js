// <zone-note zone="Europe/Amsterdam"> names the zone in which the times beside it are told, unless the reader's own
// clock shows the same.

customElements.define(
  "zone-note",
  class extends HTMLElement {
    connectedCallback() {
      const zone = this.getAttribute("zone");
      this.textContent = clockIn(zone) === clockIn() ? "" : `(${zone.replaceAll("_", " ")})`;
    }
  },
);

function clockIn(timeZone) {
  return new Date().toLocaleString("en", { timeZone });
}
