// <offer-banner offer="17" count="1">: while an offer waits, the title of the page says so; a new one rings once.

customElements.define(
  "offer-banner",
  class extends HTMLElement {
    connectedCallback() {
      markTitle();
      this.#ringOnce();
    }

    disconnectedCallback() {
      markTitle();
    }

    #ringOnce() {
      const offer = this.getAttribute("offer");
      if (localStorage.getItem("parley.rung") === offer) return;
      localStorage.setItem("parley.rung", offer);
      // A browser lets a page sound only after its person has touched it.
      if (navigator.userActivation?.hasBeenActive) chime();
    }
  },
);

// A new banner comes before the old one goes, so each looks at what stands there now.
function markTitle() {
  const banner = document.querySelector("offer-banner");
  const plain = document.title.replace(/^\(\d+\) /, "");
  document.title = banner ? `(${banner.getAttribute("count")}) ${plain}` : plain;
}

function chime() {
  const audio = new AudioContext();
  const tones = [660, 880].map((frequency) => new OscillatorNode(audio, { frequency }));
  for (const [index, tone] of tones.entries()) {
    const loudness = new GainNode(audio, { gain: 0 });
    const from = audio.currentTime + 0.18 * index;
    loudness.gain.setValueAtTime(0.12, from);
    loudness.gain.exponentialRampToValueAtTime(0.001, from + 0.5);
    tone.connect(loudness).connect(audio.destination);
    tone.start(from);
    tone.stop(from + 0.5);
  }
  tones.at(-1).onended = () => audio.close();
}
