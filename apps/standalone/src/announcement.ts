import type { Welcome } from './bootstrap.js';
import type { StandaloneSettings } from './config.js';
import { STARTER_MODEL } from './starter-config.js';

/** Tells the person at the terminal where the gateway is and how to ask it something. */
export function announce(settings: StandaloneSettings, welcome: Welcome): void {
  const proxy = `http://${reachable(settings.host)}:${settings.port}`;
  const admin = `http://${reachable(settings.host)}:${settings.adminPort}`;
  const lines = ['', 'Tollgate is ready.', '', `  Proxy      ${proxy}/v1`, `  Admin API  ${admin}/api/v1`];
  if (welcome.generatedPassword !== undefined) {
    lines.push(`  Sign in    admin / ${welcome.generatedPassword}   (shown this once)`);
  }
  for (const { name, organization, secret } of welcome.generatedKeys) {
    lines.push(`  API key    ${secret}   (${organization}/${name}, shown this once)`);
  }
  if (welcome.starterSecret !== undefined)
    lines.push('', 'Try it:', '', curlLine(proxy, welcome.starterSecret));
  lines.push('', 'Ctrl-C stops it.', '');
  process.stdout.write(lines.join('\n') + '\n');
}

function curlLine(proxy: string, secret: string): string {
  const body = JSON.stringify({
    model: STARTER_MODEL,
    stream: true,
    messages: [{ role: 'user', content: 'Hello' }],
  });
  return `  curl -N ${proxy}/v1/chat/completions -H "Authorization: Bearer ${secret}" -H "Content-Type: application/json" -d '${body}'`;
}

/** An address that listens everywhere is reached on this machine at loopback. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
