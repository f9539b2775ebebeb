// Turns what the socket says of panes into events that htmx can wait for without evaluating anything.
//
// Any single word of it may be lost. So when the revision is another one, all panes are fetched, and only when all of
// them have come does the page claim to show it; until then every beat says so again.

const PANES = ["offers", "availability", "list", "conversation"];
const GATHER_MS = 50;
const TRY_AGAIN_AFTER_MS = 3000;

const wanted = new Set();
const fetching = new Set();
let revision = null;
let timer = 0;

document.addEventListener("live:pane", ({ detail }) => {
  const isNew = detail.revision !== socket().revision;
  for (const pane of isNew || detail.pane === "all" ? PANES : [detail.pane]) wanted.add(pane);
  revision = detail.revision;
  fetchAfter(GATHER_MS);
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const pane = detail.elt.id;
  if (!fetching.has(pane)) return;
  fetching.delete(pane);
  if (!detail.successful && (detail.xhr.status === 0 || detail.xhr.status >= 500)) {
    wanted.add(pane);
    fetchAfter(TRY_AGAIN_AFTER_MS * (0.5 + Math.random()));
  }
  if (!wanted.size && !fetching.size) socket().revision = revision;
});

function fetchAfter(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    for (const pane of wanted) if (document.getElementById(pane)) fetching.add(pane);
    const panes = [...wanted];
    wanted.clear();
    for (const pane of panes) document.body.dispatchEvent(new CustomEvent(`pane-${pane}`));
  }, milliseconds);
}

function socket() {
  return document.querySelector("live-socket");
}
