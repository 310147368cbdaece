using Quai.Build.Steps;

namespace Quai.Build.Caching;

/// <summary>A result that is here.</summary>
/// <param name="Identity">By what the steps that follow know it.</param>
/// <param name="Result">The result.</param>
internal sealed record CachedResult(string Identity, StepResult Result);
