import { fontFamily, fontFile } from '../../../../../assets/fonts/index.cjs';

/** Turns an SVG document into a PNG, off the event loop. Texts use the bundled font alone, so that every machine agrees. */
export async function renderPng(svg: string): Promise<Uint8Array> {
  const { renderAsync } = await import('@resvg/resvg-js');
  const font = {
    loadSystemFonts: false,
    fontFiles: [fontFile],
    defaultFontFamily: fontFamily,
    sansSerifFamily: fontFamily,
  };
  const image = await renderAsync(svg, { font, logLevel: 'off' });
  return image.asPng();
}
