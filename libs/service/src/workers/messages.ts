/** What a primary and its workers tell each other. */
export type WorkerMessage =
  { readonly type: 'tollgate:ready' } | { readonly type: 'tollgate:metrics-request'; readonly id: number };

export type PrimaryMessage =
  | { readonly type: 'tollgate:stop' }
  | { readonly type: 'tollgate:metrics'; readonly id: number; readonly text: string | null };

/** Other libraries use the same channel: what is not ours is passed over. */
export function isWorkerMessage(message: unknown): message is WorkerMessage {
  return typeOf(message)?.startsWith('tollgate:') === true;
}

export function isPrimaryMessage(message: unknown): message is PrimaryMessage {
  return typeOf(message)?.startsWith('tollgate:') === true;
}

function typeOf(message: unknown): string | undefined {
  const type: unknown =
    typeof message === 'object' && message !== null && 'type' in message ? message.type : undefined;
  return typeof type === 'string' ? type : undefined;
}
