// <message-sound sound="drop" muted><button>Mute sounds</button></message-sound> makes a short sound for what somebody
// else has said. It hears transcript:shown and sound:try {sound}, and says sound:muted {isMuted} and sound:played.
// Sounds: drop, bell, wood.

const AT_MOST_EVERY_MS = 1000;

// Each is a list of tones: where it begins and ends in hertz, how long it lasts in seconds, and its shape.
const SOUNDS = {
  drop: [{ from: 520, to: 1040, lasts: 0.14, shape: "sine" }],
  bell: [
    { from: 1047, to: 1047, lasts: 0.6, shape: "sine" },
    { from: 1568, to: 1568, lasts: 0.4, shape: "sine" },
  ],
  wood: [{ from: 420, to: 300, lasts: 0.07, shape: "triangle" }],
};

class MessageSound extends HTMLElement {
  static observedAttributes = ["muted"];
  #context = null;
  #last = 0;
  #leaving = null;

  connectedCallback() {
    this.#leaving = new AbortController();
    const { signal } = this.#leaving;
    // Browsers let nothing be heard before the reader has touched the page.
    const wake = () => this.#wake();
    addEventListener("pointerdown", wake, { signal });
    addEventListener("keydown", wake, { signal });
    document.addEventListener("transcript:shown", ({ detail }) => this.#hear(detail), { signal });
    document.addEventListener("sound:try", ({ detail }) => this.#try(detail), { signal });
    this.#button?.addEventListener("click", () => this.#turn(), { signal });
  }

  disconnectedCallback() {
    this.#leaving.abort();
    this.#context?.close();
    this.#context = null;
  }

  attributeChangedCallback() {
    this.#button?.setAttribute("aria-pressed", this.hasAttribute("muted"));
  }

  get #button() {
    return this.querySelector("button");
  }

  #wake() {
    this.#context ??= new AudioContext();
    if (this.#context.state === "suspended") this.#context.resume();
  }

  #try({ sound }) {
    this.#wake();
    this.setAttribute("sound", sound);
    this.#play();
  }

  #turn() {
    const detail = { isMuted: this.toggleAttribute("muted") };
    this.dispatchEvent(new CustomEvent("sound:muted", { bubbles: true, detail }));
  }

  #hear({ author }) {
    if (!["agent", "bot"].includes(author) || this.hasAttribute("muted")) return;
    if (Date.now() - this.#last < AT_MOST_EVERY_MS) return;
    this.#last = Date.now();
    if (this.#context) this.#play();
  }

  #play() {
    const now = this.#context.currentTime;
    for (const { from, to, lasts, shape } of SOUNDS[this.getAttribute("sound")] ?? []) {
      const tone = new OscillatorNode(this.#context, { type: shape, frequency: from });
      const loudness = new GainNode(this.#context, { gain: 0.12 });
      tone.frequency.exponentialRampToValueAtTime(to, now + lasts);
      loudness.gain.exponentialRampToValueAtTime(0.001, now + lasts);
      tone.connect(loudness).connect(this.#context.destination);
      tone.start(now);
      tone.stop(now + lasts);
    }
    this.dispatchEvent(new CustomEvent("sound:played", { bubbles: true }));
  }
}

customElements.define("message-sound", MessageSound);
