// node -r loopback.cjs: whatever would listen on all addresses listens on 127.0.0.1.
const { Server } = require("node:net");

const ANYWHERE = new Set([undefined, null, "", "0.0.0.0", "::"]);
const listen = Server.prototype.listen;

Server.prototype.listen = function (first, ...rest) {
  const isPort = typeof first === "number" || /^\d+$/.test(String(first));
  if (isPort) {
    const host = typeof rest[0] === "string" && !ANYWHERE.has(rest[0]) ? rest[0] : "127.0.0.1";
    const left = typeof rest[0] === "string" || rest[0] === undefined ? rest.slice(1) : rest;
    return listen.call(this, Number(first), host, ...left);
  }
  if (first && typeof first === "object" && "port" in first && ANYWHERE.has(first.host)) {
    return listen.call(this, { ...first, host: "127.0.0.1" }, ...rest);
  }
  return listen.call(this, first, ...rest);
};
