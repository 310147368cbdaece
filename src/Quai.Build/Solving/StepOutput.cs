using System.Text;

namespace Quai.Build.Solving;

/// <summary>How much of a step's output is kept: it stays in memory while the build runs, and a program may write without end.</summary>
internal sealed class StepOutput
{
    /// <summary>The most that is kept of one stream, in bytes, as BuildKit has it.</summary>
    public const int Limit = 2 << 20;

    private static readonly byte[] s_note = Encoding.UTF8.GetBytes("\n[output clipped, log limit 2MiB reached]\n");

    private readonly Lock _lock = new();
    private readonly long[] _sizes = new long[3];

    /// <summary>What is kept of a piece; null for nothing.</summary>
    /// <param name="stream">1 for standard output, 2 for standard error.</param>
    /// <param name="bytes">The piece.</param>
    public byte[]? Keep(int stream, ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            ref long size = ref _sizes[stream];
            if (size > Limit)
            {
                return null;
            }

            long left = Limit - size;
            size += bytes.Length;
            return size <= Limit ? bytes.ToArray() : [.. bytes[..(int)left], .. s_note];
        }
    }
}
