// The bare script that the action's main step is compared with: signs in, masks the key, hands it over.
import { appendFileSync } from 'node:fs';
import https from 'node:https';

const { BOX_URL, EMAIL, PASSWORD, GITHUB_OUTPUT } = process.env;
const options = { method: 'POST', auth: `${EMAIL}:${PASSWORD}` };
const request = https.request(`${BOX_URL}/login`, options, (response) => {
  let body = '';
  response.on('data', (chunk) => (body += chunk));
  response.on('end', () => {
    const { api_key } = JSON.parse(body);
    console.log(`::add-mask::${api_key}`);
    appendFileSync(GITHUB_OUTPUT, `api_key=${api_key}\n`);
  });
});
request.end();
