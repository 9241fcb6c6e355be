// A certified OpenID provider as "a network": whoever comes is signed in as `login_hint` and agrees.
// PORT: where it listens. REDIRECT: the one address it sends people back to. AUTH: how its client
// sends the secret.
import Provider from "oidc-provider";

const issuer = `http://127.0.0.1:${process.env.PORT}`;
const client = {
  client_id: "parvis",
  client_secret: "parvis-secret-of-the-tests",
  redirect_uris: [process.env.REDIRECT],
  grant_types: ["authorization_code", "refresh_token"],
  response_types: ["code"],
  token_endpoint_auth_method: process.env.AUTH,
};
const provider = new Provider(issuer, {
  clients: [client],
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, { uid }) => `/agree/${uid}` },
  issueRefreshToken: () => true,
  rotateRefreshToken: true,
  pkce: { required: () => true },
  cookies: { keys: ["of the tests"] },
});
provider.use(async (context, next) => {
  if (!context.path.startsWith("/agree/")) return next();
  const { req, res } = context;
  const { params, prompt } = await provider.interactionDetails(req, res);
  const accountId = params.login_hint;
  const grant = new provider.Grant({ accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  if (prompt.details.missingOIDCClaims) grant.addOIDCClaims(prompt.details.missingOIDCClaims);
  context.respond = false;
  const agreed = { login: { accountId }, consent: { grantId: await grant.save() } };
  await provider.interactionFinished(req, res, agreed, { mergeWithLastSubmission: true });
});
provider.listen(Number(process.env.PORT), "127.0.0.1");
