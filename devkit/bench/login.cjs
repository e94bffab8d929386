// What the main step is compared with.
const { appendFileSync } = require('node:fs');
const { request } = require('node:https');

const { INPUT_HOST, INPUT_EMAIL, INPUT_PASSWORD, GITHUB_STATE, GITHUB_OUTPUT } = process.env;
console.log(`::add-mask::${INPUT_PASSWORD}`);
const options = { method: 'POST', auth: `${INPUT_EMAIL}:${INPUT_PASSWORD}` };
request(`https://${INPUT_HOST}/admin/login`, options, (response) => {
  response.once('data', (body) => {
    const { api_key } = JSON.parse(body);
    console.log(`::add-mask::${api_key}`);
    for (const file of [GITHUB_STATE, GITHUB_OUTPUT]) appendFileSync(file, `api_key=${api_key}\n`);
  });
}).end();
