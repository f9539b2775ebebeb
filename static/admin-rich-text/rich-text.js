// <rich-text> puts an editor with a toolbar in the place of the textarea in it, which goes on to hold the markup and
// is what the form sends. The editing is Squire's (README.md); the server cleans what comes, whatever we do here.

const TAGS = new Set(["P", "BR", "B", "STRONG", "I", "EM", "U", "S", "UL", "OL", "LI", "A"]);
const BLOCKS = new Set(["DIV", "H1", "H2", "H3", "H4", "H5", "H6", "BLOCKQUOTE", "PRE", "TR", "DT", "DD"]);
const UNREAD = new Set(["SCRIPT", "STYLE", "TITLE", "TEMPLATE", "IFRAME", "OBJECT", "TEXTAREA", "SVG", "MATH"]);
const ADDRESS = /^(https?:\/\/|mailto:|tel:)[^\s]+$/i;

class RichText extends HTMLElement {
  connectedCallback() {
    this.textarea = this.querySelector("textarea");
    // The admin keeps an empty form, from which it makes each further one.
    if (this.editor || this.textarea.name.includes("__prefix__")) return;
    this.bar = this.querySelector(".rich-text-bar");
    this.area = this.#makeArea();
    this.editor = new window.Squire(this.area, { blockTag: "P", sanitizeToDOMFragment: allowed });
    // A tab goes on to the next field, in a list too.
    for (const key of ["Tab", "Shift-Tab"]) this.editor.setKeyHandler(key, null);
    for (const key of ["Ctrl-k", "Meta-k"]) {
      this.editor.setKeyHandler(key, (editor, event) => {
        event.preventDefault();
        this.#open("link");
      });
    }
    this.editor.setHTML(this.textarea.value);
    this.editor.addEventListener("input", () => this.#keep());
    for (const news of ["pathChange", "select", "cursor", "input"]) {
      this.editor.addEventListener(news, () => this.#press());
    }
    this.addEventListener("click", (event) => this.#click(event));
    this.addEventListener("keydown", (event) => this.#key(event));
    for (const bar of this.querySelectorAll("[role=toolbar]")) rove(bar);
    this.bar.hidden = false;
    this.textarea.hidden = true;
  }

  // The editing area has the name, the description and the faults of the textarea.
  #makeArea() {
    const area = document.createElement("div");
    const label = this.textarea.labels[0];
    area.className = "rich-text-area";
    area.dir = "auto";
    area.setAttribute("role", "textbox");
    area.setAttribute("aria-multiline", "true");
    if (label) {
      label.id ||= `${this.textarea.id}_label`;
      area.setAttribute("aria-labelledby", label.id);
      label.addEventListener("click", () => area.focus());
    } else {
      area.setAttribute("aria-label", this.textarea.getAttribute("aria-label") ?? this.textarea.name);
    }
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (this.textarea.hasAttribute(name)) area.setAttribute(name, this.textarea.getAttribute(name));
    }
    // What is hidden cannot be asked for by the browser; the server asks for it.
    if (this.textarea.required) area.setAttribute("aria-required", "true");
    this.textarea.required = false;
    this.textarea.after(area);
    this.textarea.before(this.bar, ...this.querySelectorAll(".rich-text-panel"));
    return area;
  }

  #keep() {
    this.textarea.value = this.area.textContent.trim() ? this.editor.getHTML() : "";
    this.textarea.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // What is pressed

  #click({ target }) {
    const button = target.closest("button");
    if (!button) return;
    const { format, opens, act, emoji } = button.dataset;
    if (format) this.#format(format);
    if (opens) this.#open(opens);
    if (act === "link") this.#link();
    if (act === "unlink") this.#finish(() => this.editor.removeLink());
    if (emoji) this.#finish(() => this.editor.insertPlainText(emoji, false));
  }

  #key(event) {
    const panel = event.target.closest(".rich-text-panel");
    if (!panel) return;
    if (event.key === "Escape") this.#finish(() => {});
    if (event.key === "Enter" && event.target.matches("input")) {
      event.preventDefault();
      this.#link();
    }
  }

  #format(format) {
    const { editor } = this;
    const isOn = this.#is(format);
    if (format === "bold") isOn ? this.#remove("B", "STRONG") : editor.bold();
    if (format === "italic") isOn ? this.#remove("I", "EM") : editor.italic();
    if (format === "bullets") isOn ? editor.removeList() : editor.makeUnorderedList();
    if (format === "numbers") isOn ? editor.removeList() : editor.makeOrderedList();
    editor.focus();
  }

  #remove(...tags) {
    for (const tag of tags) this.editor.changeFormat(null, { tag });
  }

  #is(format) {
    const { editor } = this;
    if (format === "bold") return editor.hasFormat("B") || editor.hasFormat("STRONG");
    if (format === "italic") return editor.hasFormat("I") || editor.hasFormat("EM");
    if (format === "link") return editor.hasFormat("A");
    return Boolean(this.#around(format === "bullets" ? "ul" : "ol"));
  }

  #around(selector) {
    const { startContainer } = this.editor.getSelection();
    const found = (startContainer.closest ? startContainer : startContainer.parentElement)?.closest(selector);
    return found && this.area.contains(found) ? found : null;
  }

  #press() {
    for (const button of this.bar.querySelectorAll("[aria-pressed]")) {
      button.setAttribute("aria-pressed", this.#is(button.dataset.format ?? button.dataset.opens));
    }
  }

  // The two panels

  #open(name) {
    for (const panel of this.querySelectorAll("[data-panel]")) {
      const isIt = panel.dataset.panel === name && panel.hidden;
      panel.hidden = !isIt;
      this.bar.querySelector(`[data-opens="${panel.dataset.panel}"]`).setAttribute("aria-expanded", isIt);
      if (!isIt) continue;
      const input = panel.querySelector("input");
      if (input) {
        input.value = this.#around("a")?.getAttribute("href").replace(/^(mailto|tel):/, "") ?? "";
        this.#complain(false);
      }
      panel.querySelector("input, button[tabindex='0']").focus();
    }
  }

  #finish(act) {
    act();
    this.#open(null);
    this.editor.focus();
  }

  #link() {
    const address = complete(this.querySelector("[data-panel=link] input").value.trim());
    this.#complain(!address);
    if (!address) return;
    const link = this.#around("a");
    this.#finish(() => {
      // With the mark inside a link, it is that link that gets another address.
      if (link && this.editor.getSelection().collapsed) {
        const range = document.createRange();
        range.selectNodeContents(link);
        this.editor.setSelection(range);
      }
      this.editor.makeLink(address);
    });
  }

  #complain(isWrong) {
    const wrong = this.querySelector("[data-wrong]");
    wrong.textContent = isWrong ? wrong.dataset.wrong : "";
    const input = this.querySelector("[data-panel=link] input");
    input.setAttribute("aria-invalid", isWrong);
    if (isWrong) input.focus();
  }
}

// What somebody types as an address, as one that can be linked to, or nothing.
function complete(words) {
  if (/^\+?[\d\s().-]{6,}$/.test(words)) return `tel:${words.replace(/[^\d+]/g, "")}`;
  if (/^[^\s@/:]+@[^\s@/]+\.[^\s@/]+$/.test(words)) return `mailto:${words}`;
  if (/^[^\s@/:]+\.[^\s@/:]+(:\d+)?(\/\S*)?$/.test(words)) words = `https://${words}`;
  return ADDRESS.test(words) ? words : "";
}

// Pasted markup with the allowed tags only. What is parsed here runs nothing, and only words and tags leave it.
function allowed(html) {
  const fragment = document.createDocumentFragment();
  copy(new DOMParser().parseFromString(html, "text/html").body, fragment);
  return fragment;
}

function copy(from, to) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) to.append(node.data);
    if (node.nodeType !== Node.ELEMENT_NODE || UNREAD.has(node.nodeName.toUpperCase())) continue;
    const href = node.getAttribute("href")?.trim();
    const isKept = node.nodeName === "A" ? ADDRESS.test(href) : TAGS.has(node.nodeName);
    const made = isKept ? document.createElement(node.nodeName) : BLOCKS.has(node.nodeName) ? document.createElement("p") : to;
    if (isKept && href) made.setAttribute("href", href);
    copy(node, made);
    if (made !== to) to.append(made);
  }
}

// In a toolbar the arrows lead from button to button, and a tab leads out of it.
function rove(bar) {
  const buttons = [...bar.querySelectorAll("button")];
  const choose = (chosen) => buttons.forEach((button) => (button.tabIndex = button === chosen ? 0 : -1));
  choose(buttons[0]);
  bar.addEventListener("focusin", ({ target }) => choose(target));
  bar.addEventListener("keydown", (event) => {
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    const at = buttons.indexOf(event.target);
    const next = { Home: 0, End: buttons.length - 1 }[event.key] ?? (event.key in steps ? at + steps[event.key] : null);
    if (next === null) return;
    event.preventDefault();
    buttons[(next + buttons.length) % buttons.length].focus();
  });
}

customElements.define("rich-text", RichText);
