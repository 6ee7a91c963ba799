import { PUBLICATION_DOCUMENT_KEY } from '@tollgate/contracts';
import { connectNats, NatsDocumentStore } from '@tollgate/messaging/nats';

const SILENT = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A proxy that starts now finds its configuration: admin has published all of it, also after a loss. */
export async function checkDocuments(natsUrl: string): Promise<readonly string[]> {
  const connection = await connectNats({ url: natsUrl, name: 'chaos', logger: SILENT });
  const documents = new NatsDocumentStore({ connection, logger: SILENT });
  try {
    const marker = await documents.bucket('config').get(PUBLICATION_DOCUMENT_KEY);
    return marker === undefined ? ['The document store has not got its documents back.'] : [];
  } finally {
    await documents.close();
    await connection.close();
  }
}
