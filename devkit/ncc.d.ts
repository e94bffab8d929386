/** The part of ncc's API that the build uses; the package has no types. */
declare module '@vercel/ncc' {
  interface Bundle {
    readonly code: string;
    readonly assets: { readonly 'licenses.txt': { readonly source: string } };
    readonly stats: { toJson(): object };
  }
  export default function bundle(input: string, options: object): Promise<Bundle>;
}
