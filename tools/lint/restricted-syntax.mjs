/**
 * Conventions of the code base as lint selectors (docs/architecture.md, "Rules that a machine checks").
 * Each is an entry for ESLint's `no-restricted-syntax`.
 */

/** Only `libs/providers/src/transport` speaks to vendors: it holds time limits, back-pressure and the egress guard. */
export const fetchOutsideTransport = {
  selector: "CallExpression[callee.name='fetch']",
  message: 'Only libs/providers/src/transport calls vendors; use it instead of fetch.',
};

/** Settings are parsed once, by one schema an app. */
export const processEnvOutsideConfig = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: "Read settings through the app's config.ts; process.env appears in no other file.",
};

/** The clock is injected, so that tests decide what time it is. */
export const dateNowInPureCode = {
  selector: "CallExpression[callee.object.name='Date'][callee.property.name='now']",
  message: 'Pure code takes the time as an argument or an injected Clock.',
};

/**
 * V8 allocates a function that is written right into a property in the old generation, where it keeps all that it closes
 * over until the next full collection: with each request, that was nine megabytes of each scavenge.
 */
export const functionIntoProperty = {
  selector:
    "AssignmentExpression[left.type='MemberExpression'][right.type=/^(ArrowFunctionExpression|FunctionExpression)$/]",
  message: 'Hand over an object with a method to call, or name the function first.',
};

/** Floats never touch money. */
export const parseFloatAnywhere = {
  selector: "CallExpression[callee.name='parseFloat']",
  message: 'Amounts are bigint (contracts/money); other numbers come from Number() after validation.',
};

/** Node runs the tools' TypeScript by blanking out types; this syntax would need code in their place. */
export const syntaxThatNodeCannotStrip = {
  selector: 'TSParameterProperty, TSEnumDeclaration, TSModuleDeclaration[declare!=true], Decorator',
  message: 'Node strips types and compiles nothing: write the fields out, use a union of strings.',
};
