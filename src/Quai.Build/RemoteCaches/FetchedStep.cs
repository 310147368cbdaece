using Quai.Build.Steps;

namespace Quai.Build.RemoteCaches;

/// <summary>A step whose result came from a cache elsewhere.</summary>
/// <param name="Step">The step.</param>
/// <param name="Result">Its result, which is here now.</param>
/// <param name="Created">When its layers were made: what is built upon them has the same digest as where they were made.</param>
internal sealed record FetchedStep(CachedStep Step, StepResult Result, IReadOnlyDictionary<string, DateTimeOffset> Created);
