/** What names of methods and headers are made of: https://www.rfc-editor.org/rfc/rfc9110#name-tokens */
export const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
