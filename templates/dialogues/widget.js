// Parley: puts a launcher on the page, if and when a dialogue is for it; and behind it, from the first click on, the
// frame with the chat.
// Token and unsent messages stay with this page's own site; they reach the frame through a port, and nobody else.
(() => {
  const config = {{ config|safe }};
  const { name, shows, look } = config;
  const script = document.currentScript ?? document.querySelector('script[src*="/widget.js"]');
  const origin = new URL(script.src).origin;
  const key = `parley:${origin}`;
  if (window[key]) return window[key]();

  // Storage may be denied or full: then what it keeps lives as long as the page.
  const memory = {};
  const attempt = (act) => {
    try {
      return act();
    } catch {}
  };
  const get = (item) => attempt(() => localStorage.getItem(key + item)) ?? memory[item] ?? "";
  const set = (item, value) => {
    if (value === "") {
      delete memory[item];
      attempt(() => localStorage.removeItem(key + item));
    } else {
      memory[item] = value;
      attempt(() => localStorage.setItem(key + item, value));
    }
  };
  const outbox = () => {
    const kept = (attempt(() => Object.keys(localStorage)) ?? []).filter((item) => item.startsWith(key));
    const items = new Set([...kept.map((item) => item.slice(key.length)), ...Object.keys(memory)]);
    const mail = [...items].filter((item) => item.startsWith("/outbox/"));
    return mail.map((item) => attempt(() => JSON.parse(get(item)))).filter(Boolean);
  };

  const make = (tag, attributes, parent, space) => {
    const element = space ? document.createElementNS(space, tag) : document.createElement(tag);
    for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
    parent?.append(element);
    return element;
  };
  const host = make("parley-chat", {});
  const root = host.attachShadow({ mode: "open" });
  const { side, edge, fill, ink, deep, ring } = look;
  const css = `:host{all:initial}
button,iframe,p{position:fixed;${side}:${edge}px;z-index:2147483000;box-sizing:border-box}
button{bottom:calc(${edge}px + env(safe-area-inset-bottom));width:56px;height:56px;padding:14px;border:0;border-radius:50%;
color:${ink};background:${fill};box-shadow:0 4px 16px rgb(20 40 100/30%);cursor:pointer}
button:hover{background:${deep}}
button:focus-visible{outline:3px solid #fff;box-shadow:0 0 0 6px ${ring}}
button[aria-busy=true]{opacity:.7}
svg{display:block}
b{position:absolute;top:-4px;right:-4px;min-width:22px;padding:0 6px;box-sizing:border-box;border-radius:11px;
font:600 13px/22px system-ui,sans-serif;text-align:center;color:#fff;background:#c62f38}
b:empty{display:none}
p{display:flex;gap:8px;bottom:${edge + 68}px;max-width:240px;margin:0;padding:10px 14px;border-radius:12px;font:14px/1.4 system-ui,sans-serif;
color:#1b1d29;background:#fff;box-shadow:0 4px 16px rgb(20 40 100/30%)}
p:empty{padding:0;box-shadow:none}
p button{all:unset;min-width:24px;overflow-wrap:anywhere;text-align:center;cursor:pointer}
p button:first-child{text-align:start}
p button:hover{background:0 0;text-decoration:underline}
p button:focus-visible{outline:2px solid ${ring};outline-offset:2px;border-radius:4px;box-shadow:none}
iframe{bottom:${edge + 72}px;${side}:min(${edge}px,100vw - 372px);width:372px;height:min(600px,100vh - ${edge + 92}px);border:0;border-radius:16px;background:Canvas;
box-shadow:0 12px 40px rgb(20 40 100/28%);visibility:hidden;opacity:0}
iframe.open{visibility:visible;opacity:1}
@media (prefers-reduced-motion:no-preference){iframe{transition:opacity .15s}}
@media (max-width:480px),(max-height:${edge + 460}px){
iframe{inset:0;width:100%;height:100%;border-radius:0}iframe.open~button{visibility:hidden}}
@media print{:host{display:none}}`;
  // A page's own policy may forbid style elements, but not sheets that a script makes.
  const sheet = attempt(() => new CSSStyleSheet());
  if (sheet && root.adoptedStyleSheets) {
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
  } else make("style", {}, root).textContent = css;

  const note = make("p", { role: "status" }, root);
  const button = make("button", { type: "button", "aria-expanded": "false" }, root);
  const svg = "http://www.w3.org/2000/svg";
  const icon = make("svg", { viewBox: "0 0 24 24", width: 28, height: 28, "aria-hidden": "true" }, button, svg);
  const line = { fill: "none", stroke: "currentColor", "stroke-width": 2, "stroke-linejoin": "round" };
  const path = make("path", { ...line, "stroke-linecap": "round" }, icon, svg);
  const badge = make("b", { "aria-hidden": "true" }, button);

  let frame, port, isReady, isOpen, isShown, isFresh, unread, timer;
  // Which dialogue is for this page, as the server says.
  let found = {};

  const draw = () => {
    const count = unread ? `, ${unread} unread` : "";
    button.setAttribute("aria-label", isOpen && isReady ? "Minimise chat" : `Open chat${count}`);
    button.setAttribute("aria-expanded", Boolean(isOpen && isReady));
    button.setAttribute("aria-busy", Boolean(isOpen && !isReady));
    badge.textContent = isOpen ? "" : unread || "";
    path.setAttribute("d", isOpen && isReady ? "M6 6l12 12M18 6L6 18" : "M4 5h16v11H11l-5 4v-4H4z");
    frame?.classList.toggle("open", Boolean(isOpen && isReady));
  };
  const show = () => {
    draw();
    if (!isOpen || !isReady) return;
    frame.focus();
    port.postMessage({ isOpen });
  };
  const unload = () => {
    clearTimeout(timer);
    frame?.remove();
    frame = port = undefined;
  };
  // A frame that did not come is taken away: nothing may lie over the page unseen.
  const giveUp = () => {
    unload();
    if (isOpen) note.textContent = "The chat cannot be reached right now.";
    isOpen = false;
    draw();
  };
  const load = () => {
    note.textContent = "";
    isReady = false;
    frame = make("iframe", { src: `${origin}/widget/`, title: name });
    button.before(frame);
    timer = setTimeout(giveUp, 15000);
  };
  const minimise = () => {
    isOpen = false;
    port?.postMessage({ isOpen });
    draw();
    button.focus();
  };
  const open = () => {
    isOpen = true;
    if (!frame) load();
    show();
  };
  button.onclick = () => (isOpen ? minimise() : open());
  root.onkeydown = (event) => event.key === "Escape" && isOpen && minimise();

  // The first question stands beside the launcher, until it is answered or dismissed.
  const quiet = () => found.dialogue && set(`/poked/${found.dialogue}`, "1");
  const poke = () => {
    const isPhone = matchMedia("(max-width:480px)").matches;
    if (!found.poke || !isShown || frame || get(`/poked/${found.dialogue}`) || (isPhone && !config.pokesPhones)) return;
    note.textContent = "";
    const question = make("button", { type: "button", dir: "auto" }, note);
    question.textContent = found.poke;
    question.onclick = () => {
      isFresh = true;
      open();
    };
    const close = make("button", { type: "button", "aria-label": "Dismiss" }, note);
    close.textContent = "×";
    close.onclick = () => {
      quiet();
      note.textContent = "";
      button.focus();
    };
  };

  const hear = ({ data }) => {
    if (data.isReady) {
      clearTimeout(timer);
      isReady = true;
      show();
    }
    if ("isUnderWay" in data) set("/underway", data.isUnderWay ? "1" : "");
    if (data.isAnswered) quiet();
    if ("seen" in data) set("/seen", data.seen);
    if ("muted" in data) set("/muted", data.muted);
    if ("unread" in data) {
      unread = data.unread;
      draw();
    }
    if (data.put) set(`/outbox/${data.put.id}`, JSON.stringify(data.put));
    if (data.remove) set(`/outbox/${data.remove}`, "");
    if (data.forget && data.forget === get("/token")) set("/token", "");
    if (data.token) {
      // Another tab may have been quicker: one visitor has one token.
      if (!get("/token")) set("/token", data.token);
      port.postMessage({ token: get("/token") });
    }
    if (data.isMinimised) minimise();
  };
  addEventListener("message", (event) => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== origin) return;
    if (event.data?.parley !== "hello") return;
    const channel = new MessageChannel();
    port = channel.port1;
    port.onmessage = hear;
    const font = getComputedStyle(document.body).fontFamily;
    const start = {
      parley: "start",
      ...visit(),
      isFresh,
      outbox: outbox(),
      seen: get("/seen"),
      muted: get("/muted"),
      font,
    };
    frame.contentWindow.postMessage(start, origin, [channel.port2]);
  });

  const today = new Date().toDateString();
  const visit = () => ({
    token: get("/token"),
    page: location.href.slice(0, 2000),
    referrer: document.referrer.slice(0, 2000),
    isReturning: (get("/first") || today) !== today,
  });
  // What a dialogue waits for: seconds here and on the site, how far the page was scrolled. Once met, it stays met.
  const isMet = () => {
    const { dialogue, after } = found;
    if (!after || get(`/met/${dialogue}`)) return true;
    const { scrollHeight, clientHeight } = document.documentElement;
    const depth = ((scrollY + 1) / (scrollHeight - clientHeight)) * 100;
    const isDeep = depth >= after.scroll || scrollHeight <= clientHeight;
    if (!isDeep || get(`/on${location.pathname}`) < after.page || get("/on") < after.site) return false;
    set(`/met/${dialogue}`, "1");
    return true;
  };
  const place = () => host.isConnected || document.documentElement.append(host);
  const check = () => {
    if (isShown || !(get("/underway") || (found.shows && isMet()))) return;
    isShown = true;
    draw();
    place();
    setTimeout(() => (get("/underway") ? frame || load() : poke()), 1000);
  };
  const tick = () => {
    if (document.hidden) return;
    for (const item of ["/on", `/on${location.pathname}`]) set(item, `${+get(item) + 1}`);
    check();
  };
  const decide = async () => {
    if (!config.asks || get("/underway")) {
      found = config;
      return check();
    }
    const { href } = location;
    const body = JSON.stringify(visit());
    const answer = await fetch(`${origin}/widget/which/`, { method: "POST", body, credentials: "omit" })
      .then((response) => response.json())
      .catch(() => ({}));
    if (isOpen || href !== location.href) return;
    unload();
    host.remove();
    note.textContent = "";
    isShown = false;
    found = answer;
    check();
  };
  window[key] = () => isShown && place();
  if (!shows && !config.asks && !get("/underway")) return;
  const start = () => {
    decide();
    if (!config.asks) return;
    if (!get("/first")) set("/first", today);
    if (config.counts) setInterval(tick, 1000);
    // A page may become another without being loaded.
    let last = location.href;
    const { navigation } = window;
    (navigation ?? window).addEventListener(navigation ? "currententrychange" : "popstate", () => {
      if (last === location.href || isOpen || get("/underway")) return;
      last = location.href;
      decide();
    });
  };
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", start);
  else start();
})();
