// Starts the app, and fetches the parts of it that are opened next once its first screen stands.
import init from './app.js';

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
