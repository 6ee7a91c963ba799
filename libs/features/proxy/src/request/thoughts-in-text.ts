import {
  deltaPart,
  startingWith,
  type AnswerPart,
  type CanonicalResponse,
  type EmitPart,
  type StreamPart,
} from '@tollgate/dialects';

const OPEN = '<think>\n';
const CLOSE = '\n</think>\n\n';

/** Thoughts written into the text, between tags: for clients that show nothing but text. */
export function thoughtsInText(response: CanonicalResponse): CanonicalResponse {
  return {
    ...response,
    choices: response.choices.map((choice) => ({ ...choice, parts: merged(choice.parts) })),
  };
}

function merged(parts: readonly AnswerPart[]): readonly AnswerPart[] {
  return parts.flatMap((part): readonly AnswerPart[] => {
    if (part.type !== 'reasoning') return [part];
    return part.text === '' ? [] : [{ type: 'text', text: OPEN + part.text + CLOSE }];
  });
}

/** The same for a stream. Hidden thoughts leave nothing behind. */
export class ThoughtsInText {
  /** Choices that are thinking. */
  private readonly thinking = new Set<number>();

  constructor(private readonly emit: EmitPart) {}

  push(part: StreamPart): void {
    switch (part.type) {
      case 'reasoning-start':
        return;
      case 'reasoning-delta': {
        const { choice } = part;
        const goesOn = this.thinking.has(choice);
        if (!goesOn) this.emit({ type: 'text-start', choice });
        this.emit(deltaPart('text-delta', choice, goesOn ? part : startingWith(OPEN, part)));
        this.thinking.add(choice);
        return;
      }
      case 'reasoning-end': {
        const { choice } = part;
        if (!this.thinking.delete(choice)) return;
        this.emit({ type: 'text-delta', choice, text: CLOSE });
        this.emit({ type: 'text-end', choice });
        return;
      }
      default:
        this.emit(part);
    }
  }
}
