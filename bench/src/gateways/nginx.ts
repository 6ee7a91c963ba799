import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '@tollgate/testing/launcher';
import { ServerProcess } from '../process/server-process.ts';
import { type Gateway, type GatewayContext, type SkippedGateway } from './gateway.ts';

/** `proxy_pass` with connections kept alive both ways, streams unbuffered, no log: the least that nginx can do. */
export async function startNginx(context: GatewayContext): Promise<Gateway | SkippedGateway> {
  const program = ['nginx', '/usr/sbin/nginx'].find((path) => spawnSync(path, ['-v']).status === 0);
  if (program === undefined) return { skipped: 'nginx is not installed (apt-get install nginx-light)' };
  const { directory, vendorPort } = context;
  const version = /nginx\/\S+/.exec(spawnSync(program, ['-v'], { encoding: 'utf8' }).stderr)?.[0] ?? 'nginx';
  const port = await freePort();
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'nginx.conf');
  writeFileSync(file, configuration({ directory, port, vendorPort }));
  const server = new ServerProcess({
    name: 'nginx',
    program,
    args: ['-p', directory, '-c', file, '-e', join(directory, 'error.log'), '-g', 'daemon off;'],
  });
  server.start();
  return {
    name: 'nginx',
    title: `${version} proxy_pass, 1 worker`,
    port,
    headers: ['Authorization: Bearer sk-any'],
    server,
    close: async () => undefined,
  };
}

interface NginxSetup {
  readonly directory: string;
  readonly port: number;
  readonly vendorPort: number;
}

function configuration({ directory, port, vendorPort }: NginxSetup): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `  ${name}_temp_path ${join(directory, name)};`,
  );
  return `
pid ${join(directory, 'nginx.pid')};
worker_processes 1;
worker_rlimit_nofile 65536;
events { worker_connections 50000; }
http {
${temporary.join('\n')}
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 300s;
  client_max_body_size 32m;
  client_body_buffer_size 128k;
  upstream vendor {
    server 127.0.0.1:${vendorPort};
    keepalive 512;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://vendor;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
      proxy_read_timeout 300s;
    }
  }
}
`;
}
