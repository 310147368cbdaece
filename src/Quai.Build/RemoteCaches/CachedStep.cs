namespace Quai.Build.RemoteCaches;

/// <summary>A step's result in a cache elsewhere.</summary>
/// <param name="Key">The step's key.</param>
/// <param name="Identity">By what the steps that follow know the result.</param>
/// <param name="Name">What the step is called.</param>
/// <param name="Kind">What kind of step it is, such as <c>exec</c>.</param>
/// <param name="Outputs">The number of the topmost layer of each of its trees; -1 for an empty tree.</param>
internal sealed record CachedStep(string Key, string Identity, string Name, string Kind, IReadOnlyList<int> Outputs);
