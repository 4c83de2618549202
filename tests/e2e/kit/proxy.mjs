// A real proxy before a server that stands under a prefix: nginx takes the prefix off and Caddy leaves it, and both pack answers.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = '/crm';

const PROXIES = {
  nginx: {
    configuration: (port, upstream, folder) => `
      daemon off; master_process off; pid ${folder}/pid; error_log stderr error;
      events {}
      http {
        access_log off;
        ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
        gzip on; gzip_min_length 1; gzip_proxied any; gzip_types application/json application/problem+json;
        server {
          listen 127.0.0.1:${port};
          location = ${PREFIX} { return 308 ${PREFIX}/; }
          location ${PREFIX}/ { proxy_pass ${upstream}/; proxy_set_header Host $http_host; proxy_set_header Accept-Encoding ""; }
        }
      }`,
    command: (file) => ['nginx', ['-c', file, '-e', 'stderr']],
  },
  caddy: {
    configuration: (port, upstream) => `
      {
        admin off
        auto_https off
        log {
          level ERROR
        }
      }
      http://127.0.0.1:${port} {
        encode gzip
        @ours path ${PREFIX} ${PREFIX}/*
        handle @ours {
          reverse_proxy ${upstream} {
            header_up -Accept-Encoding
          }
        }
        respond 404
      }`,
    command: (file) => ['caddy', ['run', '--adapter', 'caddyfile', '--config', file]],
  },
};

export const proxies = Object.keys(PROXIES);

function freePort() {
  return new Promise((done, failed) => {
    const server = createServer().once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

function answers(port) {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => done(true)).once('error', () => done(false)).once('close', () => socket.destroy());
    socket.once('connect', () => socket.end());
  });
}

export class Proxy {
  /** Before it starts: its port is needed by the server that it will stand before. */
  static async of(name) {
    return Object.assign(new Proxy(), { name, port: await freePort() });
  }

  get url() {
    return `http://127.0.0.1:${this.port}${PREFIX}`;
  }

  async start(upstream) {
    this.folder = await mkdtemp(join(tmpdir(), `guanxi-${this.name}-`));
    const { configuration, command } = PROXIES[this.name];
    const file = join(this.folder, 'configuration');
    await writeFile(file, configuration(this.port, upstream, this.folder));
    const [program, args] = command(file);
    const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin`, HOME: this.folder, XDG_DATA_HOME: this.folder, XDG_CONFIG_HOME: this.folder };
    this.child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    this.child.stderr.on('data', (text) => { said += text; });
    this.child.once('error', (error) => { said += error.message; });
    this.abandon = () => this.child.kill('SIGKILL');
    process.once('exit', this.abandon);
    for (let tries = 0; !(await answers(this.port)); tries += 1) {
      if (tries > 200 || this.child.exitCode !== null) throw new Error(`${this.name} does not answer: ${said}`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  async stop() {
    if (this.child?.pid && this.child.exitCode === null) {
      const gone = new Promise((done) => this.child.once('exit', done));
      this.child.kill('SIGTERM');
      await gone;
    }
    if (this.abandon) process.off('exit', this.abandon);
    if (this.folder) await rm(this.folder, { recursive: true, force: true });
  }
}
