// What a post-step with nothing to end is compared with.
import 'node:https';
