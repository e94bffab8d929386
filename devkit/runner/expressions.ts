import { data, Evaluator, Lexer, Parser } from '@actions/expressions';

/** The contexts that expressions see, such as `steps` and `env`. */
export type Contexts = Readonly<Record<string, unknown>>;

/** How the job stands, for `success()` and its like. */
export interface Status {
  readonly failed: boolean;
  readonly cancelled: boolean;
}

/** A text with each `${{ … }}` in it replaced by its value. */
export function interpolate(text: string, contexts: Contexts): string {
  return text.replace(/\$\{\{([\s\S]*?)\}\}/g, (_, expression: string) =>
    evaluate(expression, contexts, { failed: false, cancelled: false }).coerceString(),
  );
}

/** Whether a step with this `if` shall run; without a status function in it, only after success. */
export function holds(condition: string, contexts: Contexts, status: Status): boolean {
  const expression = /^\$\{\{([\s\S]*)\}\}$/.exec(condition.trim())?.[1] ?? condition;
  const whole = /\b(success|failure|always|cancelled)\s*\(/.test(expression)
    ? expression
    : `success() && (${expression})`;
  const { value } = evaluate(whole, contexts, status) as { value?: unknown };
  return Boolean(value);
}

function evaluate(
  expression: string,
  contexts: Contexts,
  { failed, cancelled }: Status,
): data.ExpressionData {
  const functions = {
    success: !failed && !cancelled,
    failure: failed && !cancelled,
    always: true,
    cancelled,
  };
  const definitions = Object.entries(functions).map(([name, value]) => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(value),
  }));
  const { tokens } = new Lexer(expression).lex();
  const tree = new Parser(tokens, Object.keys(contexts), definitions).parse();
  const dictionary = JSON.parse(JSON.stringify(contexts), data.reviver) as data.Dictionary;
  return new Evaluator(
    tree,
    dictionary,
    new Map(definitions.map((each) => [each.name, each])),
  ).evaluate();
}
