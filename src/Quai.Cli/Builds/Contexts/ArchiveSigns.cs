namespace Quai.Cli.Builds.Contexts;

/// <summary>Tells archives from Dockerfiles by their first bytes.</summary>
internal static class ArchiveSigns
{
    private const int TarSignAt = 257, BlockSize = 512, SumAt = 148, SumLength = 8;

    /// <summary>Whether these are the first bytes of an archive, packed or not.</summary>
    public static bool Has(ReadOnlySpan<byte> head) =>
        IsPacked(head) || IsTar(head);

    private static bool IsPacked(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> gzip = [0x1f, 0x8b], xz = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], zstd = [0x28, 0xb5, 0x2f, 0xfd];
        return head.StartsWith(gzip) || head.StartsWith("BZh"u8) || head.StartsWith(xz) || head.StartsWith(zstd);
    }

    // Old archives have no sign, but every header has its sum.
    private static bool IsTar(ReadOnlySpan<byte> head)
    {
        if (head.Length < BlockSize)
        {
            return false;
        }

        if (head[TarSignAt..].StartsWith("ustar"u8))
        {
            return true;
        }

        int sum = 0;
        for (int i = 0; i < BlockSize; i++)
        {
            sum += i is >= SumAt and < SumAt + SumLength ? ' ' : head[i];
        }

        string text = System.Text.Encoding.ASCII.GetString(head.Slice(SumAt, SumLength)).Trim('\0', ' ');
        return text.Length > 0 && text.All(c => c is >= '0' and <= '7') && Convert.ToInt32(text, 8) == sum;
    }
}
