import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@tollgate/testing/launcher';
import { startBareProxy } from './gateways/bare.ts';
import {
  type Gateway,
  type GatewayContext,
  type GatewayName,
  type StartGateway,
} from './gateways/gateway.ts';
import { startNginx } from './gateways/nginx.ts';
import { NODE_OPTIONS } from './gateways/node-options.ts';
import { startPortkey } from './gateways/portkey.ts';
import {
  startCrowdedTollgate,
  startKeyedTollgate,
  startTollgate,
  startTollgateWorkers,
} from './gateways/tollgate.ts';
import { askVendor } from './load/ask.ts';
import { inspect, type Subject } from './measure/subject.ts';
import { ServerProcess } from './process/server-process.ts';

const starters: Readonly<Record<GatewayName, StartGateway>> = {
  nginx: startNginx,
  bare: startBareProxy,
  tollgate: startTollgate,
  crowded: startCrowdedTollgate,
  workers: startTollgateWorkers,
  keyed: startKeyedTollgate,
  portkey: startPortkey,
};

/** How large some gateways are. */
export type WorldSize = Pick<GatewayContext, 'workers' | 'keys'>;

/** The vendor and the gateways of a run, in a temporary folder; `stop()` leaves nothing behind. */
export class BenchWorld {
  readonly skipped: Partial<Record<GatewayName, string>> = {};
  readonly subjects: Subject[] = [];
  private readonly directory = mkdtempSync(join(tmpdir(), 'tollgate-bench-'));
  private readonly vendor: ServerProcess;
  private readonly gateways: Gateway[] = [];
  readonly vendorPort: number;
  private readonly size: WorldSize;

  private constructor(vendorPort: number, size: WorldSize) {
    this.vendorPort = vendorPort;
    this.size = size;
    const script = 'bench/src/vendor/mock-vendor.ts';
    this.vendor = new ServerProcess({ name: 'the mock vendor', script, args: [String(vendorPort)] });
  }

  /** @throws Error if the vendor does not answer rightly */
  static async start(size: WorldSize): Promise<BenchWorld> {
    const world = new BenchWorld(await freePort(), size);
    world.vendor.start();
    await world.vendor.ready(() => askVendor(world.vendorPort, 'GET', '/idle'));
    world.subjects.push(await inspect('direct', world.vendorPort, undefined));
    return world;
  }

  /** @throws Error if a gateway can not be started, or does not pass the vendor's answers on */
  async add(name: GatewayName, nodeOptions: readonly string[] = []): Promise<void> {
    const directory = join(this.directory, name);
    const options = [...NODE_OPTIONS, ...nodeOptions];
    const context = { vendorPort: this.vendorPort, directory, nodeOptions: options, ...this.size };
    const started = await starters[name](context);
    if ('skipped' in started) {
      this.skipped[name] = started.skipped;
      return;
    }
    this.gateways.push(started);
    this.subjects.push(await inspect(name, started.port, started));
  }

  get titles(): Partial<Record<GatewayName, string>> {
    return Object.fromEntries(this.gateways.map(({ name, title }) => [name, title]));
  }

  /** Processes that belong to nobody's cost, or to another gateway's. */
  processesBeside(subject: Subject): number[] {
    const others = this.gateways.filter((gateway) => gateway !== subject.gateway);
    return [this.vendor.pid, ...others.map(({ server }) => server.pid)];
  }

  get vendorPid(): number {
    return this.vendor.pid;
  }

  /** The same gateway, fresh. */
  async restart(subject: Subject): Promise<Subject> {
    const { gateway, name, port } = subject;
    await gateway?.server.stop();
    gateway?.server.start();
    return inspect(name, port, gateway);
  }

  /** The same gateways, fresh; the vendor stays. */
  async restartAll(): Promise<void> {
    for (const subject of this.subjects) if (subject.gateway !== undefined) await this.restart(subject);
  }

  async stop(): Promise<void> {
    await Promise.allSettled(this.gateways.map(({ server }) => server.stop()));
    await Promise.allSettled(this.gateways.map((gateway) => gateway.close()));
    await this.vendor.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
