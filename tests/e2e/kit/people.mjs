// Colleagues with a password of their own, who came in by invitation.
import { unique } from './test.mjs';

export const PASSWORD = 'a-phrase-of-their-own';

/** Makes a user who can sign in; `api` is the owner's. */
export async function colleague(api, { name = unique('同事'), roles = ['sales'], ...fields } = {}) {
  const email = `${unique('p')}@example.com`;
  const user = await api.make('users', { name, email, roles, ...fields });
  const { url } = await api.call('POST', `/users/${user.id}/invite`, {});
  await api.call('POST', '/auth/invitation', { token: new URL(url).searchParams.get('token'), password: PASSWORD });
  return { ...user, email, password: PASSWORD };
}
