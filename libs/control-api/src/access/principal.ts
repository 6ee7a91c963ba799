import { type FastifyRequest } from 'fastify';

/** Who makes a request to the control API, as its access token says. */
export interface Principal {
  readonly subject: string;
  readonly role: string;
}

const principals = new WeakMap<FastifyRequest, Principal>();

/** `undefined` on a public route. */
export function principalOf(request: FastifyRequest): Principal | undefined {
  return principals.get(request);
}

export function setPrincipal(request: FastifyRequest, principal: Principal): void {
  principals.set(request, principal);
}
