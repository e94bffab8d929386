import manifest from '../package.json' with { type: 'json' };

/** Sent to the box as the user agent. */
export const USER_AGENT = `${manifest.name}/${manifest.version}`;
/** The documents of this major version. */
export const DOCUMENTS = `${manifest.homepage}/blob/v${manifest.version.split('.')[0]}/docs`;
