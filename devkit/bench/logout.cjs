// What the post-step is compared with. The box responds to every key alike.
const { request } = require('node:https');
const { INPUT_HOST, INPUT_EMAIL } = process.env;
const key = 'f0'.repeat(32);
console.log(`::add-mask::${key}`);
const options = { method: 'POST', auth: `${INPUT_EMAIL}:${key}` };
request(`https://${INPUT_HOST}/admin/logout`, options, (response) => {
  response.once('data', (body) => JSON.parse(body));
}).end();
