import { type ServerProcess } from '../process/server-process.ts';

export type GatewayName = 'nginx' | 'bare' | 'tollgate' | 'crowded' | 'workers' | 'keyed' | 'portkey';

/** What is asked in a run: a gateway, or the vendor itself. */
export type SubjectName = GatewayName | 'direct';

/** What a gateway is started with. */
export interface GatewayContext {
  readonly vendorPort: number;
  /** Temporary, its own. */
  readonly directory: string;
  readonly nodeOptions: readonly string[];
  /** Of `workers`: processes that share the port. */
  readonly workers: number;
  /** Of `keyed`: API keys. */
  readonly keys: number;
}

/** A gateway that is being measured. */
export interface Gateway {
  readonly name: GatewayName;
  /** What exactly it is: product and versions. */
  readonly title: string;
  readonly port: number;
  /** What its clients send besides the request. */
  readonly headers: readonly string[];
  /** The same, of a client whose key has rate limits; where the gateway has any. */
  readonly limitedHeaders?: readonly string[];
  /** The same, of a client with one of the many keys, from 0; where the gateway has them. */
  readonly keyHeaders?: (index: number) => readonly string[];
  /** The process that is measured, with all its children; may be started again. */
  readonly server: ServerProcess;
  /** Works off what the gateway has served, on no request's path; elsewhere a machine of its own would run it. */
  readonly aftermath?: ServerProcess;
  /** Stops what it stands on. */
  close(): Promise<void>;
}

/** Why a gateway can not be measured here, in a line. */
export interface SkippedGateway {
  readonly skipped: string;
}

export type StartGateway = (context: GatewayContext) => Promise<Gateway | SkippedGateway>;
