import manifest from '../package.json' with { type: 'json' };

/** What the action calls itself towards the box. */
export const USER_AGENT = `${manifest.name}/${manifest.version}`;
