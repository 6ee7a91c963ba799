import { applyDecorators, createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { ApiSecurity } from '@nestjs/swagger';
import { GatewayError } from '@tollgate/contracts';
import { PUBLIC_ROUTE } from '@tollgate/telemetry';
import { type FastifyRequest } from 'fastify';
import { type Principal, principalOf } from './principal.js';

export const REQUIRED_ROLES = 'tollgate:required-roles';

/** The route needs no access token. Without this decorator every route does. */
export function Public(): ClassDecorator & MethodDecorator {
  return applyDecorators(SetMetadata(PUBLIC_ROUTE, true), ApiSecurity({}));
}

/** The route needs an access token of one of these roles. Without this decorator any role will do. */
export function RequireRole(...roles: readonly string[]): ClassDecorator & MethodDecorator {
  return SetMetadata(REQUIRED_ROLES, roles);
}

/** The caller, as a parameter of a handler that is not `@Public()`. */
export const CurrentPrincipal = createParamDecorator(
  (_data: unknown, context: ExecutionContext): Principal => {
    const principal = principalOf(context.switchToHttp().getRequest<FastifyRequest>());
    if (principal === undefined) {
      throw new GatewayError('internal_error', 'A public route has no caller.', { exposure: 'internal' });
    }
    return principal;
  },
);
