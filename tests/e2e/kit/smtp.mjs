// A small mail server: it takes what the server under test sends, and shows it.
import { createServer } from 'node:net';
import { eventually } from './test.mjs';

export class Mailbox {
  static async open() {
    const mailbox = new Mailbox();
    mailbox.letters = [];
    mailbox.listener = createServer((socket) => mailbox.talk(socket)).listen(0, '127.0.0.1');
    await new Promise((done) => mailbox.listener.once('listening', done));
    mailbox.environment = { GUANXI_SMTP_URL: `smtp://127.0.0.1:${mailbox.listener.address().port}`, GUANXI_MAIL_FROM: 'Guanxi <crm@example.com>' };
    return mailbox;
  }

  talk(socket) {
    let text = '';
    let letter = null;
    let data = null;
    const say = (line) => socket.write(`${line}\r\n`);
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      text += bytes;
      for (let end = text.indexOf('\r\n'); end >= 0; end = text.indexOf('\r\n')) {
        const line = text.slice(0, end);
        text = text.slice(end + 2);
        if (data === null) {
          const verb = line.slice(0, 4).toUpperCase();
          if (verb === 'RCPT') letter = { to: line.match(/<(.*)>/)[1] };
          if (verb === 'DATA') data = [];
          say(verb === 'DATA' ? '354 go on' : verb === 'QUIT' ? '221 bye' : '250 ok');
        } else if (line === '.') {
          this.letters.push({ ...letter, text: plainPart(data.join('\n')) });
          data = null;
          say('250 taken');
        } else data.push(line.replace(/^\./, ''));
      }
    });
    say('220 mail.test');
  }

  /** The newest letter to an address, when there are so many. */
  letter(to, count = 1) {
    return eventually(async () => {
      const found = this.letters.filter((letter) => letter.to === to);
      if (found.length < count) throw new Error(`${found.length} letters to ${to}`);
      return found.at(-1).text;
    });
  }

  close() {
    this.listener.close();
  }
}

/** The plain text of a message with two parts. */
function plainPart(message) {
  const [, boundary] = message.match(/boundary="([^"]+)"/);
  const part = message.split(`--${boundary}`).find((text) => /Content-Type: text\/plain/i.test(text));
  const [head, ...body] = part.trimStart().split('\n\n');
  const text = body.join('\n\n');
  if (/base64/i.test(head)) return Buffer.from(text, 'base64').toString();
  if (!/quoted-printable/i.test(head)) return text;
  const bytes = text.replaceAll('=\n', '').replaceAll(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}

/** The link in a letter, as a path. */
export function linkIn(letter) {
  const { pathname, search } = new URL(letter.match(/http\S+/)[0]);
  return pathname + search;
}
