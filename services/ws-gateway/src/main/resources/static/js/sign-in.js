/** The form that asks for an access token, and the name of who is signed in. */

import { tokenIn } from './session.js';

const byId = (id) => document.getElementById(id);

/**
 * Asks for a token instead of showing rooms.
 *
 * @param {{issuer: string, audience: string[]}} how whose tokens do
 * @param {string} why it is asked for; may be empty
 * @param {(token: string) => void} onToken
 */
export function askForToken({ issuer, audience }, why, onToken) {
  document.body.dataset.signedOut = '';
  byId('sign-in').hidden = false;
  byId('sign-in-why').textContent = why;
  byId('sign-in-issuer').textContent = issuer;
  byId('sign-in-audience').textContent = audience.join(', ');
  byId('sign-in-of').hidden = !issuer;
  const field = byId('sign-in-token');
  byId('sign-in-form').onsubmit = (submit) => {
    submit.preventDefault();
    const token = tokenIn(field.value);
    if (!token) {
      byId('sign-in-why').textContent = 'That is no access token: one has three parts with dots between them.';
      field.select();
      return;
    }
    field.value = '';
    delete document.body.dataset.signedOut;
    byId('sign-in').hidden = true;
    onToken(token);
  };
  field.focus();
}

/** Says who is signed in, and lets them out. */
export function showSignedIn(name, onSignOut) {
  byId('who').hidden = false;
  byId('who-name').textContent = name;
  byId('sign-out').onclick = onSignOut;
}
