/** The part of ncc's API that the build uses; the package comes without types. */
declare module '@vercel/ncc' {
  /** A module, or what it was put together from. */
  export interface Module {
    name?: string;
    modules?: Module[];
  }
  export default function bundle(
    input: string,
    options: {
      cache: false;
      quiet: boolean;
      license: string;
      esm: boolean;
      externals: Record<string, string>;
    },
  ): Promise<{
    code: string;
    assets: Record<string, { source: string | Uint8Array }>;
    stats: { toJson(): Module };
  }>;
}
