import { readFileSync } from 'node:fs';

interface LockedPackage {
  readonly hasInstallScript?: boolean;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly integrity?: string;
}

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  readonly packages: Readonly<Record<string, LockedPackage>>;
};
const { allowScripts, scarfSettings } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly allowScripts: Readonly<Record<string, boolean>>;
  readonly scarfSettings?: { readonly enabled: boolean };
};
const dependencies = Object.entries(lock.packages).filter(([path]) => path !== '');
const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

describe('packages that run a script when they are installed', () => {
  it('are all listed under allowScripts, allowed or not, and nothing else is', () => {
    const withScripts = dependencies.filter(([, { hasInstallScript }]) => hasInstallScript === true);
    expect(Object.keys(allowScripts).sort()).toEqual([...new Set(withScripts.map(([path]) => nameOf(path)))].sort());
  });

  it('do not tell anybody about the installation', () => {
    expect(scarfSettings).toEqual({ enabled: false });
  });
});

describe('package-lock.json', () => {
  it('names no registry', () => {
    expect(dependencies.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  it('pins the content of every package', () => {
    const unpinned = dependencies.filter(([, { integrity, link }]) => integrity === undefined && link !== true);
    expect(unpinned.map(([path]) => path)).toEqual([]);
  });
});
