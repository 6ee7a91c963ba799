/** Names a message. JetStream's own id header can't: a replayed message has another one there. */
export const MESSAGE_ID_HEADER = 'Tollgate-Message-Id';
