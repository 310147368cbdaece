namespace Quai.BuildClient.Sessions;

/// <summary>Where a result goes that the builder sends: into a folder as files, or to whatever takes an archive.</summary>
public sealed record OutputTarget
{
    /// <summary>The folder; null for an archive.</summary>
    public string? Folder { get; init; }

    /// <summary>Takes the archive as it comes; returns when it has all of it. Null for a folder.</summary>
    public Func<Stream, CancellationToken, Task>? Take { get; init; }
}
