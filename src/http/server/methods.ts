/** The methods that the service answers to, somewhere; as the value of `Allow`. */
export const METHODS = 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT';
