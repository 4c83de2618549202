// Starts the app, and fetches the parts of it that are opened next once its first screen stands.
import init from './app.js';

// What stands before every path where the server is under a prefix (`/crm`): the app writes links from its own root, and here they
// all get it, so that they can also be copied and opened in another tab. `route.rs` reads it.
const under = new URL('../..', import.meta.url).pathname.slice(0, -1);
if (under) {
  window.under = under;
  const { setAttribute } = Element.prototype;
  Element.prototype.setAttribute = function (name, value) {
    setAttribute.call(this, name, name === 'href' && value[0] === '/' ? under + value : value);
  };
}

const AHEAD = [/* xtask:ahead */];

await init({ module_or_path: new URL('./app_bg.wasm', import.meta.url) });

// Sooner it would take from what the first screen waits for; one at a time leaves room for what is opened meanwhile. Into the
// browser's store only: what cannot be fetched is fetched again when it is opened, and says so then.
const fetched = (file) => new Promise((done) => {
  const link = document.createElement('link');
  Object.assign(link, { rel: 'prefetch', as: 'fetch', crossOrigin: 'anonymous', onload: done, onerror: done });
  link.href = new URL(file, import.meta.url);
  document.head.append(link);
});
const waiting = setInterval(async () => {
  if (document.querySelector('.boot, .skeleton, .progress')) return;
  clearInterval(waiting);
  if (navigator.connection?.saveData) return;
  for (const file of AHEAD) await fetched(file);
}, 500);
