// Walks every grant with openid-client, a certified library. Lines out: what a browser should do,
// or the end; lines in: what came of it.
//
//     {"visit": url}      → the address the browser was led to
//     {"letters": code}   → "done" when a person has let the device in
import { createInterface } from 'node:readline'
import * as oidc from 'openid-client'

const [issuer, web, secret, screen, own, ownSecret, redirect_uri] = process.argv.slice(2)
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const scope = 'openid profile email posts:read mentions:read'
const insecure = { execute: [oidc.allowInsecureRequests] }
const found = {}

async function ask(told) {
  process.stdout.write(JSON.stringify(told) + '\n')
  return (await lines.next()).value
}

async function refused(asking) {
  try {
    await asking
    return 'nothing was refused'
  } catch (error) {
    const told = error.cause?.[0]?.parameters?.error ?? error.cause?.error
    return error.error ?? told ?? error.cause?.message ?? error.message
  }
}

async function begin(config, more = {}) {
  const verifier = oidc.randomPKCECodeVerifier()
  const asked = {
    redirect_uri,
    scope,
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: oidc.randomState(),
    nonce: oidc.randomNonce(),
    ...more,
  }
  const checks = {
    pkceCodeVerifier: verifier,
    expectedState: asked.state,
    expectedNonce: asked.nonce,
    idTokenExpected: true,
  }
  return { asked, checks }
}

const url = new URL(issuer)
const basic = await oidc.discovery(url, web, undefined, oidc.ClientSecretBasic(secret), insecure)
const post = await oidc.discovery(url, web, undefined, oidc.ClientSecretPost(secret), {
  ...insecure,
  algorithm: 'oauth2',
})

const first = await begin(basic)
const callback = new URL(await ask({ visit: oidc.buildAuthorizationUrl(basic, first.asked).href }))
const tokens = await oidc.authorizationCodeGrant(basic, callback, first.checks)
const claims = tokens.claims()
found.subject = claims.sub
found.issuer = claims.iss
found.scope = tokens.scope
found.person = await oidc.fetchUserInfo(basic, tokens.access_token, claims.sub)
const api = new URL('/v1/posts', issuer)
found.api = (await oidc.fetchProtectedResource(basic, tokens.access_token, api, 'GET')).status
const renewed = await oidc.refreshTokenGrant(post, tokens.refresh_token)
found.introspected = (await oidc.tokenIntrospection(post, renewed.access_token)).active
await oidc.tokenRevocation(basic, renewed.refresh_token)
found.revoked = (await oidc.tokenIntrospection(post, renewed.access_token)).active
found.reused = await refused(oidc.refreshTokenGrant(basic, tokens.refresh_token))

const pushed = await begin(basic, { prompt: 'consent' })
const short = await oidc.buildAuthorizationUrlWithPAR(basic, pushed.asked)
found.pushed = [...short.searchParams.keys()].sort()
const back = new URL(await ask({ visit: short.href }))
found.by_par = Boolean((await oidc.authorizationCodeGrant(basic, back, pushed.checks)).id_token)
found.replayed = await refused(oidc.authorizationCodeGrant(basic, back, pushed.checks))

const denied = await begin(basic, { prompt: 'consent' })
const no = oidc.buildAuthorizationUrl(basic, denied.asked).href
const denial = new URL(await ask({ visit: no, decision: 'deny' }))
found.denied = await refused(oidc.authorizationCodeGrant(basic, denial, denied.checks))
const mixed = new URL(denial)
mixed.searchParams.set('iss', 'https://evil.example')
found.mixed_up = await refused(oidc.authorizationCodeGrant(basic, mixed, denied.checks))

const machine = await oidc.discovery(url, own, ownSecret, undefined, insecure)
const alone = await oidc.clientCredentialsGrant(machine, { scope: 'posts:read' })
found.own = alone.scope
found.own_beyond = await refused(oidc.clientCredentialsGrant(machine, { scope: 'webhooks:write' }))
const wrong = await oidc.discovery(url, own, 'pvs_wrong', undefined, insecure)
found.wrong_secret = await refused(oidc.clientCredentialsGrant(wrong, { scope: 'posts:read' }))

const device = await oidc.discovery(url, screen, undefined, oidc.None(), insecure)
const begun = await oidc.initiateDeviceAuthorization(device, { scope: 'openid posts:read' })
await ask({ letters: begun.user_code })
const polled = await oidc.pollDeviceAuthorizationGrant(device, begun)
found.device = polled.scope

const out = { id_token_hint: tokens.id_token, post_logout_redirect_uri: redirect_uri }
found.left_to = await ask({ visit: oidc.buildEndSessionUrl(basic, out).href })
process.stdout.write(JSON.stringify({ done: found }) + '\n')
process.exit(0)
