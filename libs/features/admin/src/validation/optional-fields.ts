import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsBoolean, IsInt, IsNumber, IsObject, Max, Min, ValidateNested } from 'class-validator';
import { IsGivenOptionally } from './rules.js';

/** What the API documentation says of a field besides its type. */
interface FieldFacts<Value> {
  readonly default?: Value;
  readonly description?: string;
}

interface Range {
  readonly minimum: number;
  readonly maximum: number;
}

/** A field that may be absent, documented and checked by the same facts. */
export function OptionalFlag(facts: FieldFacts<boolean>): PropertyDecorator {
  return optional({ type: Boolean, ...facts }, IsBoolean());
}

/** A whole number within its range, both ends included. */
export function OptionalInteger({
  minimum,
  maximum,
  ...facts
}: Range & FieldFacts<number>): PropertyDecorator {
  return optional({ type: 'integer', minimum, maximum, ...facts }, IsInt(), Min(minimum), Max(maximum));
}

/** A number within its range, both ends included. */
export function OptionalNumber({
  minimum,
  maximum,
  ...facts
}: Range & FieldFacts<number>): PropertyDecorator {
  return optional({ type: Number, minimum, maximum, ...facts }, IsNumber(), Min(minimum), Max(maximum));
}

/** An object with fields of its own. */
export function OptionalSection(
  section: new () => object,
  facts: Pick<FieldFacts<never>, 'description'> = {},
): PropertyDecorator {
  return optional(
    { type: section, ...facts },
    IsObject(),
    ValidateNested(),
    Type(() => section),
  );
}

function optional(
  documented: ApiPropertyOptions,
  ...checks: readonly PropertyDecorator[]
): PropertyDecorator {
  return applyDecorators(ApiPropertyOptional(documented), IsGivenOptionally(), ...checks);
}
