// What a post-step without state is compared with.
require('node:https');
