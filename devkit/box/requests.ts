import type { Reply } from './replies.ts';

export interface Account {
  readonly email: string;
  readonly password: string;
  /** `admin`, or none. */
  readonly privileges: readonly string[];
  /** Base32. If set, the account has two-factor authentication. */
  readonly totpSecret?: string | undefined;
  /** Of devices that were added later. */
  readonly moreSecrets?: readonly string[];
}

export interface DaemonRequest {
  readonly method: string;
  /** As the daemon sees it, without `/admin`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** The client's IP address. */
  readonly address: string;
}

/** Gets the account that sent the request. */
export type Handler = (sender: Account) => Reply;
/** By method. */
export type Handlers = Readonly<Record<string, Handler>>;
