// The bare script that the action's post-step is compared with: signs out.
import https from 'node:https';

const { BOX_URL, EMAIL, API_KEY } = process.env;
const options = { method: 'POST', auth: `${EMAIL}:${API_KEY}` };
const request = https.request(`${BOX_URL}/logout`, options, (response) => {
  let body = '';
  response.on('data', (chunk) => (body += chunk));
  response.on('end', () => {
    if (JSON.parse(body).status !== 'ok') process.exitCode = 1;
  });
});
request.end();
