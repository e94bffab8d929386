/** The part of ncc's API that the build uses; the package has no types. */
declare module '@vercel/ncc' {
  export default function bundle(
    input: string,
    options: object,
  ): Promise<{
    code: string;
    assets: { 'licenses.txt': { source: string } };
    stats: { toJson(): object };
  }>;
}
