// <message-box conversation="17"> holds the form in which a person writes: Enter sends, Shift+Enter breaks the line.
// It says box:send {conversation, body} and box:typing {conversation}. What is too long stays, with a count.
//
//   <message-box conversation="17"><form>
//     <textarea aria-label="Message" rows="1"></textarea> <button>Send</button> <p class="box-note" role="status"></p>
//   </form></message-box>

const LONGEST_MESSAGE = 4000;
const A_BOOK = 50_000;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

class MessageBox extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.text = this.querySelector("textarea");
    this.note = this.querySelector(".box-note");
    this.form.onsubmit = (event) => {
      event.preventDefault();
      this.#send();
    };
    this.text.onkeydown = (event) => this.#press(event);
    this.text.oninput = () => this.#change();
    this.text.onpaste = ({ clipboardData }) => this.#lay(clipboardData.getData("text/plain"));
  }

  #press(event) {
    // While somebody composes a character, Enter chooses it.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#send();
  }

  #change() {
    const { value } = this.text;
    this.#lay(value);
    this.#warn(value);
    this.#grow();
    if (value.trim()) this.#say("typing", {});
  }

  #send() {
    const body = this.text.value.trim();
    if (body && !this.#warn(body)) {
      this.text.value = "";
      this.#grow();
      this.#say("send", { body });
    }
    this.text.focus();
  }

  // Told by hand, because dir="auto" keeps a browser busy for ten seconds with a pasted book; and wrapping one, for one.
  #lay(text) {
    this.text.wrap = text.length > A_BOOK ? "off" : "soft";
    const first = text.slice(0, LONGEST_MESSAGE).match(/\p{L}/u)?.[0] ?? "";
    this.text.dir = RIGHT_TO_LEFT.test(first) ? "rtl" : "ltr";
  }

  #warn(text) {
    const count = text.length > LONGEST_MESSAGE ? length(text) : 0;
    const isTooLong = count > LONGEST_MESSAGE;
    const say = (number) => number.toLocaleString("en");
    const note = isTooLong ? `${say(count)} of at most ${say(LONGEST_MESSAGE)} characters. Please shorten it.` : "";
    if (this.note.textContent !== note) this.note.textContent = note;
    this.text.toggleAttribute("aria-invalid", isTooLong);
    return isTooLong;
  }

  #grow() {
    this.text.style.height = "";
    // Measuring a pasted book would take long, and the box is full anyway.
    const isLong = this.text.value.length > LONGEST_MESSAGE;
    this.text.style.height = isLong ? "100vh" : `${this.text.scrollHeight + 2}px`;
  }

  #say(name, detail) {
    detail = { ...detail, conversation: Number(this.getAttribute("conversation")) };
    this.dispatchEvent(new CustomEvent(`box:${name}`, { bubbles: true, detail }));
  }
}

// In code points, as the server counts; a browser counts UTF-16 units.
function length(text) {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}

customElements.define("message-box", MessageBox);
