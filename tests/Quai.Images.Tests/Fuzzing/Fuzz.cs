using System.Diagnostics;
using System.Globalization;

namespace Quai.Images.Tests.Fuzzing;

/// <summary>Runs a property on input made from seeds, for a while: <c>QUAI_FUZZ_SECONDS</c> each, 3 by default. A failure names its seed (<c>QUAI_FUZZ_SEED</c> repeats it).</summary>
internal static class Fuzz
{
    public static async Task RunAsync(Func<Random, Task> property)
    {
        if (Number("QUAI_FUZZ_SEED") is { } only)
        {
            await property(new Random(only));
            return;
        }

        // The same first seeds in every run, then new ones.
        TimeSpan time = TimeSpan.FromSeconds(Number("QUAI_FUZZ_SECONDS") ?? 3);
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < 50 || Stopwatch.GetElapsedTime(start) < time; i++)
        {
            int seed = i < 50 ? i : Random.Shared.Next();
            try
            {
                await property(new Random(seed)).WaitAsync(TimeSpan.FromMinutes(1));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed.ToString(CultureInfo.InvariantCulture)} after {i} rounds: {e.Message}", e);
            }
        }
    }

    /// <summary>Changes some bytes: flips, repeats, cuts, runs of zeros.</summary>
    public static byte[] Mutate(Random random, byte[] bytes)
    {
        List<byte> changed = [.. bytes];
        for (int n = random.Next(1, 8); n > 0 && changed.Count > 0; n--)
        {
            int at = random.Next(changed.Count), length = Math.Min(random.Next(1, 1024), changed.Count - at);
            switch (random.Next(7))
            {
                case 0: changed[at] = (byte)random.Next(256); break;
                case 1: changed[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: changed.RemoveRange(at, length); break;
                case 3: changed.InsertRange(at, changed.GetRange(at, length)); break;
                case 4: changed.RemoveRange(at, changed.Count - at); break;
                case 5: changed.InsertRange(at, new byte[length]); break;
                default:
                    for (int i = at; i < at + length; i++)
                    {
                        changed[i] = (byte)random.Next(256);
                    }

                    break;
            }
        }

        return [.. changed];
    }

    private static int? Number(string variable) => int.TryParse(Environment.GetEnvironmentVariable(variable), out int number) ? number : null;
}
