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
  var bank;
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

  function tell(type, said) {
    if (isReady) iframe.contentWindow.postMessage(Object.assign({ kustomEmulator: type }, said), emulatorOrigin);
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
  function fire(name, payload, callback) {
    (handlers[name] || []).forEach(function (handler) {
      try {
        handler(payload, callback);
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
    // The form lets nobody in before it knows that the shop does not update the order.
    tell(isSuspended || hasMissedResume ? "suspend" : "begin");
    if (!isSuspended && hasMissedResume) tell("resume");
  }

  // The shop's own say in a purchase: `validation_callback(data, callback)`. The first answer counts.
  function validate(asked) {
    var listeners = handlers.validation_callback || [];
    if (!listeners.length) return tell("validated", { id: asked.id, isSilent: true });
    fire("validation_callback", asked.data, function (answer) {
      var text = answer && answer.message;
      tell("validated", {
        id: asked.id,
        should_proceed: Boolean(answer && answer.should_proceed === true),
        message: typeof text === "string" ? text : "",
      });
    });
  }

  // The bank's page covers the shop's, which must neither be clicked nor reached by keyboard meanwhile: a modal dialog.
  function openBank(asked) {
    closeBank();
    var facts = new URLSearchParams({ amount: asked.amount, locale: asked.locale, parent: window.location.origin });
    var frame = document.createElement("iframe");
    var dialog = document.createElement("dialog");
    frame.id = "klarna-fullscreen-iframe";
    frame.name = "klarna-fullscreen-iframe";
    frame.title = "3-D Secure";
    frame.src = settings.BANK_SRC + "#" + facts;
    frame.style.cssText = "border:0;display:block;width:100%;height:100%;";
    dialog.style.cssText =
      "border:0;margin:0;padding:0;width:100%;height:100%;max-width:none;max-height:none;background:#fff;";
    dialog.setAttribute("aria-label", "3-D Secure");
    dialog.addEventListener("cancel", function (event) {
      event.preventDefault();
      answerBank("abandoned");
    });
    dialog.appendChild(frame);
    document.body.appendChild(dialog);
    document.documentElement.classList.add("klarna-checkout-fso-open");
    var scrolling = document.documentElement.style.overflow;
    document.documentElement.style.overflow = "hidden";
    bank = { id: asked.id, frame: frame, dialog: dialog, scrolling: scrolling };
    dialog.showModal();
    frame.focus();
  }

  function closeBank() {
    if (!bank) return;
    bank.dialog.remove();
    document.documentElement.style.overflow = bank.scrolling;
    document.documentElement.classList.remove("klarna-checkout-fso-open");
    bank = undefined;
  }

  function answerBank(answer) {
    if (!bank) return;
    var id = bank.id;
    closeBank();
    iframe.focus();
    tell("banked", { id: id, answer: answer });
  }

  function receiveFromBank(message) {
    if (message.origin !== emulatorOrigin || !message.data || message.data.kustomEmulator !== "banked") return;
    answerBank(message.data.answer);
  }

  function receive(message) {
    if (bank && message.source === bank.frame.contentWindow) return receiveFromBank(message);
    if (message.source !== iframe.contentWindow || message.origin !== emulatorOrigin) return;
    var said = message.data || {};
    if (said.kustomEmulator === "ready") becomeReady();
    else if (said.kustomEmulator === "height") iframe.style.height = said.height + "px";
    else if (said.kustomEmulator === "event") fire(said.name, said.payload);
    else if (said.kustomEmulator === "validate") validate(said);
    else if (said.kustomEmulator === "bank") openBank(said);
    else if (said.kustomEmulator === "redirect") redirect(said.url);
  }

  function takeDown() {
    isTakenDown = true;
    clearTimeout(resumeTimer);
    handlers = {};
    closeBank();
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
