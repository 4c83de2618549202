// A real `guanxi` server on a database of its own, from start to end.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { Api } from './api.mjs';

const root = resolve(import.meta.dirname, '../../..');
export const program = process.env.GUANXI_BIN ?? join(root, 'target/debug/guanxi');
/** The owner that every server starts with; argon2 makes it cost something to add one. */
export const owner = { email: 'owner@example.com', name: '王小明', password: 'browser-tests-2026' };

/** Runs a program to its end and returns what it says. To wait for it any other way would stop the tests beside it in mid-gesture. */
function ran(file, args, { input, ...options } = {}) {
  const running = promisify(execFile)(file, args, options);
  // One that ends before it has read all says why itself.
  running.child.stdin.on('error', () => {});
  running.child.stdin.end(input);
  return running.then(({ stdout }) => stdout);
}

let databases = 0;

/** A new database of the engine: its URL, and how to be rid of it, in time or at the last moment. */
async function newDatabase(engine) {
  if (engine === 'sqlite') {
    const folder = mkdtempSync(join(tmpdir(), 'guanxi-browser-'));
    const all = { recursive: true, force: true };
    return { url: `sqlite:${join(folder, 'test.db')}`, drop: () => rm(folder, all), abandon: () => rmSync(folder, all) };
  }
  const server = process.env.GUANXI_TEST_POSTGRES;
  databases += 1;
  const name = `browser_${process.pid}_${Date.now()}_${databases}`;
  const call = (tool, ...args) => [postgresTool(tool), [`--maintenance-db=${server}`, ...args, name]];
  await ran(...call('createdb'));
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => ran(...call('dropdb', '--force')), abandon: () => execFileSync(...call('dropdb', '--force')) };
}

function postgresTool(name) {
  const folders = ['/usr/bin', ...[18, 17, 16, 15, 14].map((version) => `/usr/lib/postgresql/${version}/bin`)];
  return folders.map((folder) => join(folder, name)).find(existsSync) ?? name;
}

export class Server {
  /** `users: false` leaves the database empty, as at a first start; `demo` fills it with the demo data; `environment` adds settings. */
  static async start(engine = 'sqlite', { users = true, demo = false, environment: added = {} } = {}) {
    const database = await newDatabase(engine);
    const environment = { ...process.env, GUANXI_LOG: process.env.GUANXI_LOG ?? 'error', GUANXI_RATE_LIMIT: '0', ...added };
    const cli = (args, input) => ran(program, [...args, '--database', database.url], { env: environment, input });
    const server = new Server();
    Object.assign(server, { engine, database, environment });
    // Whatever ends the tests ends their servers.
    server.abandon = () => {
      server.child?.kill('SIGKILL');
      database.abandon();
    };
    process.once('exit', server.abandon);
    try {
      if (demo) server.demo = await cli(['demo']);
      else if (users) {
        await cli(['user', 'add', '--email', owner.email, '--name', owner.name, '--role', 'owner', '--password-stdin', '--workspace', '云帆科技'], owner.password);
      }
      await server.serve();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** It takes whichever port is free, and says which. */
  async serve() {
    this.child = spawn(program, ['serve', '--database', this.database.url, '--listen', '127.0.0.1:0'], { env: this.environment, stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((ready, failed) => {
      this.child.once('error', failed);
      this.child.once('exit', (code) => failed(new Error(`the server ended with ${code}`)));
      createInterface({ input: this.child.stdout }).on('line', (line) => {
        this.setUpLink ??= line.match(/\/setup\?token=\S+/)?.[0];
        this.url ??= line.match(/listens on (http\S+)/)?.[1];
        if (this.url) ready();
      });
    });
  }

  async stop() {
    // What pages still ask is not answered any more.
    this.stopping = true;
    if (this.child?.pid && this.child.exitCode === null && this.child.signalCode === null) {
      const gone = new Promise((done) => this.child.once('exit', done));
      this.child.kill('SIGTERM');
      // A browser may hold a connection open; nobody waits for that.
      const impatient = setTimeout(() => this.child.kill('SIGKILL'), 3000);
      await gone;
      clearTimeout(impatient);
    }
    await this.database.drop();
    process.off('exit', this.abandon);
  }

  signIn(who = owner) {
    return Api.signIn(this.url, who);
  }
}
