// <branch-folding> folds branches away, and remembers which on this page.

class BranchFolding extends HTMLElement {
  connectedCallback() {
    this.key = `folded ${location.pathname}`;
    this.folded = new Set(read(this.key));
    for (const button of this.querySelectorAll(".fold")) {
      button.hidden = false;
      this.#show(button);
    }
    this.addEventListener("click", ({ target }) => {
      const button = target.closest(".fold");
      if (button) this.#fold(button, !this.folded.has(button.dataset.folds));
    });
    this.addEventListener("designer:unfold", ({ target }) => this.#unfold(target));
    const current = this.querySelector("[aria-current]");
    if (current) this.#unfold(current);
  }

  #fold(button, isFolded) {
    if (isFolded) this.folded.add(button.dataset.folds);
    else this.folded.delete(button.dataset.folds);
    this.#show(button);
    keep(this.key, [...this.folded]);
  }

  #show(button) {
    const isFolded = this.folded.has(button.dataset.folds);
    button.setAttribute("aria-expanded", String(!isFolded));
    button.closest(".branch").classList.toggle("is-folded", isFolded);
  }

  // What is looked at must be seen, however many branches it is in.
  #unfold(element) {
    for (let branch = element.closest("ol.cards")?.closest(".branch"); branch; branch = branch.parentElement.closest(".branch")) {
      if (branch.classList.contains("is-folded")) this.#fold(branch.querySelector(".fold"), false);
    }
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? [];
  } catch {
    return [];
  }
}

function keep(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Without storage they open again with the next visit.
  }
}

customElements.define("branch-folding", BranchFolding);
