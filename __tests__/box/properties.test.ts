import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkCertificates } from '../../src/box/certificates.ts';
import { checkEmail } from '../../src/box/credentials.ts';
import { ExplainedError, InvalidValueError } from '../../src/box/errors.ts';
import { adminUrl } from '../../src/box/host.ts';
import { checkMe, readMeResponse } from '../../src/box/me-response.ts';
import { quote } from '../../src/box/quote.ts';
import { retryAfterSeconds } from '../../src/box/retry-after.ts';
import { keepSecret, withoutSecrets } from '../../src/box/secrets.ts';
import { checkTotpSecret } from '../../src/box/totp.ts';
import type { Answer } from '../../src/box/transport.ts';

/** Any text, among it what parsers stumble over. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...':/@?#[]\\.%=&;$`\'"\n\r\t\u0000\u001b\u2028 aA1-_ü') }),
);

/** What the work gives, or nothing where it refuses the value in the way that it says. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidValueError);
    return undefined;
  }
}

describe('a host', () => {
  test('that is accepted gives a URL of https, or of http on loopback, with nothing in it that a shell reads', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.webUrl(), fc.domain()), (host) => {
        const url = attempt(() => adminUrl(host));
        if (url !== undefined)
          expect(url).toMatch(/^(https:\/\/|http:\/\/(localhost|127\.|\[::1\]))[\w.:/~[\]-]+$/);
      }),
    );
  });

  test('that was accepted is accepted again, and stays what it is', () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.domain(), fc.webUrl()), (host) => {
        const url = attempt(() => adminUrl(host));
        if (url !== undefined) expect(adminUrl(url)).toBe(url);
      }),
    );
  });

  test('that is a plain domain name, with a port or without, is accepted', () => {
    fc.assert(
      fc.property(fc.domain(), fc.integer({ min: 1, max: 65_535 }), (domain, port) => {
        expect(adminUrl(domain)).toBe(`https://${domain.toLowerCase()}/admin`);
        expect(adminUrl(`${domain}:${port}`)).toContain(`https://${domain.toLowerCase()}`);
      }),
    );
  });
});

test('an email that is accepted is ASCII, has no colon before its domain and no space, and stays what it is', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        fc.emailAddress(),
        text.map((local) => `${local}@example.com`),
      ),
      (email) => {
        const sent = attempt(() => checkEmail(email));
        if (sent === undefined) return;
        expect(sent).toMatch(/^[!-9;-~]+@[!-9;-~]+$/);
        expect(checkEmail(sent)).toBe(sent);
      },
    ),
  );
});

describe('a base32 secret', () => {
  const secret = fc.string({
    unit: fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'),
    minLength: 16,
    maxLength: 64,
  });

  test('is the same in any case, with any spaces in it and any padding after it', async () => {
    await fc.assert(
      fc.asyncProperty(
        secret,
        fc.infiniteStream(fc.constantFrom('', ' ', '\n', '\t')),
        fc.nat(6),
        async (base32, spaces, padding) => {
          const typed = [...base32.toLowerCase()]
            .map((letter) => letter + spaces.next().value)
            .join('');
          expect(await checkTotpSecret(typed + '='.repeat(padding))).toBe(base32);
        },
      ),
    );
  });

  test('is never a text with another character in it', async () => {
    await fc.assert(
      fc.asyncProperty(
        secret,
        fc.constantFrom(...'018-_.,$ü='),
        secret,
        async (one, wrong, other) => {
          await expect(checkTotpSecret(one + wrong + other)).rejects.toThrow(InvalidValueError);
        },
      ),
    );
  });

  test('is accepted or refused, whatever the text, and never repeated in the refusal', async () => {
    await fc.assert(
      fc.asyncProperty(
        text.filter((given) => given.length > 8),
        async (given) => {
          try {
            await checkTotpSecret(given);
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidValueError);
            expect(String(error)).not.toContain(given);
          }
        },
      ),
    );
  });
});

test('a PEM text is accepted or refused, whatever it holds, and never repeated in the refusal', () => {
  const block = fc
    .base64String({ maxLength: 80 })
    .map((body) => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`);
  fc.assert(
    fc.property(fc.array(fc.oneof(text, block), { minLength: 1 }), (parts) => {
      try {
        checkCertificates(parts.join(''));
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidValueError);
        for (const part of parts) if (part.length > 20) expect(String(error)).not.toContain(part);
      }
    }),
  );
});

describe('an answer', () => {
  const EMAIL = 'ci@example.com';
  const answer = (body: Uint8Array): Answer => ({
    url: 'https://box.example.com/admin/login',
    status: 200,
    headers: {},
    body,
    arrived: 0,
    date: undefined,
  });
  const field = fc.oneof(text, fc.jsonValue());
  const me = fc.record(
    {
      status: fc.oneof(fc.constantFrom('ok', 'invalid'), field),
      api_key: field,
      email: field,
      privileges: field,
      reason: field,
    },
    { requiredKeys: [] },
  );

  test('of any bytes is a key or an explained error, in one line of text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          me.map((value) => Buffer.from(JSON.stringify(value))),
        ),
        (body) => {
          try {
            expect(readMeResponse(answer(body), EMAIL).api_key).toMatch(/^[\w.~+/=-]+$/);
          } catch (error) {
            expect(error).toBeInstanceOf(ExplainedError);
            expect(String(error)).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
          }
        },
      ),
    );
  });

  test('with a well-formed key gives the key, whatever else is in it; all that passes is safe to hand on', () => {
    fc.assert(
      fc.property(
        me,
        fc.string({ unit: fc.constantFrom(...'aZ09-._~+/='), minLength: 1, maxLength: 1024 }),
        (fields, api_key) => {
          const grant = readMeResponse(
            answer(Buffer.from(JSON.stringify({ ...fields, api_key }))),
            EMAIL,
          );
          expect(grant.api_key).toBe(api_key);
          expect(grant.accounts[0]).toBe(EMAIL);
          try {
            const account = checkMe(grant, EMAIL);
            expect(fields.status).toBe('ok');
            expect(JSON.stringify(account.privileges)).toMatch(
              /^\[("[a-z0-9_-]+"(,"[a-z0-9_-]+")*)?\]$/,
            );
          } catch (error) {
            expect(error).toBeInstanceOf(ExplainedError);
          }
        },
      ),
    );
  });
});

describe('Retry-After', () => {
  test('is a number of seconds that is not negative, or nothing', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
        ),
        (header) => {
          const seconds = retryAfterSeconds(header, 0);
          if (seconds !== undefined) expect(seconds).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });

  test('as a date and as seconds means the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), fc.nat(100_000), (now, seconds) => {
        const date = new Date((now + seconds) * 1000).toUTCString();
        expect(retryAfterSeconds(date, now * 1000)).toBe(
          retryAfterSeconds(String(seconds), now * 1000),
        );
      }),
    );
  });
});

describe('a quoted text', () => {
  test('has 300 characters at the most, one line, nothing that controls, and no command', () => {
    fc.assert(
      fc.property(
        fc.oneof(text, fc.string({ unit: fc.constantFrom(...'#[]\u001b\u200b:a\n') })),
        (foreign) => {
          const quoted = quote(foreign);
          expect([...quoted].length).toBeLessThanOrEqual(300);
          expect(quoted).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
          expect(quoted).not.toContain('##[');
        },
      ),
    );
  });

  test('that is quoted again stays what it is', () => {
    fc.assert(fc.property(text, (foreign) => expect(quote(quote(foreign))).toBe(quote(foreign))));
  });

  test('never holds a secret, wherever and in whatever form it was', () => {
    const SECRET = 'a "secret" of & 20%';
    keepSecret(SECRET);
    const form = fc.constantFrom(
      SECRET,
      encodeURIComponent(SECRET),
      JSON.stringify(SECRET),
      Buffer.from(SECRET).toString('base64'),
      SECRET.split('').join('\u200b'),
    );
    fc.assert(
      fc.property(text, form, text, (before, secret, after) => {
        expect(quote(before + secret + after)).not.toContain('secret');
        expect(quote(before + secret + after)).not.toContain(
          Buffer.from(SECRET).toString('base64'),
        );
        expect(withoutSecrets(SECRET)).toBe('***');
      }),
    );
  });
});
