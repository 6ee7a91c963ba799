import { Injectable, type PipeTransform } from '@nestjs/common';
import { CurrentPrincipal, type Principal } from '@tollgate/control-api';
import type { Actor } from '../write-path/actor.js';
import { IdentityService } from './identity.service.js';

/** Turns who the access token names into who the audit log names. */
@Injectable()
export class ActorPipe implements PipeTransform<Principal, Promise<Actor>> {
  constructor(private readonly identity: IdentityService) {}

  transform(principal: Principal): Promise<Actor> {
    return this.identity.actorOf(principal);
  }
}

/** The caller as the author of a write, as a parameter of a handler. */
export const CurrentActor = (): ParameterDecorator => CurrentPrincipal(ActorPipe);
