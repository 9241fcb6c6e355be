// Asks the browser for a passkey when a form marked data-passkey is sent, and puts the answer in it.
"use strict";

const toBytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const known = (list) => (list || []).map((each) => ({ ...each, id: toBytes(each.id) }));

async function ask(kind, options) {
  options.challenge = toBytes(options.challenge);
  if (kind === "create") {
    options.user.id = toBytes(options.user.id);
    options.excludeCredentials = known(options.excludeCredentials);
    return navigator.credentials.create({ publicKey: options });
  }
  options.allowCredentials = known(options.allowCredentials);
  return navigator.credentials.get({ publicKey: options });
}

function written(found) {
  const response = { clientDataJSON: toText(found.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (found.response[name]) response[name] = toText(found.response[name]);
  }
  return JSON.stringify({ id: found.id, rawId: toText(found.rawId), type: found.type, response });
}

async function send(form) {
  const fault = form.querySelector("[data-fault]");
  fault.hidden = true;
  try {
    const found = await ask(form.dataset.passkey, JSON.parse(form.dataset.options));
    form.elements.credential.value = written(found);
    form.submit();
  } catch (_) {
    fault.hidden = false;
  }
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form);
    });
  }
  for (const each of document.querySelectorAll("[data-without-passkeys]")) each.hidden = true;
}
