/** Says when it is ready, which signals it heard within a moment of the first, and ends with status 7. */
const heard = [];
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    if (heard.push(signal) === 1) setTimeout(finish, 200);
  });
}
setInterval(() => undefined, 60_000);
console.log('ready');

function finish() {
  console.log(`heard ${heard.join(' ')}`);
  process.exit(7);
}
