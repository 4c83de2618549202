// A client of the API beside the browser: makes each test's own data, plays the second person, checks what was stored.

/** A token lasts a quarter of an hour, and a run on a slow machine longer. */
const RENEWED_AFTER = 10 * 60_000;

export class Api {
  static async signIn(url, who) {
    const api = new Api();
    Object.assign(api, { url, who: { email: who.email, password: who.password } });
    await api.renew();
    return api;
  }

  async renew() {
    const { access_token, user } = await this.send('POST', '/auth/login', this.who);
    Object.assign(this, { token: access_token, me: user, since: Date.now() });
  }

  async call(method, path, body, headers) {
    if (Date.now() - this.since > RENEWED_AFTER) await (this.renewing ??= this.renew().finally(() => { this.renewing = null; }));
    return this.send(method, path, body, headers);
  }

  async send(method, path, body, headers = {}) {
    const json = body !== undefined && !(body instanceof FormData);
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        'Accept-Language': 'en',
        // A connection kept for later may be closed by the server just as it is taken again.
        Connection: 'close',
        ...(this.token && path !== '/auth/login' && { Authorization: `Bearer ${this.token}` }),
        ...(json && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: json ? JSON.stringify(body) : body,
    });
    const text = await response.text();
    const answer = text.startsWith('{') ? JSON.parse(text) : text;
    if (!response.ok) {
      throw Object.assign(new Error(`${method} ${path}: ${response.status} ${text}`), { status: response.status, answer });
    }
    return answer;
  }

  get(path) {
    return this.call('GET', path);
  }

  make(plural, body) {
    return this.call('POST', `/${plural}`, body);
  }

  /** Changes a record as it is now, whatever its version. */
  change(plural, id, body) {
    return this.call('PATCH', `/${plural}/${id}`, body, { 'If-Match': '*' });
  }

  /** All of a list's first page. */
  async list(path) {
    return (await this.get(path)).data;
  }

  /** A pipeline of a test's own, with its stages in order; `stages` may be names or fields. */
  async pipeline(name, stages) {
    const pipeline = await this.make('pipelines', { name, position: 50 });
    pipeline.stages = [];
    for (const [position, stage] of stages.entries()) {
      const fields = typeof stage === 'string' ? { name: stage } : stage;
      pipeline.stages.push(await this.make('stages', { pipeline_id: pipeline.id, position, probability: 20 * (position + 1), ...fields }));
    }
    return pipeline;
  }
}
