// Directory, PDS and AppView of Bluesky as their makers run them in tests, with three accounts.
// PORTS: six free ports. STATE: the file that tells, once all is up, where and who they are.
import { renameSync, writeFileSync } from "node:fs";
import { AtpAgent } from "@atproto/api";
import { TestNetwork } from "@atproto/dev-env";

const [plc, pds, appview, ozone, introspect, chat] = process.env.PORTS.split(",").map(Number);
const network = await TestNetwork.create({
  dbPostgresSchema: "bsky",
  plc: { port: plc },
  pds: { port: pds, hostname: "localhost", enableDidDocWithSession: true },
  bsky: { port: appview, publicUrl: `http://localhost:${appview}` },
  ozone: { port: ozone, chatUrl: `http://localhost:${chat}`, chatDid: "did:example:chat" },
  introspect: { port: introspect },
});
const nowhere = { sendMail: async () => ({}) };
network.pds.ctx.mailer.transporter = nowhere;
network.pds.ctx.moderationMailer.transporter = nowhere;

async function settle(name) {
  const agent = new AtpAgent({ service: network.pds.url });
  const password = `${name}-password`;
  const made = await agent.createAccount({
    handle: `${name}.test`,
    email: `${name}@village.example`,
    password,
  });
  await agent.upsertProfile(() => ({ displayName: name[0].toUpperCase() + name.slice(1) }));
  const app = await agent.com.atproto.server.createAppPassword({ name: "parvis" });
  return { handle: `${name}.test`, did: made.data.did, password, app_password: app.data.password };
}

const accounts = {};
for (const name of ["ana", "bob", "carol"]) accounts[name] = await settle(name);
const state = { directory: network.plc.url, pds: network.pds.url, appview: network.bsky.url, accounts };
writeFileSync(`${process.env.STATE}.new`, JSON.stringify(state));
renameSync(`${process.env.STATE}.new`, process.env.STATE);
process.on("SIGTERM", () => process.exit(0));
