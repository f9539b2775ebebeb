// <offer-ring seconds="84.2" of="100">: the seconds an offer still has, running down by the page's own stopwatch,
// never by its clock. Says offer:over at nothing.
customElements.define(
  "offer-ring",
  class extends HTMLElement {
    #endsAt
    #timer

    connectedCallback() {
      this.#endsAt ??= performance.now() + 1000 * Number(this.getAttribute("seconds"))
      this.#timer = setInterval(() => this.#show(), 200)
      this.#show()
    }

    disconnectedCallback() {
      clearInterval(this.#timer)
    }

    #show() {
      const left = Math.max(0, (this.#endsAt - performance.now()) / 1000)
      const digits = this.querySelector(".digits")
      const words = `${Math.ceil(left)}s`
      if (digits.textContent !== words) digits.textContent = words
      this.style.setProperty("--left", left / Number(this.getAttribute("of")))
      if (left > 0) return
      clearInterval(this.#timer)
      this.dispatchEvent(new CustomEvent("offer:over", { bubbles: true }))
    }
  },
)
