'use strict';

// HS256 tokens with a prepared KeyObject; jsonwebtoken would import the secret anew at every call.

const { createSecretKey, randomBytes, randomUUID } = require('node:crypto');
const jwt = require('jsonwebtoken');

const key = createSecretKey(process.env.JWT_SECRET ? Buffer.from(process.env.JWT_SECRET) : randomBytes(32));

function issue(user, type, expiresIn) {
  const claims = {
    userId: user.id,
    id: user.id,
    email: user.email,
    username: user.username,
    role: user.role,
    sid: randomUUID(),
    typ: type,
  };
  return jwt.sign(claims, key, { algorithm: 'HS256', subject: user.id, jwtid: randomUUID(), expiresIn });
}

module.exports = {
  accessToken: (user) => issue(user, 'access', process.env.ACCESS_TOKEN_EXPIRES_IN ?? '15m'),
  refreshToken: (user) => issue(user, 'refresh', '7d'),

  /// The claims of a valid access token; undefined for anything else.
  verify(token) {
    try {
      const claims = jwt.verify(token, key, { algorithms: ['HS256'] });
      return claims.typ === 'access' ? claims : undefined;
    } catch {
      return undefined;
    }
  },
};
