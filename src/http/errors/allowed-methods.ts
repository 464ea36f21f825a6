import type { Request } from 'express';

/** The parts of express's router that tell which routes it has. */
interface RouteLayer {
  readonly route?: { readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): unknown;
}

/** The methods that have a route at the path of `request`, in upper case, sorted; empty when nothing is there. */
export function allowedMethods(request: Request): string[] {
  const methods = new Set<string>();
  for (const layer of layersOf(request)) {
    if (layer.route === undefined || !matches(layer, request.path)) continue;
    if (isForAllMethods(layer.route.methods)) continue;
    for (const method of Object.keys(layer.route.methods)) methods.add(method.toUpperCase());
  }
  if (methods.size === 0) return [];
  // Express answers HEAD wherever it answers GET, and we answer OPTIONS everywhere.
  if (methods.has('GET')) methods.add('HEAD');
  methods.add('OPTIONS');
  return [...methods].sort();
}

/** Such a route is middleware: express lists every method there is for it, even one that nobody handles. */
function isForAllMethods(methods: Readonly<Record<string, boolean>>): boolean {
  return '_all' in methods || 'connect' in methods;
}

function layersOf(request: Request): readonly RouteLayer[] {
  return request.app.router.stack as unknown as readonly RouteLayer[];
}

function matches(layer: RouteLayer, path: string): boolean {
  try {
    return Boolean(layer.match(path));
  } catch {
    // A path with a malformed percent-encoding: no route is there.
    return false;
  }
}
