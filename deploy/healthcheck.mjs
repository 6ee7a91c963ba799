/**
 * Exits with 0 if the service of this container answers its probe:
 *
 *     node healthcheck.mjs <variable that holds the port> [path, /healthz without]
 */
const [portSetting, path = '/healthz'] = process.argv.slice(2);
const port = process.env[portSetting];

try {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(2_500) });
  if (!response.ok) throw new Error(`it answered ${response.status}`);
} catch (error) {
  console.error(`${path} at port ${port}: ${error.message}`);
  process.exitCode = 1;
}
