/**
 * Where the bundled font is. CommonJS, because only that finds a file beside itself in the same way under Node (whose
 * build is ESM) and under Jest (which runs everything as CommonJS).
 */
/* global exports, require */
exports.fontFile = require.resolve('./DejaVuSans.ttf');
exports.fontFamily = 'DejaVu Sans';
