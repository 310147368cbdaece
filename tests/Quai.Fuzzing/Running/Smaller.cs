using System.Diagnostics;

namespace Quai.Fuzzing;

/// <summary>Makes an input smaller as long as it shows the same fault.</summary>
internal static class Smaller
{
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(3);

    public static byte[] Of(byte[] input, Trial trial, string fault)
    {
        long start = Stopwatch.GetTimestamp();
        for (int piece = input.Length / 2; piece > 0; piece /= 2)
        {
            for (int at = 0; at + piece <= input.Length && Stopwatch.GetElapsedTime(start) < Time;)
            {
                byte[] shorter = [.. input.AsSpan(0, at), .. input.AsSpan(at + piece)];
                if (trial.Of(shorter).Broken == fault)
                {
                    input = shorter;
                }
                else
                {
                    at += piece;
                }

                if (trial.IsStuck)
                {
                    return input;
                }
            }
        }

        return input;
    }
}
