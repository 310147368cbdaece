using System.Globalization;

namespace Quai.Fuzzing;

/// <summary>How properties are run, as the environment says.</summary>
/// <param name="Time">For how long each property makes inputs: <c>QUAI_FUZZ_SECONDS</c>, 2 by default.</param>
/// <param name="Seed">Where the numbers start: <c>QUAI_FUZZ_SEED</c>, else another in each run.</param>
/// <param name="Replay">An input to try alone: <c>QUAI_FUZZ_REPLAY</c>.</param>
/// <param name="Only">The one property that is run, where one is named: <c>QUAI_FUZZ_PROPERTY</c>.</param>
/// <param name="Report">A file for one line per property: <c>QUAI_FUZZ_REPORT</c>.</param>
public sealed record FuzzSettings(TimeSpan Time, int Seed, string? Replay, string? Only, string? Report)
{
    /// <summary>This process's.</summary>
    public static FuzzSettings Current { get; } = new(
        TimeSpan.FromSeconds(Number("QUAI_FUZZ_SECONDS") ?? 2),
        Number("QUAI_FUZZ_SEED") ?? Random.Shared.Next(),
        Environment.GetEnvironmentVariable("QUAI_FUZZ_REPLAY"),
        Environment.GetEnvironmentVariable("QUAI_FUZZ_PROPERTY"),
        Environment.GetEnvironmentVariable("QUAI_FUZZ_REPORT"));

    /// <summary>Whether there is time for all that a property lists, not only for some of it.</summary>
    public bool IsThorough => Time >= TimeSpan.FromSeconds(10);

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
