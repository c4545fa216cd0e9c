// Runs in the shop's page: puts the iframe into the container and speaks with it.
//
// The snippet has left a queueing `window._klarnaCheckout`; this file replaces it with one that answers. When the
// snippet runs again, the binding before is taken down first: one iframe, one listener, never two.
(function () {
  "use strict";

  var AUTO_RESUME_MS = 10000;
  var queue = window._klarnaCheckout;
  if (!queue || !queue.config) return;
  var bound = window.__kustomEmulator;
  if (bound && bound.settings === queue.config) return;
  if (bound) bound.takeDown();

  var settings = queue.config;
  var emulatorOrigin = new URL(settings.IFRAME_SRC).origin;
  var handlers = {};
  var isReady = false;
  var isSuspended = false;
  // A resume before the iframe listens: it may have read the order before the merchant's update.
  var hasMissedResume = false;
  var isTakenDown = false;
  var resumeTimer;
  var iframe = createIframe();

  function createIframe() {
    var frame = document.createElement("iframe");
    var facts = new URLSearchParams({
      order: settings.ORDER_ID,
      token: settings.TOKEN,
      locale: settings.LOCALE || "en",
      parent: window.location.origin,
    });
    frame.id = "klarna-checkout-iframe";
    frame.name = "klarna-checkout-iframe";
    frame.title = "Checkout";
    frame.src = settings.IFRAME_SRC + "#" + facts;
    frame.style.cssText = "border:0;display:block;width:1px;min-width:100%;height:640px;";
    return frame;
  }

  function tell(type) {
    if (isReady) iframe.contentWindow.postMessage({ kustomEmulator: type }, emulatorOrigin);
  }

  function suspend(options) {
    if (isTakenDown) return;
    clearTimeout(resumeTimer);
    var staysSuspended = options && options.autoResume && options.autoResume.enabled === false;
    if (!staysSuspended) resumeTimer = setTimeout(resume, AUTO_RESUME_MS);
    if (isSuspended) return;
    isSuspended = true;
    tell("suspend");
  }

  // Only a resume after a suspend makes the iframe read the order again.
  function resume() {
    clearTimeout(resumeTimer);
    if (isTakenDown || !isSuspended) return;
    isSuspended = false;
    hasMissedResume = !isReady;
    tell("resume");
  }

  function on(listeners) {
    Object.keys(listeners || {}).forEach(function (name) {
      handlers[name] = (handlers[name] || []).concat(listeners[name]);
    });
  }

  // A shop's handler that throws must not keep the others from hearing.
  function fire(name, payload) {
    (handlers[name] || []).forEach(function (handler) {
      try {
        handler(payload);
      } catch (error) {
        console.error(error);
      }
    });
  }

  function redirect(url) {
    if (/^https?:/i.test(url)) window.location.assign(url);
  }

  function becomeReady() {
    isReady = true;
    if (isSuspended || hasMissedResume) tell("suspend");
    if (!isSuspended && hasMissedResume) tell("resume");
  }

  function receive(message) {
    if (message.source !== iframe.contentWindow || message.origin !== emulatorOrigin) return;
    var said = message.data || {};
    if (said.kustomEmulator === "ready") becomeReady();
    else if (said.kustomEmulator === "height") iframe.style.height = said.height + "px";
    else if (said.kustomEmulator === "event") fire(said.name, said.payload);
    else if (said.kustomEmulator === "redirect") redirect(said.url);
  }

  function takeDown() {
    isTakenDown = true;
    clearTimeout(resumeTimer);
    handlers = {};
    window.removeEventListener("message", receive);
    iframe.remove();
  }

  var api = { suspend: suspend, resume: resume, on: on };

  function klarnaCheckout(callback) {
    callback(api);
  }

  klarnaCheckout.config = settings;
  window._klarnaCheckout = klarnaCheckout;
  window.__kustomEmulator = { settings: settings, takeDown: takeDown };
  window.addEventListener("message", receive);
  var waiting = queue.q;
  // Whoever kept the queueing function is answered as well.
  queue.q = { push: klarnaCheckout };
  waiting.forEach(klarnaCheckout);
  settings.container.appendChild(iframe);
})();
