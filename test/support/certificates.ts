import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Files of a server: its certificate and its key. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
}

/** An authority of a test's own, in a folder of its own. */
export class CertificateAuthority {
  private constructor(private readonly folder: string) {}

  static create(): CertificateAuthority {
    const authority = new CertificateAuthority(mkdtempSync(join(tmpdir(), 'wand-authority-')));
    authority.openssl(
      'req',
      '-x509',
      ...NEW_KEY,
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
      '-days',
      '2',
      '-subj',
      '/CN=test',
    );
    return authority;
  }

  /** File of the certificate by which others know it. */
  get file(): string {
    return join(this.folder, 'ca.pem');
  }

  /** @param name Such as `IP:127.0.0.1` or `DNS:elsewhere.test`. */
  issue(name: string): ServerCertificate {
    const file = name.replaceAll(/\W/g, '_');
    writeFileSync(join(this.folder, `${file}.ext`), `subjectAltName=${name}\n`);
    this.openssl('req', ...NEW_KEY, '-keyout', `${file}.key`, '-out', `${file}.csr`, '-subj', '/CN=server');
    const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2'];
    this.openssl('x509', '-req', '-in', `${file}.csr`, ...by, '-extfile', `${file}.ext`, '-out', `${file}.pem`);
    return { cert: join(this.folder, `${file}.pem`), key: join(this.folder, `${file}.key`) };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private openssl(...args: readonly string[]): void {
    execFileSync('openssl', args, { cwd: this.folder, stdio: 'pipe' });
  }
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
