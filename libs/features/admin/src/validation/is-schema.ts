import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger';
import { IsOptional, ValidateBy } from 'class-validator';
import { describeIssues } from '../config-file/describe-issues.js';

/** What checks a value and says what is wrong with it: a schema of the contracts. */
interface Schema {
  safeParse(value: unknown): { readonly error?: { readonly issues: Issues } | undefined };
}
type Issues = Parameters<typeof describeIssues>[0];

/** A member as the declarative file takes it; null takes it away. */
export function IsSchema(name: string, schema: Schema, options: ApiPropertyOptions): PropertyDecorator {
  const problems = (value: unknown): string[] => {
    const { error } = schema.safeParse(value);
    const issues = describeIssues(error?.issues ?? [], value);
    return issues.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  };
  return applyDecorators(
    ApiPropertyOptional({ ...options, nullable: true }),
    IsOptional(),
    ValidateBy({
      name: `is${name.charAt(0).toUpperCase()}${name.slice(1)}`,
      validator: {
        validate: (value) => problems(value).length === 0,
        defaultMessage: (failed) => `$property: ${problems(failed?.value).join('; ')}`,
      },
    }),
  );
}
