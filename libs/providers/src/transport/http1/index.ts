/** What both ends of HTTP/1.1 have in common. */
export { isFieldCharacter, readHeaderLines, STRAY_CONTROL } from './header-lines.js';
export { TOKEN } from './token.js';
