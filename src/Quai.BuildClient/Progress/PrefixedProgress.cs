namespace Quai.BuildClient.Progress;

/// <summary>The progress of one of several builds, whose steps are told by the build's name: <c>[name 1/2] FROM …</c>.</summary>
/// <param name="inner">Takes the progress of all of them.</param>
/// <param name="name">The build's name.</param>
public sealed class PrefixedProgress(IBuildProgress inner, string name) : IBuildProgress
{
    /// <inheritdoc/>
    public void Report(ProgressBatch batch) => inner.Report(batch.Steps.Count == 0 ? batch : batch with
    {
        Steps = [.. batch.Steps.Select(s => s with { Name = Prefixed(s.Name), Group = s.Group is { } group ? group with { Name = Prefixed(group.Name) } : null })],
    });

    private string Prefixed(string text) => text.StartsWith('[') ? $"[{name} {text[1..]}" : $"[{name}] {text}";
}
