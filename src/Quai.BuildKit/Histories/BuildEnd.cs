using Quai.Build.Progress;

namespace Quai.BuildKit.Histories;

/// <summary>How a build ended.</summary>
/// <param name="Events">All that has happened.</param>
/// <param name="Answer">What the client was told; null where the build failed.</param>
/// <param name="Provenance">How its results were made, by their keys: provenance of SLSA 0.2. None where the build failed.</param>
/// <param name="Error">How it failed; null where it did not.</param>
internal sealed record BuildEnd(IReadOnlyList<BuildEvent> Events, IReadOnlyDictionary<string, string>? Answer, IReadOnlyList<(string Key, byte[] Document)> Provenance, Exception? Error);
