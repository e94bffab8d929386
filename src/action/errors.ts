import { ExplainedError, WHAT_ENDS_A_KEY } from '../box/errors.ts';

export interface Problem {
  readonly input: string;
  /** Goes on from the input's name: `is empty`. */
  readonly fault: string;
}

export class InputError extends ExplainedError {
  readonly title = 'Wrong input';

  /** @param problems all of them, so that one run shows what to mend */
  constructor(problems: readonly Problem[]) {
    super(
      problems.map(({ input, fault }) => `Input '${input}' ${fault}.`).join('\n'),
      `${problems.some(({ fault }) => fault === EMPTY) ? SECRETS_MISSING : ''}Correct the 'with:' of this step; the README of the action says what each input takes.`,
    );
  }
}

/** The fault of a required input that is not given. */
export const EMPTY = 'is empty';

const SECRETS_MISSING =
  'A secret that does not exist gives an empty text, and so does every secret in a run from a fork or by Dependabot ' +
  '(which has secrets of its own). ';

export class CommandFileError extends ExplainedError {
  readonly title = 'Runner file not usable';

  constructor(variable: string, path: string | undefined, why: string) {
    super(
      path === undefined || path === ''
        ? `The variable ${variable} is not set, so the session key could not be handed on safely.`
        : `Cannot write to ${path}, the file of ${variable}: ${why}.`,
      'Check the disk and the work folder of the runner. Outside of a runner, set the variable to the path of an empty file.',
    );
  }
}

export class PrivilegeError extends ExplainedError {
  readonly title = 'Privilege missing';

  constructor(email: string, required: string, privileges: readonly string[]) {
    const has = privileges.length === 0 ? 'none' : `only ${privileges.join(', ')}`;
    super(
      `${email} does not have the privilege '${required}' that 'require-privilege' asks for; it has ${has}.`,
      'Use another account, or make this one an administrator (Mail & Users > Users).',
    );
  }
}

export class SessionError extends ExplainedError {
  readonly title = 'Saved session not readable';

  constructor() {
    super(
      'Cannot read the session that the step saved for its post-step, so the session key may still work.',
      `Check that nothing in the workflow sets variables that begin with STATE_. ${WHAT_ENDS_A_KEY}`,
    );
  }
}

/** What nobody foresaw: a fault of the action itself. */
export class UnforeseenError extends ExplainedError {
  readonly title = 'Unexpected error';

  constructor(what: string) {
    super(
      `Something went wrong that this action does not know: ${what}.`,
      'Run the job again with debug logging (secret or variable ACTIONS_STEP_DEBUG set to true) and report what it shows.',
    );
  }
}
