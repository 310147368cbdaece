namespace Quai.Dockerfiles.Stages;

/// <summary>Comments that describe what follows them: <c># name what it is</c>.</summary>
public static class Descriptions
{
    /// <summary>What comments say of a name; empty for nothing.</summary>
    public static string Find(IReadOnlyList<string> comments, string name) =>
        name.Length > 0 && comments.FirstOrDefault(c => c.StartsWith(name + " ", StringComparison.Ordinal)) is { } comment ? comment[(name.Length + 1)..] : "";
}
