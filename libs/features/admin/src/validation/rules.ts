import { applyDecorators } from '@nestjs/common';
import { addressRange, NAME_LENGTH_MAX, NAME_PATTERN, priceString } from '@tollgate/contracts';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsISO8601,
  isObject,
  IsString,
  Matches,
  MaxLength,
  MinLength,
  ValidateBy,
  ValidateIf,
  type ValidationOptions,
} from 'class-validator';

/** Bounded, so that a list can't fill the database. */
export const LIST_LENGTH_MAX = 1_000;

/** A name as the declarative file takes it: 1 to 200 characters, none of them a control character. */
export function IsName(options: ValidationOptions = {}): PropertyDecorator {
  return applyDecorators(
    IsString(options),
    MinLength(1, options),
    MaxLength(NAME_LENGTH_MAX, options),
    Matches(NAME_PATTERN, {
      ...options,
      message: '$property must not hold control characters',
    }),
  );
}

/** An amount or a price in USD: a decimal string, not negative, at most 9 fraction digits. */
export function IsUsdAmount(): PropertyDecorator {
  return ValidateBy({
    name: 'isUsdAmount',
    validator: {
      validate: (value) => typeof value === 'string' && priceString.safeParse(value).success,
      defaultMessage: () =>
        '$property must be a decimal string in USD with at most 9 fraction digits, e.g. "2.50"',
    },
  });
}

/** A list of IP addresses and ranges in CIDR notation, at least one. */
export function IsAddressList(): PropertyDecorator {
  return applyDecorators(
    IsArray(),
    ArrayMinSize(1),
    ArrayMaxSize(LIST_LENGTH_MAX),
    ValidateBy(
      {
        name: 'isAddressRange',
        validator: {
          validate: (value) => addressRange.safeParse(value).success,
          defaultMessage: () =>
            'each of $property must be an IP address or a range like 192.0.2.0/24 or 2001:db8::/32',
        },
      },
      { each: true },
    ),
  );
}

/** An object whose values are texts. */
export function IsTextRecord(): PropertyDecorator {
  return ValidateBy({
    name: 'isTextRecord',
    validator: {
      validate: (value) =>
        isObject(value) && Object.values(value).every((member) => typeof member === 'string'),
      defaultMessage: () => '$property must be an object of strings',
    },
  });
}

/** A point in time with its offset, ISO 8601; becomes text that `new Date` reads. */
export function IsTimestamp(): PropertyDecorator {
  return applyDecorators(
    IsISO8601({ strict: true, strictSeparator: true }),
    Matches(/T.*(Z|[+-]\d\d:?\d\d)$/, {
      message: '$property must be a date and time with an offset, e.g. "2026-01-31T12:00:00Z"',
    }),
  );
}

/** The field may be absent; `null` is no way to leave it out. */
export function IsGivenOptionally(): PropertyDecorator {
  return ValidateIf((_object, value) => value !== undefined);
}

/** `true` and `false` as a query carries them. */
export function QueryBoolean(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => {
    if (value === 'true') return true;
    return value === 'false' ? false : value;
  });
}
