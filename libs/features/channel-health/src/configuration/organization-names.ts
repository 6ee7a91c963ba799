import { type OrganizationId, organizationDocument, organizationDocumentKey } from '@tollgate/contracts';
import { type DocumentChange, type DocumentStore, type Watch } from '@tollgate/messaging';
import { type Logger } from '@tollgate/telemetry';
import { z } from 'zod';

const PREFIX = organizationDocumentKey('');

const named = z.object({ name: organizationDocument.shape.name });

export interface OrganizationNamesOptions {
  readonly documents: DocumentStore;
  readonly logger: Logger;
}

/**
 * What organisations are called, as admin publishes it: rules name them, what happens is known by id. In memory, so that
 * nothing has to be asked when something happens.
 */
export class OrganizationNames {
  readonly #names = new Map<OrganizationId, string>();
  #watch: Watch | undefined;
  #complete: Promise<void> | undefined;

  constructor(private readonly options: OrganizationNamesOptions) {}

  /** Resolves once every organisation is known. Does nothing more when it is in place; rejects when the store is away. */
  async start(): Promise<void> {
    this.#complete ??= this.#begin();
    try {
      await this.#complete;
    } catch (error) {
      this.#complete = undefined;
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.#watch?.stop();
  }

  /** Of those that are known. */
  namesOf(ids: Iterable<OrganizationId>): string[] {
    return [...ids].flatMap((id) => this.#names.get(id) ?? []);
  }

  idsOf(names: ReadonlySet<string>): OrganizationId[] {
    return [...this.#names].filter(([, name]) => names.has(name)).map(([id]) => id);
  }

  async #begin(): Promise<void> {
    let complete: () => void = () => undefined;
    const isComplete = new Promise<void>((resolve) => {
      complete = resolve;
    });
    this.#watch = await this.options.documents.bucket('identity').watch({
      prefix: PREFIX,
      from: 'snapshot',
      handler: {
        change: (change) => this.#apply(change),
        ready: complete,
        resynchronized: () => undefined,
      },
    });
    await isComplete;
  }

  /** One that was deleted keeps its name: its last requests may have failed just now, and a store that lost all deletes, too. */
  #apply(change: DocumentChange): void {
    if (change.kind === 'delete') {
      return;
    }
    const document = named.safeParse(change.value);
    if (document.success) {
      this.#names.set(change.key.slice(PREFIX.length) as OrganizationId, document.data.name);
    } else {
      this.options.logger.error({ key: change.key }, 'The name of an organisation can not be read.');
    }
  }
}
