/** A value that is bound to a statement. */
export type Param = string | number | null | Uint8Array | readonly (string | number | null)[];
