import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type Clock, GatewayError } from '@tollgate/contracts';
import { type Keyring, type MasterKey, verifyAccessToken } from '@tollgate/security';
import { PUBLIC_ROUTE } from '@tollgate/telemetry';
import { type FastifyRequest } from 'fastify';
import { REQUIRED_ROLES } from './decorators.js';
import { setPrincipal } from './principal.js';

/** The one gate of the control API: every route needs a valid access token unless it says `@Public()`. */
@Injectable()
export class AccessTokenGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly masterKey: MasterKey | Keyring,
    private readonly clock: Clock,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC_ROUTE, targets) === true) {
      return true;
    }
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const claims = await verifyAccessToken(this.masterKey, bearerToken(request), this.clock);
    const roles = this.reflector.getAllAndOverride<readonly string[] | undefined>(REQUIRED_ROLES, targets);
    if (roles !== undefined && !roles.includes(claims.role)) {
      throw new GatewayError(
        'permission_denied',
        `Your role ${claims.role} may not do this; it takes the role ${roles.join(' or ')}.`,
      );
    }
    setPrincipal(request, { subject: claims.subject, role: claims.role });
    return true;
  }
}

function bearerToken(request: FastifyRequest): string {
  const [, token] = /^Bearer +([^ ]+)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (token === undefined) {
    throw new GatewayError(
      'invalid_access_token',
      'Send an access token as "Authorization: Bearer <token>"; POST /api/v1/auth/login issues one.',
    );
  }
  return token;
}
