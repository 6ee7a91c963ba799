import { z } from 'zod';

/** A time limit, up to a day. */
export const milliseconds = z.number().int().min(1).max(86_400_000);
