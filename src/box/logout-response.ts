import { AnswerError } from './errors.ts';
import { describe } from './quote.ts';
import { type Answer, parseJson } from './transport.ts';

/** What `POST /logout` answers, as published. A box says `ok` to everything, so it proves nothing. */
export interface LogoutResponse {
  readonly status?: 'ok';
}

/** @throws AnswerError where it is no LogoutResponse */
export function readLogoutResponse(answer: Answer): LogoutResponse {
  const { status } = parseJson(answer);
  if (status === undefined) return {};
  if (status === 'ok') return { status };
  throw new AnswerError(answer.url, `its 'status' is ${describe(status)}`);
}
