import {
  GatewayError,
  storedResponseDocument,
  storedResponseKey,
  type StoredResponseDocument,
} from '@tollgate/contracts';
import type { DocumentStore } from '@tollgate/messaging';
import type { Logger } from '@tollgate/telemetry';
import type { Identity } from '../identity/identities.js';

/** Which channel holds what a vendor stored, and for whom: shared by all proxies. */
export class StoredResponseBook {
  constructor(
    private readonly documents: DocumentStore,
    private readonly logger: Logger,
  ) {}

  /** In the background: the client has its answer. What can't be noted can't be gone on with, which is logged. */
  remember(response: StoredResponseDocument): void {
    const key = storedResponseKey(response.id);
    if (key === undefined) return;
    this.note(key, response).catch((error: unknown) => {
      this.logger.error({ error, responseId: response.id }, 'where an answer is stored could not be noted');
    });
  }

  /**
   * Of several organisations that name something first at the same time, it belongs to one.
   *
   * @throws GatewayError `response_not_found` when it is another organisation's by now; `service_unavailable`
   */
  async claim(response: StoredResponseDocument, identity: Identity): Promise<void> {
    const key = storedResponseKey(response.id);
    if (key === undefined || (await this.asked(this.bucket.create(key, response)))) return;
    await this.find(response.id, identity);
  }

  /** Ids are the vendor's, and at some vendors the client's: one that is another organisation's stays theirs. */
  private async note(key: string, response: StoredResponseDocument): Promise<void> {
    const holder = await this.holder(response.id);
    if (holder !== undefined && holder.organizationId !== response.organizationId) {
      this.logger.warn({ responseId: response.id }, 'a stored answer has the id of another organisation’s');
      return;
    }
    await this.bucket.put(key, response);
  }

  /** Who holds something stored; `undefined`: nobody here made it. @throws GatewayError `service_unavailable` */
  async holder(id: string): Promise<StoredResponseDocument | undefined> {
    const key = storedResponseKey(id);
    const document = storedResponseDocument.safeParse(key === undefined ? undefined : await this.look(key));
    return document.success ? document.data : undefined;
  }

  /**
   * @throws GatewayError `response_not_found` for what nobody made here, and for what another organisation made;
   *   `service_unavailable` when it can't be looked up
   */
  async find(id: string, { organization }: Identity): Promise<StoredResponseDocument> {
    const holder = await this.holder(id);
    if (holder?.organizationId === organization.id) return holder;
    throw new GatewayError('response_not_found', `There is no stored answer "${id}".`, {
      field: 'previous_response_id',
    });
  }

  async forget(id: string): Promise<void> {
    const key = storedResponseKey(id);
    if (key !== undefined) await this.bucket.delete(key);
  }

  private async look(key: string): Promise<unknown> {
    return (await this.asked(this.bucket.get(key)))?.value;
  }

  private async asked<Value>(answer: Promise<Value>): Promise<Value> {
    try {
      return await answer;
    } catch (cause) {
      throw new GatewayError('service_unavailable', 'Stored answers can not be looked up at the moment.', {
        retryAfterSeconds: 5,
        cause,
      });
    }
  }

  private get bucket(): ReturnType<DocumentStore['bucket']> {
    return this.documents.bucket('responses');
  }
}
