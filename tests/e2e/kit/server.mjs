// A real `guanxi` server on a database of its own, from start to end.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Api } from './api.mjs';

const root = resolve(import.meta.dirname, '../../..');
export const program = process.env.GUANXI_BIN ?? join(root, 'target/debug/guanxi');
/** The owner that every server starts with; argon2 makes it cost something to add one. */
export const owner = { email: 'owner@example.com', name: '王小明', password: 'browser-tests-2026' };

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => probe.once('listening', done));
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}

/** A new database of the engine: its URL, and how to be rid of it. */
function newDatabase(engine) {
  if (engine === 'sqlite') {
    const folder = mkdtempSync(join(tmpdir(), 'guanxi-browser-'));
    return { url: `sqlite:${join(folder, 'test.db')}`, drop: () => rmSync(folder, { recursive: true, force: true }) };
  }
  const server = process.env.GUANXI_TEST_POSTGRES;
  const name = `browser_${process.pid}_${Date.now()}`;
  const run = (tool, ...args) => execFileSync(postgresTool(tool), [`--maintenance-db=${server}`, ...args, name]);
  run('createdb');
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => run('dropdb', '--force') };
}

function postgresTool(name) {
  const folders = ['/usr/bin', ...[18, 17, 16, 15, 14].map((version) => `/usr/lib/postgresql/${version}/bin`)];
  return folders.map((folder) => join(folder, name)).find(existsSync) ?? name;
}

export class Server {
  /** `users: false` leaves the database empty, as at a first start; `demo` fills it with the demo data; `environment` adds settings. */
  static async start(engine = 'sqlite', { users = true, demo = false, environment: added = {} } = {}) {
    const database = newDatabase(engine);
    const environment = { ...process.env, GUANXI_LOG: process.env.GUANXI_LOG ?? 'error', GUANXI_RATE_LIMIT: '0', ...added };
    const cli = (args, input) => {
      const done = spawnSync(program, [...args, '--database', database.url], { env: environment, input, encoding: 'utf8' });
      if (done.status !== 0) throw new Error(`guanxi ${args.join(' ')}: ${done.stderr || done.error}`);
      return done.stdout;
    };
    const server = new Server();
    server.engine = engine;
    if (demo) server.demo = cli(['demo']);
    else if (users) {
      cli(['user', 'add', '--email', owner.email, '--name', owner.name, '--role', 'owner', '--password-stdin', '--workspace', '云帆科技'], owner.password);
    }
    const port = await freePort();
    server.url = `http://127.0.0.1:${port}`;
    const child = spawn(program, ['serve', '--database', database.url, '--listen', `127.0.0.1:${port}`], { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
    // Whatever ends the tests ends their servers.
    const abandon = () => {
      child.kill('SIGKILL');
      database.drop();
    };
    process.once('exit', abandon);
    server.stop = async () => {
      process.off('exit', abandon);
      if (child.exitCode === null) {
        const gone = new Promise((done) => child.once('exit', done));
        child.kill('SIGTERM');
        // A browser may hold a connection open; nobody waits for that.
        const impatient = setTimeout(() => child.kill('SIGKILL'), 3000);
        await gone;
        clearTimeout(impatient);
      }
      database.drop();
    };
    await new Promise((ready, failed) => {
      child.once('exit', (code) => failed(new Error(`the server ended with ${code}`)));
      createInterface({ input: child.stdout }).on('line', (line) => {
        server.setUpLink ??= line.match(/http\S+\/setup\?token=\S+/)?.[0];
        if (line.includes('listens on')) ready();
      });
    });
    await server.answers();
    return server;
  }

  /** It says that it listens just before it does. */
  async answers() {
    for (let i = 0; i < 200; i++) {
      const ready = await fetch(`${this.url}/readyz`).catch(() => null);
      if (ready?.ok) return;
      await new Promise((done) => setTimeout(done, 50));
    }
    throw new Error('the server does not answer');
  }

  signIn(who = owner) {
    return Api.signIn(this.url, who);
  }
}
