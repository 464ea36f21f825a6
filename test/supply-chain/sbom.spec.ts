import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

interface Component {
  readonly name: string;
  readonly version: string;
  readonly hashes?: readonly unknown[];
  readonly licenses?: readonly unknown[];
}

interface Bom {
  readonly bomFormat: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

describe('npm run sbom', () => {
  const bom = JSON.parse(execFileSync(process.execPath, ['scripts/sbom.mjs'], { encoding: 'utf8' })) as Bom;
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
    readonly name: string;
    readonly dependencies: Readonly<Record<string, string>>;
    readonly devDependencies: Readonly<Record<string, string>>;
  };

  it('is a CycloneDX document of the application', () => {
    expect(bom).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: manifest.name } } });
  });

  it('lists every dependency in the version that is installed, with licence and digest', () => {
    const listed = new Map(bom.components.map((component) => [`${component.name}@${component.version}`, component]));
    for (const [name, version] of Object.entries(manifest.dependencies)) {
      const component = listed.get(`${name}@${version}`);
      expect(component).toMatchObject({ hashes: [expect.anything()], licenses: [expect.anything()] });
    }
  });

  it('lists every package that an installation without development dependencies has', () => {
    const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
      readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly version: string }>>;
    };
    const installed = Object.entries(packages)
      .filter(([path, { dev }]) => path !== '' && dev !== true)
      .map(([path, { version }]) => `${path.slice(path.lastIndexOf('node_modules/') + 13)}@${version}`);
    const listed = bom.components.map(({ name, version }) => `${name}@${version}`);
    expect([...new Set(listed)].sort()).toEqual([...new Set(installed)].sort());
  });

  it('says what needs what, and refers to nothing that it does not list', () => {
    const refs = new Set(bom.dependencies.map(({ ref }) => ref));
    const needs = bom.dependencies.flatMap(({ dependsOn }) => dependsOn);
    expect(needs.length).toBeGreaterThan(bom.components.length);
    expect(needs.filter((ref) => !refs.has(ref))).toEqual([]);
  });

  it('leaves out what is only needed to develop', () => {
    const names = new Set(bom.components.map(({ name }) => name));
    expect(['jest', 'eslint', 'prettier'].filter((name) => names.has(name))).toEqual([]);
  });
});
