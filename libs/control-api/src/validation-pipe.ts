import { ValidationPipe } from '@nestjs/common';
import { type ValidationError } from 'class-validator';
import { type FieldError, ValidationFailed } from './problems/validation-failed.js';

/** Checks every DTO: unknown fields are refused, values are turned into the DTO's class, messages are one line each. */
export function createValidationPipe(): ValidationPipe {
  return new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    transform: true,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => new ValidationFailed(fieldErrors(errors, '')),
  });
}

function fieldErrors(errors: readonly ValidationError[], parent: string): FieldError[] {
  return errors.flatMap((error) => {
    const field = join(parent, error.property);
    const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
      field,
      message: sentence(
        rule === 'whitelistValidation' ? 'is not a known field' : message,
        field,
        error.property,
      ),
    }));
    return [...own, ...fieldErrors(error.children ?? [], field)];
  });
}

function join(parent: string, property: string): string {
  if (parent === '') {
    return property;
  }
  return /^\d+$/.test(property) ? `${parent}[${property}]` : `${parent}.${property}`;
}

/** Class-validator names the last step of the path only, and not always: the whole path always comes first. */
function sentence(message: string, field: string, property: string): string {
  const line = message.replaceAll(/\s+/g, ' ').trim();
  return `${field} ${line.startsWith(`${property} `) ? line.slice(property.length + 1) : line}`;
}
