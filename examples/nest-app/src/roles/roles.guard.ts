import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { messageCall } from 'backchannel-nest';
import { type Role, type Session } from './session.js';

/** The role whose clients may send a message. */
export const RequiredRole = Reflector.createDecorator<Role>();

/** Allows a message if the session of its sender has the {@link RequiredRole} of its handler. */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const { session } = messageCall(context).caller;
    return (session as Session).role === this.reflector.get(RequiredRole, context.getHandler());
  }
}
