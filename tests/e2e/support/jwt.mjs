// JSON Web Tokens by hand, so that tests can forge every wrong kind.
import { createHmac } from "node:crypto";

const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Claims of a token, unchecked. */
export const claimsOf = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
export const headerOf = (token) => JSON.parse(Buffer.from(token.split(".")[0], "base64url"));

const hashes = { HS256: "sha256", HS384: "sha384", HS512: "sha512" };

/** Signs with an HMAC; for another `alg` (also `none`) the signature is left empty. */
export function sign(claims, secret, header = { alg: "HS256", typ: "JWT" }) {
  const content = `${encode(header)}.${encode(claims)}`;
  const hash = hashes[header.alg];
  return `${content}.${hash ? createHmac(hash, secret).update(content).digest("base64url") : ""}`;
}

/** The same token with some claims changed and a valid signature. */
export const altered = (token, changes, secret, header) =>
  sign({ ...claimsOf(token), ...changes }, secret, header);

/** The same token as it would look long after its end. */
export function expired(token, secret) {
  const now = Math.floor(Date.now() / 1000);
  return altered(token, { iat: now - 4000, exp: now - 3000 }, secret);
}
