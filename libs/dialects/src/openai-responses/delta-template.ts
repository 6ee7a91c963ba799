import { endOfNumber, OBFUSCATION, slotBehind } from '../json/template-slots.js';
import { TextTemplate } from '../json/text-template.js';

const TEXT = /"delta":"([^"\\]*)"/g;
const NUMBER = slotBehind('"sequence_number":', endOfNumber);

/**
 * The template of a delta of an item, which are numbered:
 *
 * ```
 * {"type":"response.output_text.delta","sequence_number":12,"item_id":"msg_1",…,"delta":" wor","obfuscation":"k2J"}
 * └──────────────────── fixed ──────────────────────────┘└┘└────── fixed ────────────┘└text┘└──── fixed ─────┘└─┘└┘
 * ```
 */
export class DeltaTemplate extends TextTemplate {
  constructor() {
    super([NUMBER, OBFUSCATION]);
  }

  /** Remembers an event that was parsed and whose only news is its delta. Where that is in doubt, nothing is remembered. */
  override learn(data: string): boolean {
    const [found, ...others] = data.matchAll(TEXT);
    return found?.[1] !== undefined && others.length === 0 && super.learn(data, found[1]);
  }
}
