import { writeSync } from 'node:fs';
import { DOCUMENTS } from '../version.ts';

// Imported before everything else: old images of act, Gitea and Forgejo run actions with whatever `node` they have, and
// what is imported next fails on Node 18 without a message. So the state is read without `@actions/core`.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 18) || major === 21 || (major === 22 && minor < 9)) {
  const { STATE_api_key: key = '', STATE_keep_key, STATE_verify_logout } = process.env;
  const isPost = `${process.argv[1]}`.endsWith('post.cjs');
  // Main has reported it. Only if a later step put another Node on the PATH, main had a key.
  if (isPost && (['', 'none'].includes(key) || STATE_keep_key === 'true')) process.exit(0);
  const level = isPost && STATE_verify_logout !== 'true' ? 'warning' : 'error';
  const fate = isPost ? 'The key is not revoked: it expires two days after its last use. ' : '';
  const link = `${DOCUMENTS}/troubleshooting.md#unsupported-node`;
  const text = `${fate}This runner uses Node ${process.version}, and this action needs 22.9 or later (or Node 20 from 20.18). Use a runner or image with Node 24. ${link}`;
  writeSync(1, `::${level} title=Unsupported Node::${text}\n`);
  process.exit(level === 'error' ? 1 : 0);
}
