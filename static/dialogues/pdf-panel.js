// <pdf-panel> opens the documents that the transcript has links to: our own in a frame over the chat, others where
// the browser opens links. It says pdf:seen {document, did}, did being "opened" or "downloaded".
//
//   <pdf-panel><dialog>
//     <h2></h2> <a data-pdf="tab">Open in a new tab</a> <a data-pdf="download">Download</a>
//     <button data-pdf="close">Close</button> <iframe></iframe>
//   </dialog></pdf-panel>

const DOCUMENT = /^\/widget\/documents\/([^/]+)\/(.*)$/;

class PdfPanel extends HTMLElement {
  #document = "";

  connectedCallback() {
    this.dialog = this.querySelector("dialog");
    this.frame = this.querySelector("iframe");
    const link = (name) => this.querySelector(`[data-pdf="${name}"]`);
    [this.tab, this.download] = [link("tab"), link("download")];
    link("close").onclick = () => this.dialog.close();
    this.download.onclick = () => this.#say("downloaded");
    // Escape closes the document, not the chat behind it.
    this.onkeydown = (event) => event.stopPropagation();
    this.dialog.onclose = () => this.frame.removeAttribute("src");
    this.parentElement.addEventListener("click", (event) => this.#open(event));
  }

  #open(event) {
    const link = event.target.closest("chat-transcript a");
    const [, document, name] = (link && new URL(link.href).pathname.match(DOCUMENT)) ?? [];
    if (!document) return;
    this.#document = document;
    this.#say("opened");
    if (!name) return;
    event.preventDefault();
    const { pathname } = new URL(link.href);
    this.querySelector("h2").textContent = this.frame.title = link.textContent;
    this.frame.src = this.tab.href = pathname;
    this.download.href = `${pathname}?download`;
    this.dialog.showModal();
  }

  #say(did) {
    this.dispatchEvent(new CustomEvent("pdf:seen", { bubbles: true, detail: { document: this.#document, did } }));
  }
}

customElements.define("pdf-panel", PdfPanel);
